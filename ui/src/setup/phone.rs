//! Step 6: a phone sees the room.

use super::{
    Desk,
    form::{Back, GoOn, StepForm},
    jukebox::without_scheme,
    way::Step,
};
use crate::{
    screen::Qr,
    shared::{clock, icons::Icon, words::lang},
};
use dioxus::prelude::*;
use jukeline_app::{api::SetupState, time::SECOND};

/// After this long without a phone the first cause is named, in milliseconds.
const FIRST_CAUSE_MS: i64 = 20 * SECOND;
/// And then another one after each of these.
const NEXT_CAUSE_MS: i64 = 10 * SECOND;

#[component]
pub(super) fn PhoneStep(desk: Desk, state: SetupState) -> Element {
    let words = lang();
    let since = use_hook(clock::now);
    let address = state.room.as_ref().map(|room| room.address.clone()).unwrap_or_default();
    let seen = state.phone_seen;
    let causes = causes_shown(clock::seconds().since(since), state.reachable);
    rsx! {
        StepForm {
            heading: words.setup_phone_title(),
            lead: if seen { words.setup_phone_lead_done() } else { words.setup_phone_lead() },
            onsubmit: move |()| desk.go(None),
            foot: rsx! {
                Back { onclick: move |()| desk.go(Some(Step::Screen)) }
                if seen {
                    GoOn { label: words.setup_finish() }
                } else {
                    button { class: "btn", r#type: "submit", {words.setup_skip_finish()} }
                }
            },
            div { class: "connect",
                Qr { text: address.clone() }
                div { class: "stack",
                    p { class: "address-live", strong { {without_scheme(&address).to_string()} } }
                    if seen {
                        p { class: "banner ok", role: "status",
                            Icon { name: "check" }
                            span {
                                strong { {words.setup_phone_seen()} }
                                " "
                                {words.setup_phone_seen_more()}
                            }
                        }
                    } else {
                        p { class: "state wait", role: "status", {words.setup_waiting_for_phone()} }
                        Causes { count: causes, reachable: state.reachable, address: address.clone() }
                    }
                }
            }
        }
    }
}

/// How many causes are named by now. An address that no phone can reach is said at once.
fn causes_shown(waited_ms: i64, reachable: bool) -> usize {
    let by_time =
        if waited_ms < FIRST_CAUSE_MS { 0 } else { 1 + ((waited_ms - FIRST_CAUSE_MS) / NEXT_CAUSE_MS) as usize };
    if reachable { by_time } else { by_time.max(1) }
}

#[component]
fn Causes(count: usize, reachable: bool, address: String) -> Element {
    let words = lang();
    let mut causes = vec![
        (words.setup_cause_network(), words.setup_cause_network_more().to_string()),
        (words.setup_cause_guest(), words.setup_cause_guest_more().to_string()),
        (words.setup_cause_firewall(), words.firewall_port(&port(&address))),
    ];
    if !reachable {
        causes.insert(0, (words.setup_cause_loopback(), words.setup_cause_loopback_more().to_string()));
    }
    if count == 0 {
        return rsx! {};
    }
    rsx! {
        section { class: "stack-tight", aria_live: "polite",
            h2 { {words.setup_no_phone_yet()} }
            ol { class: "causes",
                for (cause, more) in causes.into_iter().take(count) {
                    li {
                        span {
                            strong { {cause} }
                            " "
                            {more}
                        }
                    }
                }
            }
        }
    }
}

/// The port of an address, written or implied.
fn port(address: &str) -> String {
    let host = without_scheme(address).split('/').next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((_, port)) if !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()) => port.into(),
        _ if address.starts_with("https") => "443".into(),
        _ => "80".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_come_one_after_the_other() {
        assert_eq!(causes_shown(19_999, true), 0);
        assert_eq!(causes_shown(20_000, true), 1);
        assert_eq!(causes_shown(41_000, true), 3);
        assert_eq!(causes_shown(0, false), 1, "loopback is known at once");
    }

    #[test]
    fn the_port_is_the_one_that_must_be_let_in() {
        assert_eq!(port("http://192.168.1.20:8080/r/copper"), "8080");
        assert_eq!(port("https://jukeline.example/r/copper"), "443");
        assert_eq!(port("http://[::1]/r/copper"), "80");
    }
}
