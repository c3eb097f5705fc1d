//! What each window may ask of the shell: exactly this, and nothing that comes along with a plugin.

use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Capability {
    identifier: String,
    #[serde(rename = "description")]
    _description: String,
    windows: Vec<String>,
    permissions: Vec<String>,
}

const EVERYBODY: [&str; 5] =
    ["allow-connect", "allow-session", "allow-keep-session", "allow-forget-session", "allow-set-title"];

fn check(file: &str, role: &str, windows: &[&str], own: &[&str]) {
    let capability: Capability = serde_json::from_str(file).expect("a capability without remote pages");
    assert_eq!(capability.identifier, role);
    assert_eq!(capability.windows, windows, "of its own windows alone");
    let given: BTreeSet<&str> = capability.permissions.iter().map(String::as_str).collect();
    let listed: BTreeSet<&str> = EVERYBODY.iter().chain(own).copied().collect();
    assert_eq!(given, listed, "{role}");
    assert_eq!(given.len(), capability.permissions.len(), "each once");
}

#[test]
fn each_window_may_do_what_is_listed_here_and_no_more() {
    let outside = ["allow-keep-pass", "allow-keep-file", "allow-open-outside"];
    let patron = [&outside[..], &["allow-position", "allow-may-notify", "allow-notify"]].concat();
    check(include_str!("../capabilities/patron.json"), "patron", &["patron"], &patron);
    // One window for each jukebox, named by its room.
    let windows = ["staff", "staff-*"];
    let staff = [&outside[..], &["allow-floor", "allow-open-floor"]].concat();
    check(include_str!("../capabilities/staff.json"), "staff", &windows, &staff);
    let screen = ["allow-song", "allow-keep-song", "allow-alive", "allow-leave-kiosk"];
    check(include_str!("../capabilities/screen.json"), "screen", &["screen"], &screen);
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/capabilities")).expect("a folder");
    assert_eq!(files.count(), 3, "no other file gives anything");
}
