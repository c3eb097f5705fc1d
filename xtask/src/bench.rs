//! `cargo xtask bench`: speed, as ratios measured in one run.

use std::process::Command;

use anyhow::Result;

use crate::{command, machine, paths};

/// Builds the server as it is shipped and runs the bench against it.
///
/// # Errors
/// Something does not build, or a section of the bench fails.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    machine::prepare_for_network()?;
    // In one go: apart, the two would have the crates below built with different features, and so twice.
    let packages = ["-p", "jukeline-backend", "-p", "jukeline-tests", "--features", "jukeline-backend/kafka"];
    command::run(command::cargo(["build", "--release", "--bin", "jukeline", "--bin", "bench"])?.args(packages))?;
    let mut bench = Command::new(paths::target()?.join("release").join("bench"));
    bench.args(arguments);
    bench.env("JUKELINE_BIN", paths::server("release")?);
    bench.env("JUKELINE_UI", paths::pages()?);
    command::run(&mut bench)
}
