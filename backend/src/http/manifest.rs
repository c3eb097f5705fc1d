//! The built pages: where they are and what their files are called.

use crate::{config::Config, secret::hex};
use jukeline_app::page::{Bundle, Manifest};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Hexadecimal digits of a content's hash in a name.
const HASH_LENGTH: usize = 16;

/// The built pages, if there are any.
#[derive(Clone, Debug)]
pub struct Pages {
    /// Their folder.
    pub folder: PathBuf,
    /// What is in it; nothing when the pages were not built.
    pub manifest: Option<Manifest>,
    /// Which pages these are: another word for other pages, or for the same of another version of the server.
    pub build: String,
}

impl Pages {
    /// Finds the built pages: `http.ui`, else `ui` beside the program.
    pub fn find(config: &Config) -> Pages {
        let beside = || std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("ui")));
        let folder = config.http.ui.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("ui"));
        let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap_or_default();
        let manifest = read(&text, &folder);
        Pages { folder, manifest, build: build_of(&text) }
    }

    /// The address of an asset such as `base.css`.
    pub fn asset(&self, name: &str) -> Option<String> {
        self.manifest.as_ref()?.asset(name)
    }

    /// The path on disk of an asset.
    pub fn asset_file(&self, name: &str) -> Option<PathBuf> {
        self.manifest.as_ref()?.assets.get(name).map(|path| self.folder.join(path))
    }

    /// The address that an asset has today, for a path below `/ui` such as `/assets/base-0123456789abcdef.css` that it had
    /// in another build.
    pub fn today(&self, path: &str) -> Option<String> {
        let (name, extension) = path.strip_prefix("/assets/")?.rsplit_once('.')?;
        let (stem, hash) = name.rsplit_once('-')?;
        let is_hash = hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let today = is_hash.then(|| self.asset(&format!("{stem}.{extension}")))??;
        (today.strip_prefix("/ui") != Some(path)).then_some(today)
    }

    /// What a surface loads.
    pub fn surface(&self, name: &str) -> Option<&Bundle> {
        self.manifest.as_ref()?.surfaces.get(name)
    }
}

fn read(text: &str, folder: &Path) -> Option<Manifest> {
    if text.is_empty() {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            tracing::error!(%error, folder = %folder.display(), "the list of the built pages can't be read");
            None
        }
    }
}

/// The shell around the pages is the server's, so its version counts, too.
fn build_of(manifest: &str) -> String {
    let digest = Sha256::new().chain_update(env!("CARGO_PKG_VERSION")).chain_update(manifest).finalize();
    hex(digest.get(..HASH_LENGTH / 2).unwrap_or_default())
}
