//! Opening hours as people write them.

use crate::shared::words::lang;
use dioxus::prelude::*;
use jukeline_app::rules::Opening;

/// Minutes of a day.
const DAY: u16 = 1440;
/// Latest closing: noon of the next day, in minutes after the day's midnight.
const LATEST: u16 = 2160;

/// One row a day, Monday first: opening and closing as `HH:MM`, both empty when closed.
pub(super) type Week = [(String, String); 7];

/// A week like many bars' to start from.
pub(super) fn usual_week() -> Week {
    let day = |opens: &str, closes: &str| (opens.to_string(), closes.to_string());
    let (quiet, late) = (day("17:00", "01:00"), day("17:00", "03:00"));
    [quiet.clone(), quiet.clone(), quiet.clone(), quiet, late.clone(), late, day("15:00", "23:00")]
}

/// The openings of a week; `None` when a row can't be kept.
pub(super) fn openings(week: &Week) -> Option<Vec<Opening>> {
    let rows = week.iter().enumerate().filter(|(_, (opens, closes))| !(opens.is_empty() && closes.is_empty()));
    let openings: Option<Vec<Opening>> = rows.map(|(day, (opens, closes))| opening(day, opens, closes)).collect();
    openings.filter(|openings| !openings.is_empty())
}

fn opening(day: usize, opens: &str, closes: &str) -> Option<Opening> {
    let (opens, closes) = (minute(opens)?, minute(closes)?);
    let closes = if closes <= opens { closes + DAY } else { closes };
    (closes <= LATEST).then_some(Opening { day: u8::try_from(day).ok()?, opens, closes })
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The table of a week.
#[component]
pub(super) fn WeekTable(mut week: Signal<Week>) -> Element {
    let words = lang();
    rsx! {
        table { class: "hours",
            tbody {
                for (day, name) in words.weekdays().into_iter().enumerate() {
                    tr {
                        th { scope: "row", {name} }
                        td {
                            input {
                                class: "input",
                                r#type: "time",
                                value: week.read()[day].0.clone(),
                                aria_label: "{name}, {words.setup_opens()}",
                                oninput: move |event| week.write()[day].0 = event.value(),
                            }
                        }
                        td { class: "muted", {words.setup_until()} }
                        td {
                            input {
                                class: "input",
                                r#type: "time",
                                value: week.read()[day].1.clone(),
                                aria_label: "{name}, {words.setup_closes()}",
                                oninput: move |event| week.write()[day].1 = event.value(),
                            }
                        }
                    }
                }
            }
        }
        p { class: "hint", {words.setup_hours_hint()} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_ends_on_the_next_day() {
        let hours = openings(&usual_week()).unwrap();
        assert_eq!(hours[4], Opening { day: 4, opens: 17 * 60, closes: 27 * 60 });
        assert_eq!(hours[6], Opening { day: 6, opens: 15 * 60, closes: 23 * 60 });
    }

    #[test]
    fn empty_days_are_closed_and_half_days_are_refused() {
        let mut week = usual_week();
        week[0] = (String::new(), String::new());
        assert_eq!(openings(&week).unwrap().len(), 6);
        week[1].1.clear();
        assert!(openings(&week).is_none());
    }

    #[test]
    fn nobody_closes_after_the_next_noon() {
        let mut week = usual_week();
        week[0] = ("18:00".into(), "13:00".into());
        assert!(openings(&week).is_none());
    }
}
