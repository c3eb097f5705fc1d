//! `cargo xtask demo`: from a clean clone to a song that is heard.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{
    command::{self, say},
    machine, paths, ui,
};

/// The cargo profile that is built quickest among those that still run fast.
const PROFILE: &str = "demo";
/// Asks for the apps' windows; the demo itself is told where their program is.
const SHELL: &str = "--shell";
/// Asks for Apache Kafka and PostgreSQL.
const NETWORK: &str = "--network";

/// Builds everything and gives this process to the demo.
///
/// # Errors
/// Something does not build, two options exclude each other, or for `--network` this machine lacks Java or PostgreSQL.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let has = |option: &str| arguments.iter().any(|argument| argument == option);
    if has(NETWORK) && has(SHELL) {
        bail!("{SHELL} opens windows beside one server: without {NETWORK}");
    }
    say("1/3 Building the pages …");
    ui::build(&ui::Options::default())?;
    if has(NETWORK) {
        return run_network(arguments);
    }
    say("2/3 Building the server …");
    command::run(&mut command::cargo(["build", "--profile", PROFILE, "-p", "jukeline-backend"])?)?;
    if has(SHELL) {
        machine::prepare_for_shell()?;
        say("Building the apps …");
        command::run(&mut command::cargo(["build", "--profile", PROFILE, "-p", "jukeline-shell"])?)?;
    }
    say("3/3 Starting …");
    let mut demo = Command::new(paths::server(PROFILE)?);
    demo.args(["demo", "--ui"]).arg(paths::pages()?);
    demo.args(arguments.iter().filter(|argument| *argument != SHELL));
    if has(SHELL) {
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
    demo.args(arguments.iter().filter(|argument| *argument != NETWORK));
    demo.env("JUKELINE_BIN", paths::server(PROFILE)?);
    demo.env("JUKELINE_UI", paths::pages()?);
    command::replace(&mut demo)
}
