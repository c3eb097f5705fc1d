//! For how long two songs overlap on a screen: chosen once, and remembered.

use crate::private_file;
use std::path::Path;

const FILE: &str = "crossfade";
/// Nobody mixes two songs for longer, in seconds.
pub(crate) const LONGEST: i64 = 12;

/// The seconds that were given, which are remembered in this folder, else those that were; 0: not at all.
pub(crate) fn chosen(folder: &Path, given: Option<u8>) -> u8 {
    let text = private_file::given_or_kept(&folder.join(FILE), given.map(|seconds| seconds.to_string()));
    let seconds = text.and_then(|text| text.parse().ok());
    seconds.filter(|seconds| i64::from(*seconds) <= LONGEST).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_remembered_until_another_is_given() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(chosen(folder.path(), None), 0);
        assert_eq!(chosen(folder.path(), Some(4)), 4);
        assert_eq!(chosen(folder.path(), None), 4);
        assert_eq!(chosen(folder.path(), Some(0)), 0);
        std::fs::write(folder.path().join(FILE), "200").expect("written");
        assert_eq!(chosen(folder.path(), None), 0, "nonsense is none");
    }
}
