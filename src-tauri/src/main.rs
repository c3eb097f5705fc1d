//! One of the three apps: `jukeline-shell --role patron|staff|screen`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    jukeline_shell::run()
}
