//! A request's way, from the phone to the end of the song, on the embedded server and on a network of two processes with
//! a real Apache Kafka and PostgreSQL.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{Change, Code, DeclineReason, RoomMessage, ScreenRole},
    client::Asked,
    id::PlayId,
    play::{PlayState, ReturnReason, SkipReason},
};
use jukeline_tests::{
    eventually,
    house::{House, Phone, Visitor},
    kafka::Kafka,
    machine::Need,
    music, needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::time::Duration;
use support::doctor_is_happy;
use uuid::Uuid;

/// Where patrons and player talk to: the same process, or two of a network.
struct Rooms<'a> {
    phones: &'a Server,
    screens: &'a Server,
}

/// Asks, listens, plays, takes back, skips; every credit adds up.
async fn a_song_from_request_to_end(rooms: &Rooms<'_>) -> Result<()> {
    let house = House::set_up(rooms.screens, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    let mut screen = house.pair(rooms.screens, ScreenRole::Player).await?;
    screen.claim(None).await?;
    let base = rooms.phones.url();
    let mara = Phone::enter(&base, &house.room, screen.code()?).await?;
    let jo = Phone::enter(&base, &house.room, screen.code()?).await?;
    let songs = house.songs().await?;

    let mut listener = Visitor::listen(&rooms.phones.websocket_url(""), &house.room).await?;
    ensure!(matches!(listener.next().await?, RoomMessage::Snapshot(_)), "the snapshot comes first");
    let first = mara.queue(songs[0]).await?;
    let second = mara.queue(songs[1]).await?;
    let third = jo.queue(songs[2]).await?;
    let mut added = Vec::new();
    while added.len() < 3 {
        if let RoomMessage::Delta(delta) = listener.next().await?
            && let Change::Added { entry, .. } = delta.change
        {
            added.push(entry.play);
        }
    }
    ensure!(added == [first.play, second.play, third.play], "everybody sees them come");
    ensure!(mara.api.me().await?.credits == 16 && mara.api.me().await?.reserved == 4, "set aside, not spent");

    // Turns rotate: Jo's first song goes before Mara's second one.
    let line: Vec<PlayId> = house.operator.room(&house.room).await?.queue.iter().map(|entry| entry.play).collect();
    ensure!(line == [first.play, third.play, second.play], "{line:?}");

    ensure!(screen.play_one().await? == first.play, "in the order of the queue");
    let played = settled(&mara, first.play).await?;
    ensure!(played == PlayState::Finished);
    ensure!(mara.api.me().await?.credits == 16 && mara.api.me().await?.reserved == 2, "captured");

    // Taken back: the player holds it under a lease, so it is asked to let go.
    let play = second.play;
    let taking = tokio::spawn(async move { mara.api.take_back(play).await.map(|play| (mara, play)) });
    screen.until("the recall", |screen| screen.plan.as_ref().is_some_and(|plan| plan.drop.contains(&play))).await?;
    let attempt = 1;
    screen.report(play, attempt, jukeline_app::api::Report::Dropped, 0).await?;
    let (mara, taken) = taking.await??;
    let state = settled(&mara, taken.play).await?;
    ensure!(state == PlayState::Returned);
    ensure!(mara.api.play(play).await?.returned == Some(ReturnReason::TakenBack));
    ensure!(mara.api.me().await?.credits == 18 && mara.api.me().await?.reserved == 0, "all of it is back");

    // Skipped by staff while it sounds: paid back too.
    let (sounding, attempt) = screen.next_song().await?;
    ensure!(sounding == third.play);
    screen.report(sounding, attempt, jukeline_app::api::Report::Started { position_ms: 0 }, 0).await?;
    house.operator.skip(house.jukebox, sounding, SkipReason::TooLoud).await?;
    ensure!(settled(&jo, sounding).await? == PlayState::Returned);
    ensure!(jo.api.play(sounding).await?.returned == Some(ReturnReason::Staff { said: SkipReason::TooLoud }));
    ensure!(jo.api.me().await?.credits == 20);
    let again = house.operator.skip(house.jukebox, sounding, SkipReason::TooLoud).await;
    ensure!(again.as_ref().err().and_then(|e| e.code()) == Some(Code::AnotherPlays), "{again:?}");

    refusals(&house, &jo, &mara, &songs).await?;
    doctor_is_happy(rooms.phones)
}

async fn settled(phone: &Phone, play: PlayId) -> Result<PlayState> {
    eventually("the end of a play", Duration::from_secs(10), || async {
        let state = phone.api.play(play).await?.state;
        ensure!(state.is_final(), "{state:?}");
        Ok(state)
    })
    .await
}

/// What is refused, with a word, and takes nothing.
async fn refusals(house: &House, jo: &Phone, mara: &Phone, songs: &[jukeline_app::id::SongId]) -> Result<()> {
    let before = jo.api.me().await?.credits;
    let play = PlayId(Uuid::now_v7());
    let queued = jo.ask_as(play, songs[3], 2).await?;
    ensure!(matches!(queued, Asked::Queued(_)));
    let same = jo.ask_as(play, songs[3], 2).await?;
    ensure!(matches!(same, Asked::Queued(ref mine) if mine.play == play), "the same request, the same answer");
    for (phone, song) in [(jo, songs[4]), (mara, songs[3])] {
        let other = phone.ask_as(play, song, 2).await;
        ensure!(other.as_ref().err().and_then(|e| e.code()) == Some(Code::IdInUse), "{other:?}");
    }
    let cheap = jo.ask_as(PlayId(Uuid::now_v7()), songs[4], 1).await.err().context("dearer than they saw")?;
    let jukeline_app::client::ClientError::Problem(problem) = cheap else { anyhow::bail!("{cheap}") };
    let reason: DeclineReason = serde_json::from_value(problem.params["reason"].clone())?;
    ensure!(reason == DeclineReason::Dearer { price: 2 }, "{reason:?}");
    let twice = mara.ask(songs[3]).await;
    ensure!(twice.as_ref().err().and_then(|e| e.code()) == Some(Code::Declined), "in the queue already: {twice:?}");
    let foreign = mara.api.play(play).await;
    ensure!(foreign.as_ref().err().and_then(|e| e.code()) == Some(Code::NotFound), "{foreign:?}");
    let stranger = Phone::enter(house.operator.transport.base(), &house.room, "000000").await;
    ensure!(stranger.is_err(), "a wrong code lets nobody in");
    ensure!(jo.api.me().await?.credits == before - 2, "one song, once");
    Ok(())
}

#[tokio::test]
async fn embedded() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    a_song_from_request_to_end(&Rooms { phones: &server, screens: &server }).await
}

#[tokio::test]
async fn a_network_of_two_processes() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let kafka = Kafka::start().await?;
    let postgres = Postgres::start().await?;
    let url = postgres.create_database("flow").await?;
    let setup = Setup::network(&kafka, &url).set(&["guests", "grant"], 20);
    let one = setup.clone().start().await?;
    let other = setup.data(one.data()).start().await?;
    a_song_from_request_to_end(&Rooms { phones: &other, screens: &one }).await
}
