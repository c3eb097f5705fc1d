//! Rendering pieces to files.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::PieceSpec;
use super::compose::{RING_SECONDS, Score, compose};
use super::drums::stroke;
use super::effects::{echo, finish, reverb};
use super::encode::encode;
use super::random::Random;
use super::synth::{RATE, Stereo, sound};

/// Why a piece could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The file could not be made.
    #[error("{path}: {error}")]
    File {
        /// The file that was to be written.
        path: PathBuf,
        /// What the disk said.
        error: std::io::Error,
    },
    /// The encoder refused the sound.
    #[error("{path}: {error}")]
    Encoder {
        /// The file that was to be written.
        path: PathBuf,
        /// What the encoder said.
        error: vorbis_rs::VorbisError,
    },
}

/// Composes, plays and encodes one piece to `path` as OGG Vorbis with its tags; the file appears whole or not at
/// all. Takes about half a second of one core in an optimised build.
///
/// # Errors
/// When the file can't be written.
pub fn render(spec: &PieceSpec, path: &Path) -> Result<(), RenderError> {
    let partial = path.with_extension("part");
    let in_file = |error| RenderError::File { path: path.to_path_buf(), error };
    let file = File::create(&partial).map_err(in_file)?;
    let sound = mix(spec, &compose(spec));
    encode(spec, &sound, BufWriter::new(file))
        .map_err(|error| RenderError::Encoder { path: path.to_path_buf(), error })?;
    fs::rename(&partial, path).map_err(in_file)
}

/// Renders all pieces into `folder` in their order on `threads` threads, leaving out files that are there already.
/// `on_piece` hears of every piece once its file is whole, from the thread that made it: pieces can be imported
/// while others are still being played.
///
/// # Errors
/// The first error stops the others after their current piece.
pub fn render_all(
    specs: &[PieceSpec],
    folder: &Path,
    threads: usize,
    on_piece: &(dyn Fn(&PieceSpec, &Path) + Sync),
) -> Result<(), RenderError> {
    fs::create_dir_all(folder).map_err(|error| RenderError::File { path: folder.to_path_buf(), error })?;
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let failure = Mutex::new(None);
    let work = || {
        while !stopped.load(Ordering::Relaxed) {
            let Some(spec) = specs.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            let path = folder.join(spec.file_name());
            let outcome = if path.exists() { Ok(()) } else { render(spec, &path) };
            match outcome {
                Ok(()) => on_piece(spec, &path),
                Err(error) => {
                    stopped.store(true, Ordering::Relaxed);
                    failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
                }
            }
        }
    };
    thread::scope(|scope| (0..threads.max(1)).for_each(|_| drop(scope.spawn(work))));
    failure.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).map_or(Ok(()), Err)
}

pub(super) fn mix(spec: &PieceSpec, score: &Score) -> Stereo {
    let style = spec.style;
    let mut random = Random::new(spec.seed ^ 0x5eed);
    let mut tones = Stereo::silence((score.length * RATE) as usize);
    for note in &score.notes {
        // Low notes stay in the middle and dry; `finish` keeps the whole in bounds.
        tones.add(note.start, &sound(note, &mut random), note.level, note.pan);
    }
    if let Some(repeats) = &style.echo {
        echo(&mut tones, repeats, spec.tempo);
    }
    for hit in &score.strokes {
        let (sound, level, pan) = stroke(hit.drum, &mut random);
        tones.add(hit.start, &sound, level * hit.level, pan);
    }
    reverb(&mut tones, style.reverb);
    crackle(&mut tones, style.crackle, &mut random);
    finish(&mut tones, RING_SECONDS * 0.6);
    tones
}

/// A worn record: a few clicks a second, and a faint hiss.
fn crackle(sound: &mut Stereo, level: f32, random: &mut Random) {
    if level <= 0.0 {
        return;
    }
    let (mut click, mut hiss) = (0.0_f32, 0.0_f32);
    for (left, right) in sound.left.iter_mut().zip(sound.right.iter_mut()) {
        if random.chance(7.0 / RATE) {
            click = random.signed() * 3.0;
        }
        click *= 0.72;
        hiss += 0.3 * (random.signed() - hiss);
        let noise = level * (click + hiss * 0.35);
        *left += noise;
        *right += noise * 0.8;
    }
}
