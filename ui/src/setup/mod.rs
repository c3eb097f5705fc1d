//! The first run, step by step, and the same as a checklist for the operator who comes back.

mod form;
mod hours;
mod jukebox;
mod music;
mod overview;
mod phone;
mod place;
mod screen_step;
mod sign_in;
mod venue;
mod way;
mod you;
mod zones;

use crate::shared::{clock, fetch::api, title, words::lang};
use dioxus::prelude::*;
use gloo_timers::future::TimeoutFuture;
use jukeline_app::{
    api::{Code, SetupState},
    client::ClientError,
};
use overview::Overview;
use sign_in::{LinkNeeded, SignIn};
use way::{Step, Way};

/// Between two looks at how far everything is, in milliseconds.
const LOOK_MS: u32 = 1_000;

/// Starts the surface in the page.
pub fn launch() {
    dioxus::launch(Setup);
}

/// What the page knows of the server.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    /// Nothing yet.
    Asking,
    /// The server doesn't answer.
    Unreachable(ClientError),
    /// One must sign in; `true` when the account that is signed in isn't the operator's.
    SignedOut(bool),
    /// This far.
    State(Box<SetupState>),
}

/// What the steps share: what is known, where one is, and how to look again at once.
#[derive(Clone, Copy, PartialEq)]
struct Desk {
    known: Signal<Known>,
    step: Signal<Option<Step>>,
}

impl Desk {
    /// Looks again at once.
    async fn look(mut self) {
        let known = match api().setup().await {
            Ok(state) => Known::State(Box::new(state)),
            Err(error) => match (error.code(), &*self.known.peek()) {
                (Some(Code::SignInNeeded), _) => Known::SignedOut(false),
                (Some(Code::Forbidden), _) => Known::SignedOut(true),
                // A lost answer doesn't take away what is on the page; the next look comes in a second.
                (_, Known::State(_)) => return,
                _ => Known::Unreachable(error),
            },
        };
        if *self.known.peek() != known {
            self.known.set(known);
        }
    }

    /// Goes to a step, or to the checklist.
    fn go(mut self, step: Option<Step>) {
        self.step.set(step);
    }

    /// Looks again, then goes on.
    async fn look_and_go(self, step: Option<Step>) {
        self.look().await;
        self.go(step);
    }
}

#[component]
fn Setup() -> Element {
    clock::use_clock();
    let known = use_signal(|| Known::Asking);
    let mut step = use_signal(|| None);
    let desk = Desk { known, step };
    use_hook(|| {
        lang().mark_document();
        title::set(lang().setup_title());
        spawn(async move {
            desk.look().await;
            if let Known::State(state) = &*known.peek() {
                step.set(way::first_step(state));
            }
            loop {
                TimeoutFuture::new(LOOK_MS).await;
                if !matches!(&*known.peek(), Known::SignedOut(_)) {
                    desk.look().await;
                }
            }
        })
    });
    let words = lang();
    match known() {
        Known::Asking => rsx! {
            main { class: "signin", p { class: "muted", role: "status", {words.one_moment()} } }
        },
        Known::Unreachable(error) => rsx! {
            main { class: "signin",
                p { class: "error", role: "alert", {words.client_error(&error)} }
                button { class: "btn main", onclick: move |_| desk.look(), {words.try_again()} }
            }
        },
        Known::SignedOut(not_operator) => rsx! { SignIn { desk, not_operator } },
        Known::State(state) if !state.operator && token().is_none() => rsx! { LinkNeeded {} },
        Known::State(state) => match step() {
            Some(at) => rsx! { Way { desk, state: *state, at } },
            None if state.room.is_some() => rsx! { Overview { desk, state: *state } },
            None => rsx! { Way { at: way::first_step(&state).unwrap_or(Step::You), desk, state: *state } },
        },
    }
}

/// The token of `/setup/{token}`.
fn token() -> Option<String> {
    let path = web_sys::window()?.location().pathname().ok()?;
    let token = path.strip_prefix("/setup/")?.trim_matches('/');
    (!token.is_empty()).then(|| token.to_string())
}
