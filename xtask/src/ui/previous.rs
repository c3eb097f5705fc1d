//! The pages as they were before the last change to them: what is still open on phones and screens while a server is
//! updated. The tests open them at today's server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use super::{assets, bundle, dist::Dist, manifest::Manifest};
use crate::{
    command::{self, say},
    machine::{self, WASM},
    paths,
};

/// What the tests open of them.
const SURFACES: [&str; 3] = ["patron", "screen", "staff"];
/// What the pages are made of.
const SOURCES: [&str; 2] = ["ui", "app"];

/// Put behind the version of what is built: by name, version and place in its workspace alone cargo would take these
/// crates for today's, and leave today's pages as they are.
const MARK: &str = "+before";

/// Builds the pages of the commit before the one that changed them last, into a folder that carries its id; once for each.
///
/// # Errors
/// There is no such commit here (no git, a shallow clone, the first commit), or it doesn't build.
pub(crate) fn build() -> Result<PathBuf> {
    let commit = commit()?;
    let home = paths::target()?.join("previous");
    let pages = home.join(&commit);
    if pages.join("manifest.json").is_file() {
        return Ok(pages);
    }
    say(&format!("The pages of {commit}"));
    machine::ensure_target(WASM)?;
    let checkout = home.join("checkout");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&checkout)?;
    unpack(&commit, &checkout)?;
    mark(&checkout.join("Cargo.toml"))?;
    compile(&checkout)?;
    // The manifest is written last: a folder that has one is whole.
    let dist = Dist::open(pages, false)?;
    let mut manifest = Manifest::default();
    for surface in SURFACES {
        manifest.surfaces.insert(surface.to_owned(), bundle::build(&dist, surface, false)?);
    }
    manifest.assets = assets::build(&dist, &checkout.join("assets"))?;
    dist.finish(&manifest)?;
    Ok(dist.folder().to_owned())
}

/// The last commit before today's that changed the pages' sources.
fn commit() -> Result<String> {
    let last = last_change("HEAD")?;
    let before = last_change(&format!("{last}^"))?;
    Ok(before)
}

/// The id of the last commit that changed the sources, from `from` on back.
fn last_change(from: &str) -> Result<String> {
    let mut git = git()?;
    git.args(["log", "--first-parent", "-1", "--format=%H", from, "--"]).args(SOURCES);
    let output = git.stderr(Stdio::null()).output().context("no git")?;
    let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    ensure!(output.status.success() && !id.is_empty(), "the history before the last change to the pages is not here");
    Ok(id)
}

/// Puts a commit's files into a folder, as new ones: what cargo built there of another commit must not pass for these.
fn unpack(commit: &str, folder: &Path) -> Result<()> {
    let mut archive =
        git()?.args(["archive", "--format=tar", commit]).stdout(Stdio::piped()).spawn().context("no git")?;
    let content = archive.stdout.take().context("no archive")?;
    let mut tar = Command::new("tar");
    tar.args(["-x", "-m", "-C"]).arg(folder).stdin(content);
    command::run(&mut tar)?;
    if !archive.wait()?.success() {
        bail!("git archive {commit} failed");
    }
    Ok(())
}

/// Marks the version that the workspace's crates share.
fn mark(workspace: &Path) -> Result<()> {
    let text = fs::read_to_string(workspace)?;
    let (before, rest) = text.split_once("\nversion = \"").context("the workspace has no version")?;
    let (version, after) = rest.split_once('"').context("the workspace's version has no end")?;
    Ok(fs::write(workspace, format!("{before}\nversion = \"{version}{MARK}\"{after}"))?)
}

/// Into the same target folder and by the same profile as today's pages, so that what both depend on is built once.
fn compile(checkout: &Path) -> Result<()> {
    let mut cargo = command::cargo(["build", "--target", WASM, "--profile", bundle::profile(false)])?;
    cargo.args(["-p", "jukeline-ui"]).current_dir(checkout);
    for surface in SURFACES {
        cargo.args(["--bin", surface]);
    }
    command::run(&mut cargo)
}

fn git() -> Result<Command> {
    let mut git = Command::new("git");
    git.current_dir(paths::root()?);
    Ok(git)
}
