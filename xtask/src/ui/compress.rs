//! Compressed twins: brotli for https, gzip for plain http (where browsers do not offer brotli).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use libdeflater::{CompressionLvl, Compressor};

use super::dist::write_whole;

/// Brotli's window in bits: the largest that every browser must take.
const BROTLI_WINDOW: i32 = 22;

/// Writes `<path>.br` and `<path>.gz` where they are smaller than the file itself. Twins that are there are kept: the
/// name carries the content's hash.
pub(super) fn beside(path: &Path, content: &[u8]) -> Result<()> {
    let brotli = twin(path, "br");
    if !brotli.exists() {
        keep_if_smaller(&brotli, content, &brotli_of(content)?)?;
    }
    let gzip = twin(path, "gz");
    if !gzip.exists() {
        keep_if_smaller(&gzip, content, &gzip_of(content)?)?;
    }
    Ok(())
}

/// The compressed file beside `path`.
pub(super) fn twin(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn keep_if_smaller(path: &Path, content: &[u8], compressed: &[u8]) -> Result<()> {
    if compressed.len() < content.len() { write_whole(path, compressed) } else { Ok(()) }
}

fn brotli_of(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: BROTLI_WINDOW,
        size_hint: content.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

/// libdeflate's best, some 4 % smaller than zlib's.
fn gzip_of(content: &[u8]) -> Result<Vec<u8>> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut compressed = vec![0; compressor.gzip_compress_bound(content.len())];
    let length = compressor.gzip_compress(content, &mut compressed).context("gzip")?;
    compressed.truncate(length);
    Ok(compressed)
}
