//! What an import did, in a few lines for a terminal.

use std::fmt;
use std::path::PathBuf;

use super::refused::Refused;

/// The outcome of one import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Songs handed to the sink.
    pub imported: usize,
    /// Files whose content is known already, from an earlier import or under another name.
    pub already: usize,
    /// Files that were not taken, in the order of their paths, and why.
    pub refused: Vec<(PathBuf, Refused)>,
}

impl Summary {
    /// Number of audio files that were looked at.
    pub fn files(&self) -> usize {
        self.imported + self.already + self.refused.len()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.files() == 0 {
            return write!(f, "No music found (OGG Vorbis, Opus, MP3, FLAC, M4A).");
        }
        write!(f, "{} imported", songs(self.imported))?;
        if self.already > 0 {
            write!(f, ", {} here already", self.already)?;
        }
        if self.refused.is_empty() {
            return write!(f, ".");
        }
        write!(f, ", {} refused:", self.refused.len())?;
        for (path, why) in &self.refused {
            write!(f, "\n  {}: {why}", path.display())?;
        }
        Ok(())
    }
}

fn songs(count: usize) -> String {
    if count == 1 { "1 song".to_owned() } else { format!("{count} songs") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_well() {
        let mut summary = Summary::default();
        assert_eq!(summary.to_string(), "No music found (OGG Vorbis, Opus, MP3, FLAC, M4A).");
        summary.imported = 1;
        assert_eq!(summary.to_string(), "1 song imported.");
        summary.already = 2;
        summary.refused = vec![("a/b.ogg".into(), Refused::Empty)];
        assert_eq!(summary.to_string(), "1 song imported, 2 here already, 1 refused:\n  a/b.ogg: empty");
    }
}
