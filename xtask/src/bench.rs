//! `cargo xtask bench`: speed, as ratios measured in one run.

use anyhow::Result;

use crate::{command, machine, paths};

/// Builds the server as it is shipped and runs the bench against it.
///
/// # Errors
/// Something does not build, or the bench cannot run to its end.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    machine::prepare_for_network()?;
    command::run(&mut command::cargo(["build", "--release", "-p", "jukeline-backend", "--features", "kafka"])?)?;
    let mut cargo = command::cargo(["run", "--release", "-p", "jukeline-tests", "--bin", "bench", "--"])?;
    cargo.args(arguments);
    cargo.env("JUKELINE_BIN", paths::server("release")?);
    cargo.env("JUKELINE_UI", paths::pages()?);
    command::run(&mut cargo)
}
