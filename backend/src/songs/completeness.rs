//! Does a file end where its writer ended it?

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::refused::Refused;
use super::scan::Container;

/// No OGG page is longer (27 bytes of header, 255 of segment table, 255 segments of 255 bytes), twice over: the last
/// page may be followed by a few stray bytes.
const TAIL_BYTES: u64 = 2 * (27 + 255 + 255 * 255);
const END_OF_STREAM: u8 = 0x04;

/// OGG has no length in its header: a file cut at a page looks whole to a decoder, but its last page is not marked as
/// the last. The other containers are checked against the length that they declare, when they are decoded.
pub(super) fn check_complete(path: &Path, container: Container) -> Result<(), Refused> {
    if container != Container::Ogg {
        return Ok(());
    }
    let tail = tail_of(path).map_err(|error| Refused::unreadable(&error))?;
    if ends_with_last_page(&tail) { Ok(()) } else { Err(Refused::damaged("it breaks off before its end")) }
}

fn tail_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    Ok(tail)
}

fn ends_with_last_page(tail: &[u8]) -> bool {
    let start = tail.windows(4).rposition(|window| window == b"OggS");
    start.is_some_and(|start| is_whole_last_page(&tail[start..]))
}

fn is_whole_last_page(page: &[u8]) -> bool {
    let (Some(flags), Some(segments)) = (page.get(5), page.get(26)) else { return false };
    let table_end = 27 + usize::from(*segments);
    let Some(table) = page.get(27..table_end) else { return false };
    let body: usize = table.iter().map(|length| usize::from(*length)).sum();
    flags & END_OF_STREAM != 0 && page.len() >= table_end + body
}
