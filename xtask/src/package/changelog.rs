//! The version of the packages, and Debian's changelog that says it.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths;

/// A changelog of one entry. Its date is the commit's, which makes the packages of one commit the same, byte for byte;
/// its version rises with each commit, so that one replaces the other.
///
/// # Errors
/// Neither git nor `date` tells a date.
pub(super) fn text() -> Result<String> {
    let version = env!("CARGO_PKG_VERSION");
    let commit = |format: &str| {
        let format = format!("--date=format-local:{format}");
        printed(Command::new("git").args(["log", "-1", "--format=%cd", &format]).env("TZ", "UTC"))
    };
    let (version, date) = match commit("%Y%m%d%H%M%S") {
        Ok(moment) => (format!("{version}+git{moment}"), commit("%a, %d %b %Y %H:%M:%S +0000")?),
        // Sources without their history.
        Err(_) => (version.to_owned(), printed(Command::new("date").args(["--utc", "--rfc-email"]))?),
    };
    Ok(format!(
        "jukeline ({version}) unstable; urgency=medium\n\n  * Built from its sources.\n\n \
         -- Jukeline <packages@jukeline.example>  {date}\n"
    ))
}

/// What a program says on one line.
fn printed(command: &mut Command) -> Result<String> {
    let output = command.env("LC_ALL", "C").current_dir(paths::root()?).output()?;
    if !output.status.success() {
        bail!("{} failed ({})", command.get_program().display(), output.status);
    }
    let line = String::from_utf8(output.stdout).context("not text")?.trim().to_owned();
    if line.is_empty() { bail!("{} said nothing", command.get_program().display()) } else { Ok(line) }
}
