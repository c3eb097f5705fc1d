//! The sign of life that the shell of a screen waits for.

use crate::shared::platform;
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;

/// Between two signs, in milliseconds.
const EVERY_MS: u32 = 1_000;

/// Says to an app's shell that the page is alive, whatever it shows; called once, by the root. It is a task of the same
/// loop that draws the page and runs the player: a fault that ends the loop ends this with it, and the page is loaded again.
pub(super) fn use_sign_of_life() {
    use_hook(|| {
        if !platform::is_app() {
            return;
        }
        spawn(async {
            loop {
                platform::alive();
                TimeoutFuture::new(EVERY_MS).await;
            }
        });
    });
}
