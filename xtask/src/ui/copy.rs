//! The pages without what lies beside them: files of older builds, which a running server may still hand out.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::Manifest;

/// Copies the pages that the manifest names, with their compressed twins.
///
/// # Errors
/// A page isn't there, or the disk is full.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let manifest = "manifest.json";
    let text = fs::read(from.join(manifest)).with_context(|| format!("no pages in {}", from.display()))?;
    let pages: Manifest = serde_json::from_slice(&text)?;
    for name in pages.files().into_iter().chain([manifest]) {
        let copy = to.join(name);
        fs::create_dir_all(copy.parent().context("a page without a folder")?)?;
        fs::copy(from.join(name), copy).with_context(|| format!("no page {name}"))?;
        for twin in [format!("{name}.br"), format!("{name}.gz")] {
            if from.join(&twin).is_file() {
                fs::copy(from.join(&twin), to.join(&twin))?;
            }
        }
    }
    Ok(())
}
