//! From the compiled wasm to what a browser loads: `wasm-bindgen`, and names that carry their content's hash.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::{
    dist::{Dist, hash_of},
    manifest::Surface,
    names::Names,
    trim,
};
use crate::{machine::WASM, paths};

/// The cargo profile: for people's phones, or for the quick loop.
pub(super) const fn profile(fast: bool) -> &'static str {
    if fast { "web-fast" } else { "web" }
}

/// Puts one surface into the dist folder.
pub(super) fn build(dist: &Dist, surface: &str, fast: bool) -> Result<Surface> {
    let (staged, names) = bind(surface, fast)?;
    let wasm = fs::read(staged.join(format!("{surface}_bg.wasm")))?;
    let wasm_name = format!("{surface}-{}_bg.wasm", hash_of(&wasm));
    let mut script = names.in_script(&fs::read_to_string(staged.join(format!("{surface}.js")))?);
    let plain_name = format!("{surface}_bg.wasm");
    ensure!(script.contains(&plain_name), "the script of {surface} does not name {plain_name}");
    script = script.replace(&plain_name, &wasm_name);
    let snippets = ship_snippets(dist, surface, &staged, &mut script)?;
    let script_name = format!("{surface}-{}.js", hash_of(script.as_bytes()));
    Ok(Surface {
        js: dist.put(&format!("{surface}/{script_name}"), script.as_bytes())?,
        wasm: dist.put(&format!("{surface}/{wasm_name}"), &wasm)?,
        snippets,
    })
}

/// Runs wasm-bindgen into a folder of its own; returns that folder, and what the program's names are in the script.
fn bind(surface: &str, fast: bool) -> Result<(PathBuf, Names)> {
    let target = paths::target()?;
    let staged = target.join("ui-staged").join(surface);
    if staged.exists() {
        fs::remove_dir_all(&staged)?;
    }
    let mut output = Bindgen::new()
        .input_path(target.join(WASM).join(profile(fast)).join(format!("{surface}.wasm")))
        .web(true)?
        .omit_default_module_path(false)
        .typescript(false)
        .remove_name_section(!fast)
        .remove_producers_section(true)
        .generate_output()
        .with_context(|| format!("wasm-bindgen refused {surface}"))?;
    let mut names = Names::default();
    if !fast {
        trim::trim(output.wasm_mut());
        names = Names::shorten(output.wasm_mut());
    }
    output.emit(&staged)?;
    Ok((staged, names))
}

/// Ships the scripts that crates bring along. Their folder carries a hash of them all: wasm-bindgen's own names stay
/// the same when the content changes, and everything here is cached for ever.
fn ship_snippets(dist: &Dist, surface: &str, staged: &Path, script: &mut String) -> Result<Vec<String>> {
    let folder = staged.join("snippets");
    let mut files = Vec::new();
    collect(&folder, &folder, &mut files)?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    files.sort();
    let everything: Vec<u8> = files.iter().flat_map(|(name, content)| [name.as_bytes(), content].concat()).collect();
    let named = format!("snippets-{}", hash_of(&everything));
    *script = script.replace("./snippets/", &format!("./{named}/"));
    files.iter().map(|(name, content)| dist.put(&format!("{surface}/{named}/{name}"), content)).collect()
}

/// All files below `folder` with their content, named relative to `top` with `/` between.
fn collect(top: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(top, &path, files)?;
            continue;
        }
        let parts: Vec<_> = path.strip_prefix(top)?.iter().map(|part| part.to_string_lossy()).collect();
        files.push((parts.join("/"), fs::read(&path)?));
    }
    Ok(())
}
