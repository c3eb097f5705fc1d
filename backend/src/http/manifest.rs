//! The built pages: where they are and what their files are called.

use crate::config::Config;
use jukeline_app::page::{Bundle, Manifest};
use std::path::{Path, PathBuf};

/// The built pages, if there are any.
#[derive(Clone, Debug)]
pub struct Pages {
    /// Their folder.
    pub folder: PathBuf,
    /// What is in it; nothing when the pages were not built.
    pub manifest: Option<Manifest>,
}

impl Pages {
    /// Finds the built pages: `http.ui`, else `ui` beside the program.
    pub fn find(config: &Config) -> Pages {
        let beside = || std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("ui")));
        let folder = config.http.ui.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("ui"));
        let manifest = read(&folder.join("manifest.json"));
        Pages { folder, manifest }
    }

    /// The address of an asset such as `base.css`.
    pub fn asset(&self, name: &str) -> Option<String> {
        self.manifest.as_ref()?.asset(name)
    }

    /// The path on disk of an asset.
    pub fn asset_file(&self, name: &str) -> Option<PathBuf> {
        self.manifest.as_ref()?.assets.get(name).map(|path| self.folder.join(path))
    }

    /// What a surface loads.
    pub fn surface(&self, name: &str) -> Option<&Bundle> {
        self.manifest.as_ref()?.surfaces.get(name)
    }
}

fn read(file: &Path) -> Option<Manifest> {
    let text = std::fs::read_to_string(file).ok()?;
    match serde_json::from_str(&text) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            tracing::error!(%error, file = %file.display(), "the list of the built pages can't be read");
            None
        }
    }
}
