//! Real music for tests: the demo's own pieces, composed once a machine and kept in its folder for temporary files.

use anyhow::{Context, Result, ensure};
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

/// A folder of OGG Vorbis files of 40 to 60 s.
///
/// # Errors
/// The folder can't be written.
pub fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join("jukeline-test-music");
    // One program at a time: the others find what it made.
    let lock = File::create(folder.with_extension("lock"))?;
    lock.lock()?;
    let pieces: Vec<_> = jukeline_backend::demo::music::catalogue(1933).into_iter().take(8).collect();
    jukeline_backend::demo::music::render_all(&pieces, &folder, 2, &|_, _| {}).context("the music")?;
    Ok(folder)
}

/// Writes a file of one tone under a title: OGG Vorbis or, where its name ends so, M4A (AAC). Its peaks have so many decibels
/// of full scale, and neither end has a moment of silence.
///
/// # Errors
/// ffmpeg is missing or fails.
pub fn tone(file: &Path, title: &str, hertz: u32, seconds: u32, peak_db: i32) -> Result<()> {
    // ffmpeg's own sine has an eighth of full scale: -18 dB.
    let volume = peak_db + 18;
    let sine = format!("sine=frequency={hertz}:sample_rate=44100:duration={seconds},volume={volume}dB");
    let codec = if file.extension().is_some_and(|kind| kind == "m4a") { "aac" } else { "libvorbis" };
    made(&sine, codec, title, file)
}

/// Writes a FLAC file of white noise under a title: some 88 kB a second, as no codec makes noise smaller.
///
/// # Errors
/// ffmpeg is missing or fails.
pub fn noise(file: &Path, title: &str, seed: u32, seconds: u32) -> Result<()> {
    let noise = format!("anoisesrc=color=white:sample_rate=44100:duration={seconds}:seed={seed}:amplitude=0.5");
    made(&noise, "flac", title, file)
}

/// Writes what one of ffmpeg's own sources sounds.
fn made(source: &str, codec: &str, title: &str, file: &Path) -> Result<()> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", source, "-c:a", codec]);
    ffmpeg.args(["-metadata", &format!("title={title}"), "-metadata", "artist=The Fork"]).arg("-y").arg(file);
    let output = ffmpeg.output().context("ffmpeg")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
