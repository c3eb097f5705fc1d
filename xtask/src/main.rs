//! The one entry for people who work on Jukeline: `cargo xtask help`.

mod bench;
mod check;
mod command;
mod demo;
mod icons;
mod kafka;
mod lanes;
mod machine;
mod package;
mod paths;
mod summary;
mod test;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Jukeline.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and run a jukebox on this machine, with its own music and guests.
    ///
    /// Arguments are handed on to `jukeline demo`; `cargo xtask demo --help` lists them. `--network` runs it on an
    /// Apache Kafka and a PostgreSQL that are started for it, with two backend processes.
    #[command(disable_help_flag = true)]
    Demo {
        /// What `jukeline demo` takes: --port, --data, --bind, --here, --music, --no-open …
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Set up what the tests need, then check and test everything.
    Test(test::Options),
    /// The quick loop: format, lints and the tests of the domain.
    Check,
    /// Measure speed and print the table.
    Bench {
        /// What the bench binary takes.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the pages (wasm bundles, styles, fonts, icons) and print what takes the room.
    Ui(ui::Options),
    /// Draw every icon of the apps from its SVG, and hand the phones' to the mobile projects where there are any.
    Icons,
    /// Make Debian packages of the server and the apps.
    Package(package::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo { arguments } => demo::run(&arguments),
        Task::Test(options) => return finish(test::run(&options)),
        Task::Check => check::run(),
        Task::Bench { arguments } => bench::run(&arguments),
        Task::Ui(options) => ui::run(&options),
        Task::Icons => icons::run(),
        Task::Package(options) => package::run(&options),
    };
    finish(outcome.map(|()| ExitCode::SUCCESS))
}

/// The exit code, after a word about what went wrong.
fn finish(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        command::say(&format!("xtask: {error:#}"));
        ExitCode::FAILURE
    })
}
