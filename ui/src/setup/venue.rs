//! Step 2: the venue. It is kept as a draft until the jukebox has its name.

use super::{
    Desk,
    form::{Field, GoOn, StepForm, Trouble},
    hours::{Week, WeekTable, openings, usual_week},
    place,
    way::Step,
    zones::zones,
};
use crate::shared::{
    format,
    icons::Icon,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{MakeVenue, SetupState},
    presence::Position,
    venue::RADIUS_M,
};

/// What is typed before it is made.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Draft {
    pub(super) name: Signal<String>,
    pub(super) city: Signal<String>,
    pub(super) timezone: Signal<String>,
    always_open: Signal<bool>,
    week: Signal<Week>,
    latitude: Signal<String>,
    longitude: Signal<String>,
    radius: Signal<String>,
    pub(super) zone_name: Signal<String>,
    pub(super) room: Signal<String>,
    /// The room's name was typed, not suggested.
    pub(super) room_typed: Signal<bool>,
}

impl Draft {
    /// A draft that lives as long as the way through the steps.
    pub(super) fn use_draft() -> Draft {
        Draft {
            name: use_signal(String::new),
            city: use_signal(String::new),
            timezone: use_signal(format::device_zone),
            always_open: use_signal(|| true),
            week: use_signal(usual_week),
            latitude: use_signal(String::new),
            longitude: use_signal(String::new),
            radius: use_signal(|| "75".to_string()),
            zone_name: use_signal(String::new),
            room: use_signal(String::new),
            room_typed: use_signal(|| false),
        }
    }

    /// The venue as the server takes it, or what is wrong.
    pub(super) fn make(self, words: Lang) -> Result<MakeVenue, Trouble> {
        let name = self.name.peek().trim().to_string();
        if name.is_empty() || name.chars().count() > 60 {
            return Err(Trouble::with("name", words.setup_name_needed()));
        }
        let hours = match *self.always_open.peek() {
            true => Vec::new(),
            false => {
                openings(&self.week.peek()).ok_or_else(|| Trouble::with("hours", words.setup_hours_impossible()))?
            }
        };
        let radius_m = number(&self.radius.peek()).filter(|radius| RADIUS_M.contains(radius));
        Ok(MakeVenue {
            name,
            zone_name: self.zone_name.peek().trim().into(),
            city: self.city.peek().trim().into(),
            room: self.room.peek().clone(),
            timezone: self.timezone.peek().clone(),
            position: position(&self.latitude.peek(), &self.longitude.peek())
                .map_err(|()| Trouble::with("position", words.setup_position_impossible()))?,
            radius_m: radius_m.ok_or_else(|| Trouble::with("radius", words.setup_radius_impossible()))?,
            hours,
        })
    }
}

/// Both or neither.
fn position(latitude: &str, longitude: &str) -> Result<Option<Position>, ()> {
    if latitude.trim().is_empty() && longitude.trim().is_empty() {
        return Ok(None);
    }
    let (Some(latitude), Some(longitude)) = (number(latitude), number(longitude)) else { return Err(()) };
    Some(Position { latitude, longitude }).filter(|position| position.is_possible()).map(Some).ok_or(())
}

/// A number with a point or a comma.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok()
}

#[component]
pub(super) fn VenueStep(desk: Desk, state: SetupState, draft: Draft) -> Element {
    let words = lang();
    let mut trouble = use_signal(|| None::<Trouble>);
    let Draft { mut always_open, mut timezone, .. } = draft;
    if let Some(room) = &state.room {
        return rsx! {
            StepForm {
                heading: words.setup_venue_title(),
                lead: words.setup_made_already(),
                onsubmit: move |()| desk.go(None),
                foot: rsx! { GoOn { label: words.setup_finish() } },
                p { class: "banner ok", Icon { name: "check" } strong { dir: "auto", {room.venue_name.clone()} } }
            }
        };
    }
    rsx! {
        StepForm {
            heading: words.setup_venue_title(),
            lead: words.setup_venue_lead(),
            trouble: trouble(),
            fields: &["name", "radius"],
            ontyped: move |()| trouble.set(None),
            onsubmit: move |()| match draft.make(lang()) {
                Ok(_) => desk.go(Some(Step::Jukebox)),
                Err(wrong) => trouble.set(Some(wrong)),
            },
            foot: rsx! { GoOn { label: words.setup_to_jukebox() } },
            div { class: "pair-of",
                Field { id: "name", label: words.setup_venue_name(), value: draft.name, autocomplete: "organization", trouble: trouble() }
                div { class: "field",
                    label { r#for: "zone", {words.setup_time_zone()} }
                    select { class: "input", id: "zone", onchange: move |event| timezone.set(event.value()),
                        for name in zones(&timezone.peek()) {
                            option { value: name.clone(), selected: *timezone.read() == name, {name.clone()} }
                        }
                    }
                }
                Field { id: "town", label: words.setup_town(), value: draft.city, autocomplete: "address-level2", hint: words.setup_town_hint() }
            }
            fieldset { class: "field",
                legend { {words.setup_open_hours()} }
                label { class: "switch",
                    {words.setup_always_open()}
                    input {
                        r#type: "checkbox",
                        role: "switch",
                        checked: always_open(),
                        onchange: move |event| always_open.set(event.checked()),
                    }
                }
                if !always_open() {
                    WeekTable { week: draft.week }
                }
            }
            Whereabouts { draft }
            Field {
                id: "radius",
                label: words.setup_radius(),
                value: draft.radius,
                kind: "number",
                hint: words.setup_radius_hint(),
                trouble: trouble(),
            }
        }
    }
}

/// The middle of the room, by hand or by this device.
#[component]
fn Whereabouts(draft: Draft) -> Element {
    let words = lang();
    let Draft { mut latitude, mut longitude, .. } = draft;
    let mut refused = use_signal(|| false);
    let mut busy = use_signal(|| false);
    let ask = move || async move {
        busy.set(true);
        match place::here().await {
            Some(at) => {
                latitude.set(format!("{:.6}", at.latitude));
                longitude.set(format!("{:.6}", at.longitude));
                refused.set(false);
            }
            None => refused.set(true),
        }
        busy.set(false);
    };
    rsx! {
        div { class: "pair-of",
            Field { id: "latitude", label: words.setup_latitude(), value: latitude }
            Field { id: "longitude", label: words.setup_longitude(), value: longitude }
        }
        p { class: "actions",
            button {
                class: "btn",
                r#type: "button",
                aria_busy: if busy() { "true" },
                onclick: move |_| {
                    spawn(ask());
                },
                Icon { name: "pin" }
                {words.setup_i_am_here()}
            }
        }
        if refused() {
            p { class: "error", role: "alert", Icon { name: "warning" } {words.setup_position_refused()} }
        } else {
            p { class: "hint", {words.setup_position_hint()} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_whole_and_possible_or_absent() {
        assert_eq!(position("", " "), Ok(None));
        assert_eq!(position("55,6761", "12.5683"), Ok(Some(Position { latitude: 55.6761, longitude: 12.5683 })));
        assert_eq!(position("55", ""), Err(()));
        assert_eq!(position("91", "0"), Err(()));
    }
}
