//! The story of each credit: where it came from, which song it was set aside for, and what became of it.

use super::purchases::moment;
use crate::shared::{
    format,
    words::{Lang, lang},
};
use dioxus::prelude::*;
use jukeline_app::{
    api::{MyPlay, MyPurchase, WalletEvent, WalletLine},
    id::PlayId,
    ledger::Origin,
};

/// What belongs together: all about one play, or one other event. Lines are oldest first.
#[derive(Clone, Debug, PartialEq)]
struct Chapter {
    play: Option<PlayId>,
    lines: Vec<WalletLine>,
}

/// The lines (newest first) in chapters, the one with the newest line first.
fn chapters(story: &[WalletLine]) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for line in story {
        let known = chapters.iter_mut().find(|chapter| chapter.play.is_some() && chapter.play == line.play);
        match known {
            Some(chapter) => chapter.lines.insert(0, line.clone()),
            None => chapters.push(Chapter { play: line.play, lines: vec![line.clone()] }),
        }
    }
    chapters
}

/// The section.
#[component]
pub(super) fn Story(story: Vec<WalletLine>, purchases: Vec<MyPurchase>, plays: Vec<MyPlay>) -> Element {
    let lang = lang();
    rsx! {
        section {
            h2 { {lang.what_became()} }
            ul {
                for (n , chapter) in chapters(&story).into_iter().enumerate() {
                    {row(lang, n, &chapter, &purchases, &plays)}
                }
            }
        }
    }
}

fn row(lang: Lang, n: usize, chapter: &Chapter, purchases: &[MyPurchase], plays: &[MyPlay]) -> Element {
    let Some(last) = chapter.lines.last() else { return VNode::empty() };
    let (head, _) = lang.wallet_line(last);
    let bought = last.purchase.and_then(|id| purchases.iter().find(|purchase| purchase.purchase == id));
    let (sum, class) = sum(last);
    rsx! {
        li { key: "{n}", class: "row",
            div { class: "row-text",
                p { class: "row-title clamp", dir: "auto",
                    match bought {
                        Some(purchase) if matches!(last.what, WalletEvent::Received { .. }) => rsx! {
                            if last.what != (WalletEvent::Received { origin: Origin::Purchase }) {
                                {head}
                                ": "
                            }
                            a { href: "#purchase-{purchase.purchase}", {lang.bought_for(&format::money(lang, &purchase.price))} }
                        },
                        _ => rsx! { {head} },
                    }
                }
                for line in chapter.lines.iter() {
                    p { class: "row-sub", {step(lang, line, plays)} }
                }
            }
            span { class, {sum} }
        }
    }
}

/// `Friday, 27 March, 21:04: Back, it didn't play. Skipped by staff: too loud`
fn step(lang: Lang, line: &WalletLine, plays: &[MyPlay]) -> String {
    let (_, what) = lang.wallet_line(line);
    let why = plays
        .iter()
        .find(|play| line.what == WalletEvent::Released && Some(play.play) == line.play)
        .and_then(|play| play.returned)
        .map(|reason| format!(". {}", lang.return_reason(reason)))
        .unwrap_or_default();
    format!("{}: {what}{why}", moment(lang, line.at))
}

/// What the chapter did to the credits that one has, so far.
fn sum(last: &WalletLine) -> (String, &'static str) {
    let n = last.amount;
    match last.what {
        WalletEvent::Received { .. } => (format!("+{n}"), "sum plus"),
        WalletEvent::Released => ("0".into(), "sum"),
        WalletEvent::Reserved
        | WalletEvent::Captured
        | WalletEvent::Refunded
        | WalletEvent::ClawedBack
        | WalletEvent::Expired => (format!("−{n}"), "sum"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jukeline_app::time::Timestamp;

    fn line(at: i64, what: WalletEvent, play: Option<u128>) -> WalletLine {
        let play = play.map(|n| PlayId(uuid::Uuid::from_u128(n)));
        WalletLine { at: Timestamp(at), what, amount: 2, title: None, play, purchase: None }
    }

    #[test]
    fn a_song_is_one_chapter_and_each_gift_another() {
        let gift = WalletEvent::Received { origin: Origin::Grant };
        let story = [
            line(5, WalletEvent::Released, Some(1)),
            line(4, WalletEvent::Reserved, Some(2)),
            line(3, WalletEvent::Reserved, Some(1)),
            line(2, gift, None),
            line(1, gift, None),
        ];
        let told: Vec<Vec<i64>> =
            chapters(&story).iter().map(|chapter| chapter.lines.iter().map(|line| line.at.0).collect()).collect();
        assert_eq!(told, [vec![3, 5], vec![4], vec![2], vec![1]]);
    }
}
