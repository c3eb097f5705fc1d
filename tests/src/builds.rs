//! The pages' folder as an update changes it: other files under other names, and a server that is started again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;

/// Hexadecimal digits of a content's hash in a name.
const HASH_LENGTH: usize = 16;

/// A folder for a server's `http.ui` that can become another build's.
#[derive(Debug)]
pub struct PagesFolder {
    holder: TempDir,
}

impl PagesFolder {
    /// A folder with these pages.
    ///
    /// # Errors
    /// It can't be made.
    pub fn of(pages: &Path) -> Result<Self> {
        let folder = Self { holder: tempfile::tempdir()? };
        folder.becomes(pages)?;
        Ok(folder)
    }

    /// Where it is, for `Setup::set`.
    #[must_use]
    pub fn path(&self) -> String {
        self.link().display().to_string()
    }

    /// From here on it holds these pages and no others; a server that runs knows only when it is started again.
    ///
    /// # Errors
    /// It can't be changed.
    pub fn becomes(&self, pages: &Path) -> Result<()> {
        let next = self.holder.path().join("next");
        std::os::unix::fs::symlink(pages, &next)?;
        Ok(fs::rename(next, self.link())?)
    }

    fn link(&self) -> PathBuf {
        self.holder.path().join("ui")
    }
}

/// The same pages as another build: programs, scripts and styles have other names, and the old ones are gone.
///
/// # Errors
/// The pages can't be read or copied.
pub fn another_build(pages: &Path) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    copy(pages, folder.path())?;
    let text = fs::read_to_string(pages.join("manifest.json"))?;
    let mut manifest: Value = serde_json::from_str(&text)?;
    let mut renamed = Vec::new();
    collect(&mut manifest, &mut renamed);
    for (old, new) in renamed {
        for twin in ["", ".br", ".gz"] {
            let from = folder.path().join(format!("{old}{twin}"));
            if from.exists() {
                fs::rename(from, folder.path().join(format!("{new}{twin}")))?;
            }
        }
    }
    fs::write(folder.path().join("manifest.json"), manifest.to_string())?;
    Ok(folder)
}

/// The hashed files that a folder's manifest names and another's doesn't.
///
/// # Errors
/// A manifest can't be read.
pub fn only_in(pages: &Path, other: &Path) -> Result<Vec<String>> {
    let (ours, others) = (named(pages)?, named(other)?);
    Ok(ours.into_iter().filter(|file| !others.contains(file)).collect())
}

fn named(pages: &Path) -> Result<Vec<String>> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(pages.join("manifest.json"))?)?;
    let mut files = Vec::new();
    let mut left = vec![&manifest];
    while let Some(value) = left.pop() {
        match value {
            Value::String(file) => files.push(file.clone()),
            Value::Array(values) => left.extend(values),
            Value::Object(map) => left.extend(map.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    Ok(files)
}

/// Gives what ends in `.js`, `.wasm` or `.css` another hash, except what scripts import by its name.
fn collect(value: &mut Value, renamed: &mut Vec<(String, String)>) {
    match value {
        Value::String(file) if [".js", ".wasm", ".css"].iter().any(|kind| file.ends_with(kind)) => {
            if let Some(other) = with_another_hash(file) {
                renamed.push((file.clone(), other.clone()));
                *file = other;
            }
        }
        Value::Object(map) => {
            for (_, value) in map.iter_mut().filter(|(key, _)| *key != "snippets") {
                collect(value, renamed);
            }
        }
        _ => {}
    }
}

fn with_another_hash(file: &str) -> Option<String> {
    let (stem, rest) = file.rsplit_once('-')?;
    let (hash, end) = rest.split_at_checked(HASH_LENGTH)?;
    let other: String = hash.chars().filter_map(|digit| char::from_digit(15 - digit.to_digit(16)?, 16)).collect();
    Some(format!("{stem}-{other}{end}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("no pages in {}", from.display()))? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            fs::create_dir_all(to.join(&name))?;
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_build_has_other_names_of_the_same_form() {
        let other = with_another_hash("patron/patron-00112233445566ff_bg.wasm");
        assert_eq!(other.as_deref(), Some("patron/patron-ffeeddccbbaa9900_bg.wasm"));
        assert_eq!(with_another_hash("assets/plain.css"), None);
    }
}
