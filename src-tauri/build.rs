//! Names what pages may ask of the shell, and where the built pages are that become part of the program.

use std::path::{Path, PathBuf};

/// The commands: each capability lists those that its window may use.
const COMMANDS: &[&str] = &[
    "connect",
    "session",
    "keep_session",
    "forget_session",
    "keep_pass",
    "keep_file",
    "open_outside",
    "position",
    "set_title",
    "song",
    "keep_song",
    "alive",
    "can_sound",
    "leave_kiosk",
    "may_notify",
    "notify",
    "floor",
    "open_floor",
];

fn main() {
    let pages = std::env::var_os("JUKELINE_UI").map_or_else(beside_the_build, PathBuf::from);
    println!("cargo::rerun-if-env-changed=JUKELINE_UI");
    println!("cargo::rerun-if-changed={}", pages.join("manifest.json").display());
    println!("cargo::rustc-env=JUKELINE_UI={}", pages.display());
    let attributes = tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

/// `ui` in the target folder, where `cargo xtask ui` puts the pages.
fn beside_the_build() -> PathBuf {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let is_target = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    out.ancestors().find(is_target).unwrap_or(Path::new(".")).join("ui")
}
