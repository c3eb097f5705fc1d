//! The file: JSON lines (jsonlines.org), compressed with gzip (RFC 1952). A head, then places, facts that were taken, and
//! rows; the last line counts them, so that half of a file is known as such.

use super::SnapshotError;
use crate::{log::ends::LogName, store::readers::Life};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

/// The format that this program writes and reads.
const FORMAT: i64 = 1;

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first.
    Head(Head),
    /// Where the reader was in a partition.
    Place { topic: String, partition: i64, next: i64, last_id: String },
    /// Which facts of a stream it had taken.
    Seen { topic: String, life: Life, ranges: Vec<(i64, i64)> },
    /// A row of a table, in the order of the head's columns.
    Row { table: String, values: Vec<Value> },
    /// The last: how many lines there are before it.
    End { lines: u64 },
}

/// Of what the snapshot is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) format: i64,
    /// The reader's name.
    pub(super) reader: String,
    /// The version of its fold.
    pub(super) version: i64,
    /// By the database's clock, milliseconds since 1970.
    pub(super) taken_at: i64,
    /// The log in which the places are.
    pub(super) log: LogName,
    /// The columns of each table but the generation.
    pub(super) tables: BTreeMap<String, Vec<String>>,
}

impl Head {
    pub(super) fn new(
        reader: &str,
        version: i64,
        taken_at: i64,
        log: LogName,
        tables: BTreeMap<String, Vec<String>>,
    ) -> Head {
        Head { format: FORMAT, reader: reader.into(), version, taken_at, log, tables }
    }
}

/// The file beside it, which goes with its writer.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // It isn't there any more when it was put in its place.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes beside the file, and puts it in its place when it is whole.
pub(super) struct Writing {
    file: PathBuf,
    part: Part,
    out: GzEncoder<BufWriter<File>>,
    lines: u64,
}

impl Writing {
    pub(super) fn begin(file: &Path) -> io::Result<Writing> {
        let mut part = file.as_os_str().to_owned();
        part.push(".part");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // It may say who heard what.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = GzEncoder::new(BufWriter::new(options.open(&part)?), Compression::default());
        Ok(Writing { file: file.into(), part: Part(part.into()), out, lines: 0 })
    }

    pub(super) fn line(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.line(&Line::End { lines: self.lines })?;
        self.out.finish()?.into_inner()?.sync_all()?;
        std::fs::rename(&self.part.0, &self.file)
    }
}

/// The lines between head and end.
pub(super) struct Lines {
    file: PathBuf,
    lines: BufReader<GzDecoder<BufReader<File>>>,
    read: u64,
}

impl Lines {
    /// Opens a file and reads its head.
    pub(super) fn open(file: &Path) -> Result<(Head, Lines), SnapshotError> {
        let opened = File::open(file).map_err(|error| SnapshotError::File { file: file.into(), error })?;
        let lines = BufReader::new(GzDecoder::new(BufReader::new(opened)));
        let mut lines = Lines { file: file.into(), lines, read: 0 };
        match lines.line()? {
            Some(Line::Head(head)) if head.format == FORMAT => Ok((head, lines)),
            Some(Line::Head(head)) => Err(lines.damaged(format!("its format is {}, not {FORMAT}", head.format))),
            _ => Err(lines.damaged("it has no head")),
        }
    }

    /// The next; nothing at the end, which must be there and agree.
    pub(super) fn next(&mut self) -> Result<Option<Line>, SnapshotError> {
        match self.line()? {
            Some(Line::End { lines }) if lines + 1 == self.read => match self.line()? {
                None => Ok(None),
                Some(_) => Err(self.damaged("something is behind its end")),
            },
            Some(Line::End { lines }) => Err(self.damaged(format!("it should have {lines} lines"))),
            Some(Line::Head(_)) => Err(self.damaged("it has two heads")),
            Some(line) => Ok(Some(line)),
            None => Err(self.damaged("its end is missing")),
        }
    }

    fn line(&mut self) -> Result<Option<Line>, SnapshotError> {
        let mut text = String::new();
        // The decoder compares gzip's checksum at the end of the file.
        let length = self.lines.read_line(&mut text).map_err(|error| self.damaged(error))?;
        if length == 0 {
            return Ok(None);
        }
        self.read += 1;
        serde_json::from_str(&text).map(Some).map_err(|error| self.damaged(format!("line {}: {error}", self.read)))
    }

    pub(super) fn damaged(&self, detail: impl std::fmt::Display) -> SnapshotError {
        SnapshotError::Damaged { file: self.file.clone(), detail: detail.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(format: i64) -> Line {
        let (reader, log) = ("charts".into(), LogName::Table);
        Line::Head(Head { format, reader, version: 1, taken_at: 0, log, tables: BTreeMap::new() })
    }

    /// What is said of a file with these lines, whose compression is whole.
    fn said(lines: &[Line]) -> Result<usize, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        let mut out = GzEncoder::new(File::create(&file).expect("a file"), Compression::default());
        for line in lines {
            serde_json::to_writer(&mut out, line).expect("written");
            out.write_all(b"\n").expect("written");
        }
        out.finish().expect("whole");
        let (_, mut lines) = Lines::open(&file).map_err(|error| error.to_string())?;
        let mut count = 0;
        while lines.next().map_err(|error| error.to_string())?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn a_file_is_whole_only_with_its_head_and_the_end_that_counts_its_lines() {
        let row = || Line::Row { table: "charts".into(), values: vec![1.into()] };
        assert_eq!(said(&[head(FORMAT), row(), row(), Line::End { lines: 3 }]), Ok(2));
        let refused = |lines: &[Line], why: &str| {
            let error = said(lines).expect_err(why);
            assert!(error.contains(why) && error.contains("Nothing was changed"), "{error}");
        };
        refused(&[head(FORMAT), row()], "its end is missing");
        refused(&[head(FORMAT), row(), Line::End { lines: 3 }], "it should have 3 lines");
        refused(&[head(FORMAT), Line::End { lines: 1 }, row()], "something is behind its end");
        refused(&[row(), Line::End { lines: 1 }], "it has no head");
        refused(&[head(FORMAT + 1), Line::End { lines: 1 }], "its format is 2");
        refused(&[head(FORMAT), head(FORMAT), Line::End { lines: 2 }], "two heads");
    }

    #[test]
    fn a_file_is_in_its_place_only_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        let mut writing = Writing::begin(&file).expect("a file");
        writing.line(&head(FORMAT)).expect("written");
        assert!(!file.exists());
        drop(writing);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "half a file stays");
        let mut writing = Writing::begin(&file).expect("a file");
        writing.line(&head(FORMAT)).expect("written");
        writing.finish().expect("whole");
        assert!(
            matches!(Lines::open(&file), Ok((head, mut lines)) if head.version == 1 && matches!(lines.next(), Ok(None)))
        );
    }
}
