//! Where things are: the checkout, the target folder and what the build leaves there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The top of the checkout.
pub(crate) fn root() -> Result<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(own.parent().context("xtask is not inside the checkout")?.to_owned())
}

/// Cargo's target folder: the one that this program was built into.
pub(crate) fn target() -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where xtask itself is")?;
    Ok(own.ancestors().nth(2).context("xtask is not inside a target folder")?.to_owned())
}

/// The built pages: what the server's `http.ui` points to.
pub(crate) fn pages() -> Result<PathBuf> {
    Ok(target()?.join("ui"))
}

/// The Debian packages.
pub(crate) fn packages() -> Result<PathBuf> {
    Ok(target()?.join("packages"))
}

/// The server's binary as built with `profile` (the folder's name: `debug`, `release`, `demo`).
pub(crate) fn server(profile: &str) -> Result<PathBuf> {
    Ok(target()?.join(profile).join(format!("jukeline{}", std::env::consts::EXE_SUFFIX)))
}
