//! Importing a folder: two files at a time, in batches, however many of them are broken.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::refused::Refused;
use super::scan::scan;
use super::song::{ContentHash, ScannedSong, hash_file, read_hashed};
use super::summary::Summary;

const THREADS: usize = 2;
const BATCH_SONGS: usize = 32;
/// A batch is handed over after this time even if it is not full, so that a slow import is seen to grow.
const BATCH_TIME: Duration = Duration::from_secs(1);

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Files looked at so far.
    pub done: usize,
    /// Audio files found.
    pub total: usize,
    /// The file just looked at.
    pub path: PathBuf,
}

/// Why an import stopped as a whole; single files never stop it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError<E> {
    /// There is no such folder, or it is a file, or it can't be opened.
    #[error("{0}: not a folder that can be read")]
    NoFolder(PathBuf),
    /// The sink refused a batch.
    #[error(transparent)]
    Sink(E),
}

enum Outcome {
    Read(Box<ScannedSong>),
    Already,
    Refused(Refused),
}

/// Reads every audio file below `folder` on two threads and hands songs that are new to `sink`, in batches of at most
/// 32 and at least about once a second. `already` tells content that is known; the same content twice in the folder
/// is handed over once. Running it again with the songs of the first run known imports nothing.
///
/// # Errors
/// [`ImportError::NoFolder`] before anything is read, or the sink's own error, which stops the import.
pub fn import<E>(
    folder: &Path,
    already: &(dyn Fn(&ContentHash) -> bool + Sync),
    mut on_progress: impl FnMut(&Progress),
    mut sink: impl FnMut(Vec<ScannedSong>) -> Result<(), E>,
) -> Result<Summary, ImportError<E>> {
    if std::fs::read_dir(folder).is_err() {
        return Err(ImportError::NoFolder(folder.to_path_buf()));
    }
    let paths: Vec<PathBuf> = scan(folder).collect();
    let work = Work {
        paths: &paths,
        next: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
        already,
        seen: Mutex::default(),
    };
    let summary = thread::scope(|scope| {
        let (sender, receiver) = sync_channel(BATCH_SONGS);
        for _ in 0..THREADS {
            let sender = sender.clone();
            scope.spawn(|| work.run(sender));
        }
        drop(sender);
        let summary = collect(&receiver, &paths, &mut on_progress, &mut sink);
        work.stopped.store(true, Ordering::Relaxed);
        summary
    });
    summary.map_err(ImportError::Sink)
}

/// What the threads share.
struct Work<'a> {
    paths: &'a [PathBuf],
    next: AtomicUsize,
    stopped: AtomicBool,
    already: &'a (dyn Fn(&ContentHash) -> bool + Sync),
    seen: Mutex<HashSet<ContentHash>>,
}

impl Work<'_> {
    fn run(&self, sender: SyncSender<(usize, Outcome)>) {
        while !self.stopped.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = self.paths.get(index) else { return };
            if sender.send((index, self.read(path))).is_err() {
                return;
            }
        }
    }

    fn read(&self, path: &Path) -> Outcome {
        let hash = match hash_file(path) {
            Ok(hash) => hash,
            Err(refused) => return Outcome::Refused(refused),
        };
        if (self.already)(&hash) {
            return Outcome::Already;
        }
        match read_hashed(path, hash) {
            Ok(song) if self.first_sight(hash) => Outcome::Read(Box::new(song)),
            Ok(_) => Outcome::Already,
            Err(refused) => Outcome::Refused(refused),
        }
    }

    fn first_sight(&self, hash: ContentHash) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(hash)
    }
}

fn collect<E>(
    receiver: &Receiver<(usize, Outcome)>,
    paths: &[PathBuf],
    on_progress: &mut impl FnMut(&Progress),
    sink: &mut impl FnMut(Vec<ScannedSong>) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut summary = Summary::default();
    let mut batch = Vec::new();
    let mut batch_since = Instant::now();
    let mut done = 0;
    loop {
        match receiver.recv_timeout(BATCH_TIME) {
            Ok((index, outcome)) => {
                match outcome {
                    Outcome::Read(song) => batch.push(*song),
                    Outcome::Already => summary.already += 1,
                    Outcome::Refused(why) => summary.refused.push((paths[index].clone(), why)),
                }
                done += 1;
                on_progress(&Progress { done, total: paths.len(), path: paths[index].clone() });
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if batch.len() >= BATCH_SONGS || batch_since.elapsed() >= BATCH_TIME {
            summary.imported += hand_over(&mut batch, sink)?;
            batch_since = Instant::now();
        }
    }
    summary.imported += hand_over(&mut batch, sink)?;
    summary.refused.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(summary)
}

fn hand_over<E>(
    batch: &mut Vec<ScannedSong>,
    sink: &mut impl FnMut(Vec<ScannedSong>) -> Result<(), E>,
) -> Result<usize, E> {
    if batch.is_empty() {
        return Ok(0);
    }
    let songs = std::mem::take(batch);
    let count = songs.len();
    sink(songs)?;
    Ok(count)
}
