//! `cargo xtask package`: Debian packages of the server and the apps, made by Debian's own debhelper.

mod changelog;
mod stage;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::{
    command::{self, say},
    machine, paths, ui,
};
use stage::Stage;

/// What to package, and where built parts are that need not be built again.
#[derive(Args)]
pub(crate) struct Options {
    /// Package this only.
    #[arg(long)]
    only: Option<Part>,
    /// Package this server instead of building one.
    #[arg(long, value_name = "FILE")]
    server: Option<PathBuf>,
    /// Package these pages instead of building them.
    #[arg(long, value_name = "FOLDER")]
    pages: Option<PathBuf>,
    /// Package this program of the apps instead of building one.
    #[arg(long, value_name = "FILE")]
    shell: Option<PathBuf>,
    /// Put the packages here instead of `packages` in the target folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Compress nothing: quicker, for tests.
    #[arg(long)]
    uncompressed: bool,
}

/// Packages that belong together.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// `jukeline-server`.
    Server,
    /// `jukeline-patron`, `jukeline-staff`, `jukeline-screen`, and the program that they share.
    Apps,
}

/// Builds what is missing, packages it, and prints the packages with their sizes and how the server's unit is confined.
///
/// # Errors
/// debhelper is missing, or something doesn't build or can't be packaged.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !machine::on_path("dh") {
        bail!("Debian packages are made by debhelper: apt-get install --no-install-recommends debhelper");
    }
    let out = options.out.clone().map_or_else(paths::packages, Ok)?;
    let stage = Stage::open(&out)?;
    let has_server = options.only != Some(Part::Apps);
    let has_apps = options.only != Some(Part::Server) && (options.shell.is_some() || has_shell()?);
    if !has_server && !has_apps {
        bail!("there is no src-tauri here, which is the apps' program");
    }
    if has_server || (has_apps && options.shell.is_none()) {
        stage.add_pages(&pages(options)?)?;
    }
    if has_server {
        stage.add("jukeline", &server(options)?)?;
    }
    if has_apps {
        stage.add("jukeline-shell", &shell(&stage, options)?)?;
    }
    stage.finish()?;
    let left_out = [(has_server, "pkg.jukeline.noserver"), (has_apps, "pkg.jukeline.noapps")];
    let left_out: Vec<&str> = left_out.into_iter().filter(|(has, _)| !has).map(|(_, profile)| profile).collect();
    build(&stage, &left_out.join(" "), options.uncompressed)?;
    if has_server && machine::on_path("systemd-analyze") {
        confinement(&stage.server_unit())?;
    }
    stage.remove()?;
    print_sizes(&out)
}

/// The pages, which the server's package carries and the apps' program holds.
fn pages(options: &Options) -> Result<PathBuf> {
    if let Some(built) = &options.pages {
        return Ok(built.clone());
    }
    ui::run(&ui::Options::default())?;
    paths::pages()
}

fn server(options: &Options) -> Result<PathBuf> {
    if let Some(built) = &options.server {
        return Ok(built.clone());
    }
    command::run(&mut command::cargo(["build", "--release", "-p", "jukeline-backend", "--features", "kafka"])?)?;
    paths::server("release")
}

/// Whether this checkout has the apps.
fn has_shell() -> Result<bool> {
    Ok(paths::root()?.join("src-tauri/Cargo.toml").is_file())
}

/// The program of the apps, with the staged pages in it: no older ones.
fn shell(stage: &Stage, options: &Options) -> Result<PathBuf> {
    if let Some(built) = &options.shell {
        return Ok(built.clone());
    }
    let mut cargo = command::cargo(["build", "--release", "-p", "jukeline-shell"])?;
    command::run(cargo.env("JUKELINE_UI", stage.pages()?))?;
    Ok(paths::target()?.join("release/jukeline-shell"))
}

/// Has debhelper make the packages beside the stage.
fn build(stage: &Stage, left_out: &str, uncompressed: bool) -> Result<()> {
    // Nothing is compiled, so that nothing but debhelper is needed.
    let mut debian = Command::new("dpkg-buildpackage");
    debian.args(["--build=binary", "--no-sign", "--no-check-builddeps"]);
    debian.current_dir(stage.folder());
    debian.env("DEB_BUILD_PROFILES", left_out);
    debian.env("JUKELINE_COMPRESSION", if uncompressed { "-Znone" } else { "" });
    command::run(&mut debian)
}

/// What the server could do to the machine if it were taken over, as systemd judges its unit.
fn confinement(unit: &Path) -> Result<()> {
    let mut analyze = Command::new("systemd-analyze");
    command::run(analyze.args(["security", "--offline=true", "--no-pager"]).arg(unit))
}

/// One line a package.
fn print_sizes(out: &Path) -> Result<()> {
    let entries = fs::read_dir(out)?.collect::<Result<Vec<_>, _>>()?;
    let mut packages: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    packages.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
    packages.sort();
    for package in packages {
        let name = package.file_name().context("a package without a name")?.to_string_lossy().into_owned();
        println!("{name:<56}{:>8} kB", fs::metadata(&package)?.len().div_ceil(1000));
    }
    say(&format!("Packages are in {}", out.display()));
    Ok(())
}
