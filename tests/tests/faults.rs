//! What breaks, and what must hold all the same: every accepted play has exactly one end, nobody pays twice or for
//! silence, and every credit adds up.

mod support;

use anyhow::{Context, Result, ensure};
use futures_util::future::{join_all, try_join_all};
use jukeline_app::{
    api::{Code, PlayerStatus, Report, Resume, ScreenRole},
    client::Asked,
    id::{PlayId, SongId},
    play::{PlayState, ReturnReason},
    rules::HouseRules,
};
use jukeline_tests::{
    eventually,
    house::{House, Phone},
    kafka::Kafka,
    machine::Need,
    music, needs,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use support::{doctor_is_happy, doctor_says, room::Room};
use uuid::Uuid;

/// Rooms and songs a room: together the 500 plays of the test.
const ROOMS: usize = 63;
const SONGS: usize = 8;

async fn open_rooms(first: &House, server: &Server) -> Result<Vec<Room>> {
    let mut rooms = Vec::new();
    for number in 0..ROOMS {
        let house = House::open(first.operator.clone(), &format!("room-{number}")).await?;
        let generous = |rules: &mut HouseRules| (rules.price, rules.per_patron, rules.cooldown_minutes) = (1, 20, 0);
        rooms.push(Room::open(server, house, generous).await?);
    }
    Ok(rooms)
}

/// Asks until there is an answer, always with the same id: at whichever address answers.
async fn insist(phone: &Phone, addresses: &[String], play: PlayId, song: SongId) -> Result<()> {
    let attempt = AtomicUsize::new(0);
    eventually("an answer to a request", Duration::from_secs(60), || async {
        let address = &addresses[attempt.fetch_add(1, Ordering::Relaxed) % addresses.len()];
        let there = phone.at(address);
        match there.ask_as(play, song, 1).await {
            Ok(Asked::Queued(mine)) => {
                ensure!(mine.play == play, "another play");
                Ok(())
            }
            Ok(Asked::Pending) => {
                there.api.play(play).await?;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// 504 requests, a process killed in the middle, everything asked again under the same ids; then everything is played.
async fn survives_a_kill(server: &mut Server, spare: Option<&Server>, first: &House) -> Result<()> {
    let mut rooms = open_rooms(first, server).await?;
    let songs = first.songs().await?;
    ensure!(songs.len() >= SONGS, "{} songs", songs.len());
    let mut addresses = vec![server.url()];
    addresses.extend(spare.map(Server::url));
    let answered = AtomicUsize::new(0);
    let asks = join_all(rooms.iter().map(|room| async {
        let mut plays = Vec::new();
        for song in &songs[..SONGS] {
            let play = PlayId(Uuid::now_v7());
            insist(&room.phone, &addresses, play, *song).await?;
            answered.fetch_add(1, Ordering::Relaxed);
            plays.push(play);
        }
        Ok::<Vec<PlayId>, anyhow::Error>(plays)
    }));
    let kill = async {
        eventually("a third of the answers", Duration::from_secs(60), || async {
            ensure!(answered.load(Ordering::Relaxed) > ROOMS * SONGS / 3);
            Ok(())
        })
        .await?;
        server.kill9();
        server.restart().await
    };
    let (asked, killed) = tokio::join!(asks, kill);
    killed?;
    let plays: Vec<Vec<PlayId>> = asked.into_iter().collect::<Result<_>>()?;
    for room in &mut rooms {
        room.screen.cut();
        room.screen.claim(None).await?;
    }
    try_join_all(rooms.iter_mut().map(play_all)).await?;
    for (room, plays) in rooms.iter().zip(&plays) {
        let me = room.phone.api.me().await?;
        ensure!(
            me.credits == 20 - SONGS as i64 && me.reserved == 0,
            "{} and {} of {}",
            me.credits,
            me.reserved,
            room.house.room
        );
        for play in plays {
            ensure!(room.phone.api.play(*play).await?.state == PlayState::Finished, "{play} of {}", room.house.room);
        }
    }
    let said = doctor_says(server)?;
    ensure!(said.contains(&format!("{} accepted plays, {} of them over", ROOMS * SONGS, ROOMS * SONGS)), "{said}");
    Ok(())
}

async fn play_all(room: &mut Room) -> Result<()> {
    let mut heard = std::collections::HashSet::new();
    for _ in 0..SONGS {
        let play = room.screen.play_one().await?;
        ensure!(heard.insert(play), "started twice");
    }
    Ok(())
}

#[tokio::test]
async fn five_hundred_plays_survive_a_kill_embedded() -> Result<()> {
    let mut server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    survives_a_kill(&mut server, None, &house).await
}

#[tokio::test]
async fn five_hundred_plays_survive_a_kill_in_a_network() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let kafka = Kafka::start().await?;
    let postgres = Postgres::start().await?;
    let url = postgres.create_database("kill").await?;
    let setup = Setup::network(&kafka, &url).set(&["guests", "grant"], 20);
    let mut one = setup.clone().start().await?;
    let two = setup.data(one.data()).start().await?;
    let house = House::set_up(&one, &music::folder()?).await?;
    survives_a_kill(&mut one, Some(&two), &house).await
}

#[tokio::test]
async fn one_credit_is_spent_once_and_one_id_is_one_play() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 1).start().await?;
    let Room { house, screen, phone } = Room::set_up(&server, |rules| rules.price = 1).await?;
    let songs = house.songs().await?;
    let race = join_all(songs[..2].iter().map(|song| phone.ask_as(PlayId(Uuid::now_v7()), *song, 1))).await;
    let won = race.iter().filter(|asked| matches!(asked, Ok(Asked::Queued(_)))).count();
    let lost =
        race.iter().filter(|asked| asked.as_ref().err().and_then(|e| e.code()) == Some(Code::NotEnoughCredits)).count();
    ensure!((won, lost) == (1, 1), "{race:?}");

    let again = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let play = PlayId(Uuid::now_v7());
    let same = join_all((0..20).map(|_| again.ask_as(play, songs[2], 1))).await;
    ensure!(same.iter().all(|asked| matches!(asked, Ok(Asked::Queued(mine)) if mine.play == play)), "{same:?}");
    ensure!(again.api.plays(None).await?.plays.len() == 1);
    doctor_is_happy(&server)
}

/// The shortest spans that the configuration takes.
fn hasty() -> Setup {
    [("lease_seconds", 2), ("lease_grace_seconds", 1), ("silent_after_seconds", 1), ("dark_after_seconds", 3)]
        .into_iter()
        .fold(Setup::embedded().set(&["guests", "grant"], 20), |setup, (key, seconds)| {
            setup.set(&["floor", key], seconds)
        })
}

#[tokio::test]
async fn a_player_that_plays_through_a_cut_is_right() -> Result<()> {
    let server = hasty().set(&["floor", "dark_after_seconds"], 60).start().await?;
    let Room { house, mut screen, phone } = Room::set_up(&server, |rules| rules.price = 2).await?;
    let play = phone.queue(house.songs().await?[0]).await?.play;
    let (handed, attempt) = screen.next_song().await?;
    ensure!(handed == play);
    screen.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;
    let epoch = screen.epoch;
    screen.cut();
    eventually("silence", Duration::from_secs(20), || async {
        ensure!(house.operator.room(&house.room).await?.player == PlayerStatus::Silent);
        Ok(())
    })
    .await?;
    let refused = phone.ask(house.songs().await?[1]).await;
    ensure!(refused.as_ref().err().and_then(|e| e.code()) == Some(Code::Declined), "offline: {refused:?}");
    ensure!(phone.api.play(play).await?.back_by.is_some(), "the patron is told by when it is paid back");

    // Back: what was kept is told first, under the old epoch; then it claims.
    screen.connect().await?;
    ensure!(screen.epoch == epoch);
    screen.report(play, attempt, Report::Heard, 1500).await?;
    screen.report(play, attempt, Report::Finished, 500).await?;
    screen.cut();
    screen.claim(None).await?;
    let mine = phone.api.play(play).await?;
    ensure!(mine.state == PlayState::Finished, "{mine:?}");
    ensure!(phone.api.me().await?.credits == 18);
    doctor_is_happy(&server)
}

#[tokio::test]
async fn a_room_that_stays_dark_pays_everything_back() -> Result<()> {
    let server = hasty().start().await?;
    let Room { house, mut screen, phone } =
        Room::set_up(&server, |rules| (rules.price, rules.per_patron) = (2, 10)).await?;
    let play = phone.queue(house.songs().await?[0]).await?.play;
    let (_, attempt) = screen.next_song().await?;
    let epoch = screen.epoch;
    screen.cut();
    let ended = eventually("the lease, the song's length and the grace to pass", Duration::from_secs(120), || async {
        let mine = phone.api.play(play).await?;
        ensure!(mine.state == PlayState::Returned, "{:?}", mine.state);
        Ok(mine)
    })
    .await?;
    ensure!(ended.returned == Some(ReturnReason::Dark), "{ended:?}");
    ensure!(phone.api.me().await?.credits == 20);

    // It played after all, and says so too late: it stays unpaid.
    screen.connect().await?;
    screen.epoch = epoch;
    screen.report(play, attempt, Report::Started { position_ms: 0 }, 60_000).await?;
    screen.report(play, attempt, Report::Finished, 1_000).await?;
    screen.cut();
    screen.claim(None).await?;
    ensure!(phone.api.play(play).await?.state == PlayState::Returned);
    ensure!(phone.api.me().await?.credits == 20);
    doctor_is_happy(&server)
}

#[tokio::test]
async fn the_newest_player_wins_and_a_reload_resumes() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let Room { house, screen: mut old, phone } = Room::set_up(&server, |_| {}).await?;
    let songs = house.songs().await?;
    let play = phone.queue(songs[0]).await?.play;
    let next = phone.queue(songs[1]).await?.play;
    let (_, attempt) = old.next_song().await?;
    old.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;

    // The same screen after a reload: its song goes on where its disk says it stood.
    let mut reloaded = old.again(&server.url());
    reloaded.claim(Some(Resume { play, attempt, position_ms: 7_000 })).await?;
    let plan = reloaded.plan.clone().context("a plan")?;
    ensure!(
        plan.lineup.first().is_some_and(|song| song.play == play && song.resume_ms.is_some_and(|at| at >= 7_000)),
        "{plan:?}"
    );
    old.until("the word that another plays", |screen| screen.superseded).await?;

    // Another screen: it waits until the old one's song is over and never holds what the old one holds.
    let mut other = house.pair(&server, ScreenRole::Player).await?;
    other.claim(None).await?;
    ensure!(other.plan.as_ref().is_some_and(|plan| plan.wait), "the other's song still sounds");
    reloaded.report(play, attempt, Report::Heard, 0).await?;
    reloaded.report(play, attempt, Report::Finished, 0).await?;
    let attempt = reloaded
        .plan
        .as_ref()
        .and_then(|plan| plan.lineup.iter().find(|song| song.play == next))
        .context("held")?
        .attempt;
    reloaded.report(next, attempt, Report::Dropped, 0).await?;
    ensure!(other.play_one().await? == next, "what the old one let go of");
    doctor_is_happy(&server)
}
