//! `cargo xtask check`: the loop at the desk.

use anyhow::Result;

use crate::command;

/// Formats, lints what depends on no broker, and tests the domain.
///
/// # Errors
/// A lint or a test fails.
pub(crate) fn run() -> Result<()> {
    command::run(&mut command::cargo(["fmt", "--all"])?)?;
    let lints = ["clippy", "-p", "jukeline-app", "-p", "jukeline-backend", "-p", "jukeline-ui", "--all-targets"];
    command::run(command::cargo(lints)?.args(["--", "-D", "warnings"]))?;
    command::run(&mut command::cargo(["test", "-p", "jukeline-app", "--all-features"])?)
}
