//! `manifest.json`: the server reads it to know what the hashed files are called.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything in the dist folder. Paths are relative to it.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Manifest {
    /// The assets, from the name in the checkout (below its folder of style, fonts or icons) to the hashed path.
    pub(super) assets: BTreeMap<String, String>,
    /// One entry a surface, by its name.
    #[serde(flatten)]
    pub(super) surfaces: BTreeMap<String, Surface>,
}

/// What one page loads.
#[derive(Serialize, Deserialize)]
pub(super) struct Surface {
    /// The module to import; its default export takes the wasm's address.
    pub(super) js: String,
    /// The program.
    pub(super) wasm: String,
    /// Modules that the first one imports, worth a `modulepreload`.
    pub(super) snippets: Vec<String>,
}

impl Surface {
    /// All its files.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        [self.js.as_str(), self.wasm.as_str()].into_iter().chain(self.snippets.iter().map(String::as_str))
    }
}

impl Manifest {
    /// All files that it names.
    pub(crate) fn files(&self) -> Vec<&str> {
        let surfaces = self.surfaces.values().flat_map(Surface::files);
        surfaces.chain(self.assets.values().map(String::as_str)).collect()
    }
}
