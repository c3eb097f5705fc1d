//! Step 4: the music folder.

use super::{
    Desk,
    form::{Back, Field, GoOn, StepForm, Trouble},
    way::Step,
};
use crate::shared::{clock, fetch::api, format, progress::Progress, words::lang};
use dioxus::prelude::*;
use jukeline_app::{
    api::{Code, ImportMusic, ImportState, SetupState},
    time::Timestamp,
};

#[component]
pub(super) fn MusicStep(desk: Desk, state: SetupState) -> Element {
    let words = lang();
    let folder = use_signal(String::new);
    let mut asked = use_signal(String::new);
    let mut trouble = use_signal(|| None::<Trouble>);
    let mut since = use_signal(|| None::<Timestamp>);
    let send = move || async move {
        let import = ImportMusic { folder: folder.peek().trim().to_string() };
        trouble.set(None);
        match api().import_music(&import).await {
            Ok(()) => {
                asked.set(import.folder);
                since.set(Some(clock::now()));
                desk.look().await;
            }
            Err(error) if error.code() == Some(Code::AlreadyDone) => {
                trouble.set(Some(Trouble::with("folder", lang().setup_import_runs())));
            }
            Err(error) => trouble.set(Some(Trouble::told(lang(), &error))),
        }
    };
    let running = state.import.as_ref().is_some_and(|import| !import.finished);
    let found_nothing =
        state.import.as_ref().is_some_and(|i| i.finished && i.failed.is_none() && i.imported + i.already == 0);
    let shown = trouble().or_else(|| empty_or_failed(&state, found_nothing, &asked()));
    let may_go_on = running || state.songs > 0;
    let goes_on = may_go_on && folder.read().trim() == asked.read().as_str();
    rsx! {
        StepForm {
            heading: words.setup_step_music(),
            lead: words.setup_music_lead(),
            trouble: shown.clone(),
            fields: &["folder"],
            ontyped: move |()| trouble.set(None),
            onsubmit: move |()| {
                if goes_on {
                    return desk.go(Some(Step::Screen));
                }
                spawn(send());
            },
            foot: rsx! {
                Back { onclick: move |()| desk.go(None) }
                GoOn {
                    label: match (goes_on, running) {
                        (true, true) => words.setup_go_on_meanwhile(),
                        (true, false) => words.setup_to_screen(),
                        (false, _) => words.setup_read_folder(),
                    },
                }
            },
            Field {
                id: "folder",
                label: words.setup_folder(),
                value: folder,
                hint: words.setup_folder_hint(),
                trouble: shown,
            }
            if let Some(import) = state.import.clone().filter(|_| !found_nothing) {
                Import { import, since: since() }
            }
            if let Some(refused) = state.import.map(|import| import.refused).filter(|refused| !refused.is_empty()) {
                Refused { refused, folder: asked() }
            }
        }
    }
}

fn empty_or_failed(state: &SetupState, found_nothing: bool, folder: &str) -> Option<Trouble> {
    let words = lang();
    let failed = state.import.as_ref().and_then(|import| import.failed.as_deref());
    match (failed, found_nothing) {
        (Some(why), _) => Some(Trouble::with("folder", words.import_failed(why))),
        (None, true) if !folder.is_empty() => Some(Trouble::with("folder", words.no_music_in(folder))),
        _ => None,
    }
}

/// How far it is, or what came of it.
#[component]
fn Import(import: ImportState, since: Option<Timestamp>) -> Element {
    let words = lang();
    let share = if import.found == 0 { 0.0 } else { import.done as f64 / import.found as f64 };
    let of_files = words.of_files(import.found);
    let left = since.and_then(|since| minutes_left(&import, clock::seconds().since(since)));
    rsx! {
        section { class: "stack", aria_live: "polite",
            if import.finished {
                p { class: "split",
                    span { class: "figure", {words.number(import.imported + import.already)} }
                    span { class: "muted", {words.imported(import.imported, import.already)} }
                }
            } else if import.found == 0 {
                p { class: "state wait", {words.setup_looking_for_files()} }
            } else {
                p { class: "split",
                    span { class: "figure", {words.number(import.done)} }
                    span { class: "muted",
                        {of_files.clone()}
                        if let Some(minutes) = left { ", " {words.minutes_left(minutes)} }
                    }
                }
            }
            if !import.finished {
                Progress { share, label: words.setup_import_progress(), value: "{import.done} {of_files}", big: true }
            }
        }
    }
}

/// Minutes left at the speed so far; nothing before there is a speed.
fn minutes_left(import: &ImportState, passed_ms: i64) -> Option<i64> {
    if import.done < 5 || passed_ms < 5_000 {
        return None;
    }
    let left = import.found.saturating_sub(import.done) as f64;
    Some(format::minutes((passed_ms as f64 / import.done as f64 * left) as i64))
}

#[component]
fn Refused(refused: Vec<(String, String)>, folder: String) -> Element {
    let words = lang();
    rsx! {
        section { class: "stack-tight",
            h2 { {words.left_out(refused.len())} }
            ul { class: "refused", tabindex: "0", aria_label: words.setup_files_left_out(),
                for (path, why) in refused {
                    li {
                        span { class: "label", dir: "auto", {within(&path, &folder).to_string()} }
                        span { class: "muted small", {why} }
                    }
                }
            }
        }
    }
}

/// The path below the folder that was asked for: all of them begin with it.
fn within<'a>(path: &'a str, folder: &str) -> &'a str {
    if folder.is_empty() {
        return path;
    }
    path.strip_prefix(folder).map_or(path, |rest| rest.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_below_the_folder() {
        assert_eq!(within("/srv/music/Live/a.ogg", "/srv/music"), "Live/a.ogg");
        assert_eq!(within("/srv/music/a.ogg", ""), "/srv/music/a.ogg");
    }

    #[test]
    fn the_minutes_left_follow_the_speed_so_far() {
        let import = ImportState { found: 300, done: 100, ..ImportState::default() };
        assert_eq!(minutes_left(&import, 60_000), Some(2));
        assert_eq!(minutes_left(&import, 1_000), None, "too early to say");
    }
}
