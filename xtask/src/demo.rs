//! `cargo xtask demo`: from a clean clone to a song that is heard.

use std::process::Command;

use anyhow::Result;

use crate::{
    command::{self, say},
    machine, paths, ui,
};

/// The cargo profile that is built quickest among those that still run fast.
const PROFILE: &str = "demo";
/// Asks for the apps' windows; the demo itself is told where their program is.
const SHELL: &str = "--shell";

/// Builds everything and gives this process to the demo.
///
/// # Errors
/// Something does not build, or for `--network` this machine lacks Java or PostgreSQL.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    say("1/3 Building the pages …");
    ui::build(&ui::Options::default())?;
    if arguments.iter().any(|argument| argument == "--network") {
        return run_network(arguments);
    }
    say("2/3 Building the server …");
    command::run(&mut command::cargo(["build", "--profile", PROFILE, "-p", "jukeline-backend"])?)?;
    let with_windows = arguments.iter().any(|argument| argument == SHELL);
    if with_windows {
        machine::prepare_for_shell()?;
        say("Building the apps …");
        command::run(&mut command::cargo(["build", "--profile", PROFILE, "-p", "jukeline-shell"])?)?;
    }
    say("3/3 Starting …");
    let mut demo = Command::new(paths::server(PROFILE)?);
    demo.args(["demo", "--ui"]).arg(paths::pages()?);
    demo.args(arguments.iter().filter(|argument| *argument != SHELL));
    if with_windows {
        demo.arg(SHELL).arg(paths::server(PROFILE)?.with_file_name("jukeline-shell"));
    }
    command::replace(&mut demo)
}

/// The same on Apache Kafka and PostgreSQL, which a program of the test harness starts.
fn run_network(arguments: &[String]) -> Result<()> {
    machine::prepare_for_network()?;
    say("2/3 Building the server with Apache Kafka …");
    let server = ["build", "--profile", PROFILE, "-p", "jukeline-backend", "--features", "kafka"];
    command::run(&mut command::cargo(server)?)?;
    let starter = ["build", "-p", "jukeline-tests", "--bin", "network-demo"];
    command::run(&mut command::cargo(starter)?)?;
    say("3/3 Starting Apache Kafka, PostgreSQL and two servers …");
    let mut demo = Command::new(paths::target()?.join("debug/network-demo"));
    demo.args(arguments.iter().filter(|argument| *argument != "--network"));
    demo.env("JUKELINE_BIN", paths::server(PROFILE)?);
    demo.env("JUKELINE_UI", paths::pages()?);
    command::replace(&mut demo)
}
