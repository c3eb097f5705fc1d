//! The folder that the server serves: files with hashed names, their compressed twins, and the manifest.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{compress, manifest::Manifest};

/// How long a file that no manifest names any more stays: a server that runs still hands it out.
const KEEP_STALE: Duration = Duration::from_secs(24 * 3600);

/// The dist folder while it is being filled.
pub(super) struct Dist {
    folder: PathBuf,
    precompress: bool,
}

impl Dist {
    /// Opens the folder, making it where it is missing.
    pub(super) fn open(folder: PathBuf, precompress: bool) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder, precompress })
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file (`name` is relative, with `/` between) and returns the name. A file that is there already has the
    /// same content, because its name carries the hash.
    pub(super) fn put(&self, name: &str, content: &[u8]) -> Result<String> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        write_whole(&path, content)?;
        if self.precompress {
            compress::beside(&path, content)?;
        }
        Ok(name.to_owned())
    }

    /// What was built last; nothing if there is none.
    pub(super) fn manifest(&self) -> Manifest {
        let text = fs::read(self.folder.join("manifest.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Writes the manifest and drops what has been stale for a day.
    pub(super) fn finish(&self, manifest: &Manifest) -> Result<()> {
        write_whole(&self.folder.join("manifest.json"), &serde_json::to_vec_pretty(manifest)?)?;
        self.drop_stale(&self.folder, &manifest.files())
    }

    fn drop_stale(&self, folder: &Path, current: &[&str]) -> Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.drop_stale(&path, current)?;
                continue;
            }
            let name = path.strip_prefix(&self.folder)?.to_string_lossy().replace('\\', "/");
            let plain = name.trim_end_matches(".br").trim_end_matches(".gz");
            let age = SystemTime::now().duration_since(fs::metadata(&path)?.modified()?).unwrap_or_default();
            if plain != "manifest.json" && !current.contains(&plain) && age > KEEP_STALE {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

/// Writes beside and renames, so that a server that reads meanwhile never sees half a file.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.part", std::process::id()));
    fs::write(&partial, content).with_context(|| format!("cannot write {}", path.display()))?;
    fs::rename(&partial, path).with_context(|| format!("cannot write {}", path.display()))
}

/// The first 64 bits of the content's SHA-256, in hexadecimal.
pub(super) fn hash_of(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
