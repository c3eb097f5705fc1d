//! `cargo xtask ui`: the pages. One wasm bundle a surface, the shared assets, and a manifest that names them all.

mod assets;
mod bundle;
mod compress;
mod copy;
mod dist;
mod manifest;
mod names;
pub(crate) mod previous;
mod sizes;
mod trim;

use anyhow::Result;
use clap::Args;

use crate::{
    command::{self, say},
    machine::{self, WASM},
    paths,
};
pub(crate) use copy::copy;
use dist::Dist;
pub(crate) use manifest::Manifest;

/// The surfaces, each a binary of the crate `jukeline-ui`.
const SURFACES: [&str; 6] = ["past", "patron", "screen", "setup", "staff", "wallet"];

/// How to build the pages.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Build quickly, for the loop at the desk: bigger bundles, nothing precompressed, sizes unchecked.
    #[arg(long)]
    pub(crate) fast: bool,
    /// Build this surface only (may be given more than once); the others stay as they were built last.
    #[arg(long, value_parser = SURFACES)]
    pub(crate) only: Vec<String>,
    /// Write today's sizes to assets/sizes.json as what the next build is compared with.
    #[arg(long, conflicts_with = "fast")]
    pub(crate) accept_sizes: bool,
    /// Build the pages as they were before the last change to them: what the tests of old clients open.
    #[arg(long, conflicts_with_all = ["fast", "only", "accept_sizes"])]
    pub(crate) previous: bool,
}

/// Builds the pages, prints the table and compares the sizes with the recorded ones.
///
/// # Errors
/// The build fails, or a bundle grew by more than what is allowed.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.previous {
        return previous::build().map(|folder| say(&format!("Pages of before are in {}", folder.display())));
    }
    let manifest = build(options)?;
    if options.fast {
        return Ok(());
    }
    let dist = paths::pages()?;
    let sizes = sizes::measure(&dist, &manifest)?;
    sizes.print();
    let record = paths::root()?.join("assets/sizes.json");
    if options.accept_sizes {
        return sizes.write(&record);
    }
    sizes.compare(&record)
}

/// Builds the pages into the target folder and returns what is there.
///
/// # Errors
/// The crate does not build, a file cannot be read or written, or CSS names a file that is not there.
pub(crate) fn build(options: &Options) -> Result<Manifest> {
    let fast = options.fast;
    let is_wanted = |surface: &&str| options.only.is_empty() || options.only.iter().any(|only| only == surface);
    let wanted: Vec<&str> = SURFACES.into_iter().filter(is_wanted).collect();
    machine::ensure_target(WASM)?;
    compile(fast, &wanted)?;
    let dist = Dist::open(paths::pages()?, !fast)?;
    let mut manifest = if options.only.is_empty() { Manifest::default() } else { dist.manifest() };
    for surface in wanted {
        manifest.surfaces.insert(surface.to_owned(), bundle::build(&dist, surface, fast)?);
    }
    manifest.assets = assets::build(&dist, &paths::root()?.join("assets"))?;
    dist.finish(&manifest)?;
    say(&format!("Pages are in {}", dist.folder().display()));
    Ok(manifest)
}

/// Compiles the surfaces in one cargo call, so that they share every crate below them.
fn compile(fast: bool, surfaces: &[&str]) -> Result<()> {
    let mut cargo = command::cargo(["build", "--target", WASM, "--profile", bundle::profile(fast)])?;
    cargo.args(["-p", "jukeline-ui"]);
    for surface in surfaces {
        cargo.args(["--bin", surface]);
    }
    command::run(&mut cargo)
}
