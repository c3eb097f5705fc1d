//! `cargo xtask bench`: speed, as ratios measured in one run.

use std::{fs, process::Command};

use anyhow::Result;

use crate::{command, machine, paths, ui};

/// Builds the server, and the apps where they are measured, as they are shipped, and runs the bench against them.
///
/// # Errors
/// Something does not build, or a section of the bench fails.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    machine::prepare_for_network()?;
    // In one go: apart, the two would have the crates below built with different features, and so twice.
    let packages = ["-p", "jukeline-backend", "-p", "jukeline-tests", "--features", "jukeline-backend/kafka"];
    command::run(command::cargo(["build", "--release", "--bin", "jukeline", "--bin", "bench"])?.args(packages))?;
    let is_section = |argument: &&String| !argument.starts_with("--") && argument.parse::<usize>().is_err();
    let sections: Vec<&String> = arguments.iter().filter(is_section).collect();
    if sections.is_empty() || sections.iter().any(|section| *section == "apps") {
        build_apps()?;
    }
    let mut bench = Command::new(paths::target()?.join("release").join("bench"));
    bench.args(arguments);
    bench.env("JUKELINE_BIN", paths::server("release")?);
    bench.env("JUKELINE_UI", paths::pages()?);
    command::run(&mut bench)
}

/// The program of the apps and the bare window beside it, with the pages of today in it and no older ones.
fn build_apps() -> Result<()> {
    machine::prepare_for_shell()?;
    let pages = paths::target()?.join("bench/ui");
    if pages.is_dir() {
        fs::remove_dir_all(&pages)?;
    }
    ui::copy(&paths::pages()?, &pages)?;
    let programs = ["build", "--release", "-p", "jukeline-shell", "--bin", "jukeline-shell", "--example", "bare"];
    command::run(command::cargo(programs)?.env("JUKELINE_UI", pages))
}
