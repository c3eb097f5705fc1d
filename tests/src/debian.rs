//! Debian packages, and machines to install them on.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::machine::{self, run};

mod booted;
mod clean_root;

pub use booted::Booted;
pub use clean_root::{CleanRoot, Inventory};

/// Packages that were made for a test, of the programs under test.
#[derive(Debug)]
pub struct Packages {
    folder: TempDir,
}

impl Packages {
    /// `jukeline-server`.
    ///
    /// # Errors
    /// Server or pages are missing, or they can't be packaged.
    pub async fn of_the_server() -> Result<Self> {
        let (server, pages) = (machine::server()?, machine::pages()?);
        Self::make(&[("--only", Path::new("server")), ("--server", &server), ("--pages", &pages)]).await
    }

    /// `jukeline-shell` and the three apps.
    ///
    /// # Errors
    /// The apps' program is missing, or it can't be packaged.
    pub async fn of_the_apps() -> Result<Self> {
        Self::make(&[("--only", Path::new("apps")), ("--shell", &machine::shell()?)]).await
    }

    async fn make(options: &[(&str, &Path)]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("jukeline-packages-").tempdir()?;
        let mut package = Command::new(machine::build_tool()?);
        package.args(["package", "--uncompressed", "--out"]).arg(folder.path());
        for (option, value) in options {
            package.arg(option).arg(value);
        }
        run(package).await?;
        Ok(Self { folder })
    }

    /// The file of a package.
    ///
    /// # Errors
    /// It wasn't made.
    pub fn file(&self, name: &str) -> Result<PathBuf> {
        let start = format!("{name}_");
        for entry in std::fs::read_dir(self.folder.path())? {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            if file.starts_with(&start) && file.ends_with(".deb") {
                return Ok(entry.path());
            }
        }
        Err(anyhow::anyhow!("no package {name}"))
    }

    /// A field of a package's control record, such as `Depends`.
    ///
    /// # Errors
    /// It wasn't made.
    pub async fn field(&self, name: &str, field: &str) -> Result<String> {
        let mut read = Command::new("dpkg-deb");
        read.arg("--field").arg(self.file(name)?).arg(field);
        Ok(run(read).await?.trim().to_owned())
    }
}

/// What systemd says about a unit that a package put below `root`: nothing, if all is well. The program that it starts
/// is looked for on this machine, which has none, so that another stands in for it.
///
/// # Errors
/// A key or a value isn't known to systemd.
pub async fn verify_unit(root: &CleanRoot, unit: &str, program: &str) -> Result<()> {
    let text = std::fs::read_to_string(root.path(unit)).with_context(|| unit.to_owned())?;
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join(Path::new(unit).file_name().context("a unit without a name")?);
    std::fs::write(&copy, text.replace(program, "/bin/true"))?;
    let mut verify = Command::new("systemd-analyze");
    if unit.contains("/user/") {
        verify.arg("--user").env("XDG_RUNTIME_DIR", folder.path());
    }
    verify.args(["verify", "--man=no", "--recursive-errors=no"]).arg(copy);
    run(verify).await.map(drop)
}
