//! Styles, fonts and icons: hashed names, and CSS that points to them.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};

use super::dist::{Dist, hash_of};

/// From a name in the checkout to the hashed path in the dist folder.
pub(super) type Assets = BTreeMap<String, String>;

/// Puts all assets into the dist folder. Fonts and icons go first, so that the styles can name them.
pub(super) fn build(dist: &Dist, folder: &Path) -> Result<Assets> {
    let mut assets = Assets::new();
    for kind in ["fonts", "icons"] {
        for (name, content) in files(&folder.join(kind))? {
            put(dist, &mut assets, &name, &content)?;
        }
    }
    for (name, content) in files(&folder.join("style"))? {
        let text = String::from_utf8(content).with_context(|| format!("assets/style/{name} is not UTF-8"))?;
        let text = point_to_hashed(&text, &assets).with_context(|| format!("in assets/style/{name}"))?;
        put(dist, &mut assets, &name, text.as_bytes())?;
    }
    Ok(assets)
}

fn put(dist: &Dist, assets: &mut Assets, name: &str, content: &[u8]) -> Result<()> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let path = dist.put(&format!("assets/{stem}-{}.{extension}", hash_of(content)), content)?;
    ensure!(assets.insert(name.to_owned(), path).is_none(), "two assets are called {name}");
    Ok(())
}

/// The files of a folder in order of their names; licences and notes (`.txt`, `.md`) stay in the checkout.
fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_note = name.starts_with('.') || name.ends_with(".txt") || name.ends_with(".md");
        if path.is_file() && !is_note {
            found.push((name, fs::read(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

/// Replaces `url(../fonts/x.woff2)` and the like by the hashed name, which lies in the same folder as the style.
fn point_to_hashed(css: &str, assets: &Assets) -> Result<String> {
    let mut parts = css.split("url(");
    let mut pointed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((address, rest)) = part.split_once(')') else { bail!("a url( is never closed") };
        let address = address.trim().trim_matches(['"', '\'']);
        pointed.push_str(&format!("url(\"{}\")", hashed(address, assets)?));
        pointed.push_str(rest);
    }
    Ok(pointed)
}

fn hashed(address: &str, assets: &Assets) -> Result<String> {
    let Some(name) = ["../fonts/", "../icons/"].iter().find_map(|folder| address.strip_prefix(folder)) else {
        return Ok(address.to_owned());
    };
    let path = assets.get(name).with_context(|| format!("url({address}) names a file that is not there"))?;
    Ok(path.trim_start_matches("assets/").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_font() -> Assets {
        Assets::from([("a.woff2".to_owned(), "assets/a-1234.woff2".to_owned())])
    }

    #[test]
    fn css_points_to_the_hashed_font() -> Result<()> {
        let css = "@font-face{src:url('../fonts/a.woff2') format(\"woff2\")}";
        let pointed = point_to_hashed(css, &one_font())?;
        assert_eq!(pointed, "@font-face{src:url(\"a-1234.woff2\") format(\"woff2\")}");
        Ok(())
    }

    #[test]
    fn other_addresses_stay() -> Result<()> {
        let css = "a{background:url(#fade)}";
        assert_eq!(point_to_hashed(css, &one_font())?, "a{background:url(\"#fade\")}");
        Ok(())
    }

    #[test]
    fn a_missing_font_is_refused() {
        assert!(point_to_hashed("src:url(../fonts/b.woff2)", &one_font()).is_err());
    }
}
