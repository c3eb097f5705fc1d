//! Running other programs, and saying what is being done.

use std::{ffi::OsStr, process::Command};

use anyhow::{Context, Result, bail};

use crate::paths;

/// Prints a line for the person at the terminal; standard output stays free for what a command produces.
#[expect(clippy::print_stderr, reason = "progress belongs on standard error")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}

/// `cargo` with the arguments, at the top of the checkout and into the same target folder as this program.
pub(crate) fn cargo<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Result<Command> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments).current_dir(paths::root()?).env("CARGO_TARGET_DIR", paths::target()?);
    // What `cargo run` sets for this program would make every crate that looks at it build anew.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    Ok(command)
}

/// Runs a command to its end.
///
/// # Errors
/// The program is missing or ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let status = command.status().with_context(|| format!("cannot run {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Gives this process up for the command, so that signals and the exit code are its own.
///
/// # Errors
/// The program is missing, or (where a process cannot be replaced) it failed.
pub(crate) fn replace(command: &mut Command) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(error).with_context(|| format!("cannot run {}", describe(command)))
    }
    #[cfg(not(unix))]
    run(command)
}

/// The command as one would type it, without paths.
fn describe(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
