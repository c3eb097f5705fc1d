//! The folder in which debhelper finds everything: built parts, documents, and `debian` with the rules.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::changelog;
use crate::{command, paths, ui};

/// Files of the checkout that packages carry, by the name that `packaging/debian` calls them.
const FILES: [(&str, &str); 7] = [
    ("LICENSE", "LICENSE"),
    ("OFL.txt", "assets/fonts/OFL.txt"),
    ("README.md", "README.md"),
    ("apps", "packaging/apps"),
    ("debian", "packaging/debian"),
    ("jukeline.example.toml", "jukeline.example.toml"),
    ("jukeline.toml", "packaging/jukeline.toml"),
];

/// The folder of the pages.
const PAGES: &str = "ui";

/// debhelper's working folder, inside the one into which it puts the packages.
pub(super) struct Stage {
    folder: PathBuf,
}

impl Stage {
    /// An empty one, after removing what an earlier build left.
    ///
    /// # Errors
    /// `out` can't be written.
    pub(super) fn open(out: &Path) -> Result<Self> {
        let stage = Self { folder: out.join("build") };
        stage.remove()?;
        fs::create_dir_all(&stage.folder).with_context(|| stage.folder.display().to_string())?;
        for entry in fs::read_dir(out)? {
            let path = entry?.path();
            if path.extension().is_some_and(|name| ["buildinfo", "changes", "deb"].iter().any(|ours| name == *ours)) {
                fs::remove_file(path)?;
            }
        }
        Ok(stage)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Copies a file or a folder under the name that the rules know.
    ///
    /// # Errors
    /// It isn't there, or the disk is full.
    pub(super) fn add(&self, name: &str, from: &Path) -> Result<()> {
        // std copies no folders; where the file system can, no byte is copied.
        let mut copy = Command::new("cp");
        command::run(copy.args(["--recursive", "--reflink=auto"]).arg(from).arg(self.folder.join(name)))
    }

    /// Copies the pages.
    ///
    /// # Errors
    /// A page isn't there, or the disk is full.
    pub(super) fn add_pages(&self, from: &Path) -> Result<()> {
        ui::copy(from, &self.folder.join(PAGES))
    }

    /// Where the pages are, from the root on.
    ///
    /// # Errors
    /// They were not added.
    pub(super) fn pages(&self) -> Result<PathBuf> {
        self.folder.join(PAGES).canonicalize().context("no pages")
    }

    /// Adds what comes from the checkout, and the changelog.
    ///
    /// # Errors
    /// The disk is full.
    pub(super) fn finish(&self) -> Result<()> {
        let root = paths::root()?;
        for (name, from) in FILES {
            self.add(name, &root.join(from))?;
        }
        Ok(fs::write(self.folder.join("debian/changelog"), changelog::text()?)?)
    }

    /// The server's systemd unit.
    pub(super) fn server_unit(&self) -> PathBuf {
        self.folder.join("debian/jukeline-server/lib/systemd/system/jukeline.service")
    }

    /// Removes it; nothing happens if it isn't there.
    ///
    /// # Errors
    /// It can't be removed.
    pub(super) fn remove(&self) -> Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}
