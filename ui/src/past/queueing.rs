//! Several songs for the queue at once: what they cost together, and what became of each, by its name. Each is a request
//! of its own, as if asked for one after the other: what is refused costs nothing and stops no other.

use super::again::Today;
use crate::{
    patron::{
        asking::{self, Step},
        offer::problem_of,
        route::Route,
        state::{self, ROOM},
    },
    shared::{
        format,
        icons::Icon,
        live_region,
        words::{Lang, decline_reason, lang},
    },
};
use dioxus::{core::spawn_forever, prelude::*};
use jukeline_app::{
    api::{Code, DeclineReason, FoundSong, SongBrief},
    cashier::CannotPay,
    client::escape,
};

/// Songs that were asked for together, in the order of asking.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Batch {
    lines: Vec<(SongBrief, Line)>,
}

/// How far one of them is.
#[derive(Clone, Debug, PartialEq)]
enum Line {
    /// Not asked for yet.
    Waits,
    /// Decided, or lost.
    Asked(Box<Step>),
    /// Not asked for: the one before it was lost, and what becomes of money then is known for one at most.
    NotAsked,
}

impl Batch {
    fn is_over(&self) -> bool {
        !self.lines.iter().any(|(_, line)| *line == Line::Waits)
    }

    fn accepted(&self) -> usize {
        let is_accepted = |line: &Line| matches!(line, Line::Asked(step) if matches!(**step, Step::Accepted(_)));
        self.lines.iter().filter(|(_, line)| is_accepted(line)).count()
    }

    /// Whether credits were missing for one of them.
    fn ran_short(&self) -> bool {
        self.lines.iter().any(|(_, line)| matches!(line, Line::Asked(step) if is_short(step)))
    }
}

fn is_short(step: &Step) -> bool {
    let declined = match step {
        Step::Refused(problem) if problem.code == Code::NotEnoughCredits => return true,
        Step::Refused(problem) => decline_reason(problem),
        Step::Declined(play) => play.declined,
        _ => None,
    };
    matches!(declined, Some(DeclineReason::Pay { cannot: CannotPay::Credits { .. } }))
}

/// What is chosen, what it costs together, and the button that asks for all of it.
#[component]
pub(super) fn ChoiceBar(today: Today, chosen: Signal<Option<Vec<FoundSong>>>, batch: Signal<Option<Batch>>) -> Element {
    let lang = lang();
    let songs: Vec<SongBrief> = chosen.read().iter().flatten().map(|found| found.song.clone()).collect();
    let n = songs.len() as i64;
    let total = n * i64::from(today.here.price);
    let have = state::me().map_or(0, |me| me.credits);
    let is_away = ROOM
        .read()
        .as_ref()
        .filter(|room| room.info.room == today.here.room)
        .is_some_and(|room| state::in_the_room(room.info.jukebox) == Some(false));
    let room = today.here.room.clone();
    let queue = move |_| {
        let (room, price, songs) = (today.here.room.clone(), today.here.price, songs.clone());
        chosen.set(None);
        batch.set(Some(Batch { lines: songs.into_iter().map(|song| (song, Line::Waits)).collect() }));
        spawn_forever(ask_for_all(room, price, batch));
    };
    rsx! {
        section { class: "choice-bar", aria_label: lang.chosen_songs(),
            if total > have {
                p { class: "banner", role: "status", Icon { name: "wallet" } span { {lang.too_few_for_all(total, have)} } }
                a { class: "btn main wide", href: "/wallet", {lang.buy_credits()} }
            } else if is_away {
                p { class: "banner", Icon { name: "pin" } span { {lang.show_you_are_here()} } }
                a { class: "btn main wide", href: "/r/{escape(&room)}/code", {lang.here_enter_code()} }
            } else {
                button { class: "btn main priced", disabled: n == 0, onclick: queue,
                    span { if n == 0 { {lang.choose_songs()} } else { {lang.queue_n(n)} } }
                    if n > 0 { span { {lang.price(total)} } }
                }
                p { class: "promise", if total > 0 { {lang.promise()} } else { {lang.promise_free()} } }
            }
            button { class: "btn wide", onclick: move |_| chosen.set(None), {lang.cancel_choice()} }
        }
    }
}

/// Asks for one after the other. Goes on whatever the page shows.
async fn ask_for_all(room: String, price: u32, mut batch: Signal<Option<Batch>>) {
    let songs: Vec<_> = batch.peek().iter().flat_map(|batch| &batch.lines).map(|(song, _)| song.id).collect();
    let mut is_lost = false;
    for (n, song) in songs.into_iter().enumerate() {
        let line = match is_lost {
            true => Line::NotAsked,
            false => Line::Asked(Box::new(asking::ask_and_wait(room.clone(), song, price).await)),
        };
        is_lost |= matches!(&line, Line::Asked(step) if **step == Step::Lost);
        let Ok(mut batch) = batch.try_write() else { continue };
        if let Some((_, told)) = batch.as_mut().and_then(|batch| batch.lines.get_mut(n)) {
            *told = line;
        }
    }
    if let Some(batch) = batch.peek().as_ref() {
        live_region::say(lang().in_line_of(batch.accepted() as i64, batch.lines.len() as i64));
    }
    state::refresh_all().await;
}

/// What became of each song. `changed`: all are decided, and the list is another.
#[component]
pub(super) fn Told(batch: Signal<Option<Batch>>, room: Option<String>, changed: EventHandler<()>) -> Element {
    let lang = lang();
    let is_over = batch.read().as_ref().is_some_and(Batch::is_over);
    // Prices, places and what is in the way are others now.
    use_effect(use_reactive!(|is_over| {
        if is_over {
            changed.call(());
        }
    }));
    let Some(told) = batch() else { return VNode::empty() };
    let head = match is_over {
        true => lang.in_line_of(told.accepted() as i64, told.lines.len() as i64),
        false => lang.asking_for_them().to_string(),
    };
    rsx! {
        section { class: "told", aria_busy: !is_over,
            h2 { {head} }
            ul {
                for (song , line) in told.lines.clone() {
                    li { key: "{song.id}", ToldLine { song, line } }
                }
            }
            if is_over {
                div { class: "actions",
                    if told.ran_short() { a { class: "btn main", href: "/wallet", {lang.buy_credits()} } }
                    if let Some(room) = room { a { class: "btn", href: Route::Room(room).path(), {lang.back_to_room()} } }
                    button { class: "btn", onclick: move |_| batch.set(None), {lang.done()} }
                }
            }
        }
    }
}

#[component]
fn ToldLine(song: SongBrief, line: Line) -> Element {
    let (icon, class, words) = standing(lang(), &line);
    rsx! {
        div { class: "told-line {class}",
            Icon { name: icon }
            div {
                p { class: "row-title clamp", dir: "auto", {song.title} }
                p { class: "small", {words} }
            }
        }
    }
}

/// The icon, the class and the words of how far a song is.
fn standing(lang: Lang, line: &Line) -> (&'static str, &'static str, String) {
    match line {
        Line::Waits => ("history", "", lang.asking().into()),
        Line::NotAsked => ("warning", "bad", lang.not_asked_for().into()),
        Line::Asked(step) => match (&**step, problem_of(lang, step)) {
            (_, Some(problem)) => ("warning", "bad", problem),
            (Step::Accepted(play), None) => {
                let place = play.place.map(|place| lang.place(i64::from(place)));
                let about = play.about.map(|about| format::time(lang, about, &play.timezone));
                ("check", "ok", lang.in_line_at(place.as_deref(), about.as_deref()))
            }
            (_, None) => ("history", "", lang.asking().into()),
        },
    }
}
