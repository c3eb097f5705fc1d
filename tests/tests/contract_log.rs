//! The log's contract, on the table and on Apache Kafka: one body for both.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Installation, On, PATIENCE, doctor,
    house::{self, House, ask, claim, decided, patron, record, state},
    kafka_side, parts, stop_word, stopped,
};
use jukeline_app::{
    events::{Fact, Request, StaffWord, Stamped},
    id::{AccountId, JukeboxId, PlayId, SongId},
};
use jukeline_backend::{
    context::Context,
    floor::{Handled, Record, handle, handle_together},
    live::Change,
    serve::Running,
    store::Store,
};
use jukeline_tests::{eventually, kafka::Kafka, machine::Need, needs};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

on_both!(
    every_request_is_decided_once_and_in_order,
    the_same_request_again_changes_nothing,
    a_malformed_record_goes_to_the_dead_letters,
    an_unknown_type_stops_with_a_clear_word,
    a_zombies_batch_is_decided_once,
    batches_of_several_partitions_share_a_commit_or_change_nothing,
    what_was_appended_while_nobody_read_is_decided_later,
);

/// Collects the changes of a jukebox as a websocket would, until `done` of them.
async fn collect(mut changes: Receiver<Change>, done: impl Fn(&[Arc<Stamped>]) -> bool) -> Result<Vec<Arc<Stamped>>> {
    let mut facts = Vec::new();
    let collected = tokio::time::timeout(PATIENCE, async {
        while !done(&facts) {
            let change = changes.recv().await?;
            ensure!(change.version == change.fact.version && !change.encoded.is_empty(), "a change without its fact");
            facts.push(change.fact);
        }
        Ok(())
    });
    collected.await.with_context(|| format!("after {} facts", facts.len()))??;
    Ok(facts)
}

fn decisions(facts: &[Arc<Stamped>]) -> Vec<PlayId> {
    facts.iter().filter_map(|stamped| decided(&stamped.fact)).collect()
}

/// One writer: asks for its songs at every jukebox in turn; returns the plays of each jukebox in order.
async fn write(
    context: Context,
    jukeboxes: Vec<JukeboxId>,
    account: AccountId,
    songs: Vec<SongId>,
) -> Result<BTreeMap<JukeboxId, Vec<PlayId>>> {
    let mut plays: BTreeMap<JukeboxId, Vec<PlayId>> = BTreeMap::new();
    for song in songs {
        for jukebox in &jukeboxes {
            let (play, request) = ask(account, song);
            context.requests.append(*jukebox, &request).await?;
            plays.entry(*jukebox).or_default().push(play);
        }
    }
    Ok(plays)
}

async fn every_request_is_decided_once_and_in_order(on: On) -> Result<()> {
    const WRITERS: usize = 4;
    const SONGS: usize = 20;
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let context = &running.context;
    let house = House::make(&context.store, 3, WRITERS * SONGS).await?;
    let mut listeners = Vec::new();
    for jukebox in &house.jukeboxes {
        let done = |facts: &[Arc<Stamped>]| decisions(facts).len() == WRITERS * SONGS;
        listeners.push(tokio::spawn(collect(context.live.subscribe(*jukebox), done)));
        context.requests.append(*jukebox, &claim()).await?;
    }
    let mut writers = Vec::new();
    for songs in house.songs.chunks(SONGS) {
        let account = patron(&context.store, 1000).await?;
        writers.push(tokio::spawn(write(context.clone(), house.jukeboxes.clone(), account, songs.to_vec())));
    }
    let mut asked = Vec::new();
    for writer in writers {
        asked.push(writer.await??);
    }
    for (jukebox, listener) in house.jukeboxes.iter().zip(listeners) {
        let facts = listener.await??;
        let versions: Vec<i64> = facts.iter().map(|stamped| stamped.version.n).collect();
        assert_eq!(versions, (1..=i64::try_from(facts.len())?).collect::<Vec<_>>(), "live: no gap, nothing twice");
        let order = decisions(&facts);
        assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), WRITERS * SONGS, "each is decided once");
        for plays in &asked {
            let wanted = &plays[jukebox];
            let got: Vec<PlayId> = order.iter().filter(|play| wanted.contains(play)).copied().collect();
            assert_eq!(&got, wanted, "the order of one writer");
        }
    }
    let queued = house::facts(&context.store)
        .await?
        .iter()
        .filter(|stamped| matches!(stamped.fact, Fact::Queued { .. }))
        .count();
    assert_eq!(queued, 3 * WRITERS * SONGS, "all could be paid and played");
    doctor(&context.store).await
}

/// Appends a volume that differs from all before and waits for its fact: what was appended earlier is decided by then.
async fn settle(context: &Context, jukebox: JukeboxId, percent: u8) -> Result<()> {
    let said = StaffWord::Volume { percent };
    context.requests.append(jukebox, &Request::StaffSaid { staff: AccountId(Uuid::nil()), said }).await?;
    eventually("the floor", PATIENCE, || async {
        ensure!(volumes(&context.store, jukebox).await?.contains(&percent), "not yet; stopped: {:?}", stopped(context));
        Ok(())
    })
    .await
}

/// As after a failover to a standby that lacked the last commits, under a process that goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_database_lost_is_decided_again_under_a_running_process() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres);
    let installation = Installation::make(On::Network).await?;
    let running = installation.start().await?;
    let (context, store) = (&running.context, &running.context.store);
    let copper = House::make(store, 1, 1).await?.jukeboxes[0];
    settle(context, copper, 10).await?;
    let places = "SELECT partition, next, last_id FROM offsets WHERE reader = 'floor' AND next > 0";
    let (partition, next, last_id): (i64, i64, String) = sqlx::query_as(places).fetch_one(store.read()).await?;
    settle(context, copper, 20).await?;
    settle(context, copper, 30).await?;
    let rewind =
        "UPDATE offsets SET next = $1, last_id = $2 WHERE reader = 'floor' AND partition = $3 AND next = $1 + 2";
    let mut tx = store.begin().await?;
    let rewound = sqlx::query(rewind).bind(next).bind(last_id).bind(partition).execute(&mut *tx).await?;
    assert_eq!(rewound.rows_affected(), 1);
    tx.commit().await?;
    settle(context, copper, 40).await?;
    assert_eq!(volumes(store, copper).await?, [10, 20, 30, 20, 30, 40]);
    assert_eq!(stopped(context), None);
    Ok(())
}

async fn volumes(store: &Store, jukebox: JukeboxId) -> Result<Vec<u8>> {
    let volume = |stamped: Stamped| match stamped.fact {
        Fact::FloorSet { volume, .. } if stamped.jukebox == jukebox => Some(volume),
        _ => None,
    };
    Ok(house::facts(store).await?.into_iter().filter_map(volume).collect())
}

async fn the_same_request_again_changes_nothing(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let context = &running.context;
    let house = House::make(&context.store, 1, 2).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(&context.store, 10).await?);
    let (play, request) = ask(ada, house.songs[0]);
    context.requests.append(copper, &claim()).await?;
    context.requests.append(copper, &request).await?;
    settle(context, copper, 31).await?;
    let before = house::facts(&context.store).await?.len();
    for _ in 0..3 {
        context.requests.append(copper, &request).await?;
    }
    // The same id with another content is somebody's mistake: it changes nothing either.
    let other = ask(ada, house.songs[1]).1;
    if let Request::PlayRequested(mut other) = other {
        other.play = play;
        context.requests.append(copper, &Request::PlayRequested(other)).await?;
    }
    settle(context, copper, 32).await?;
    assert_eq!(house::facts(&context.store).await?.len(), before + 1, "nothing but the volume");
    assert_eq!(state(&context.store, play).await?.as_deref(), Some("handed"));
    doctor(&context.store).await
}

/// Puts a record into the log that the server would never write; returns its partition.
async fn put(
    installation: &Installation,
    store: &Store,
    partition: Option<i32>,
    key: &[u8],
    id: Option<&str>,
    payload: &[u8],
) -> Result<i32> {
    if let Ok(kafka) = installation.kafka() {
        return kafka_side::produce(kafka, &installation.topic("requests"), partition, key, id, payload).await;
    }
    let mut tx = store.begin().await?;
    sqlx::query(
        "INSERT INTO requests (jukebox, ce_id, ce_type, ce_time, payload) VALUES ($1, $2, 'PlayRequested', 0, $3)",
    )
    .bind(String::from_utf8_lossy(key).into_owned())
    .bind(id.unwrap_or_default())
    .bind(String::from_utf8_lossy(payload).into_owned())
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(0)
}

/// Payloads of dead letters, in the outbox of the database.
async fn dead_letters(store: &Store) -> Result<Vec<(String, serde_json::Value)>> {
    let sql = "SELECT ce_id, payload FROM outbox WHERE topic = 'requests.dead-letters' ORDER BY seq";
    let rows: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(store.read()).await?;
    rows.into_iter().map(|(id, payload)| Ok((id, serde_json::from_str(&payload)?))).collect()
}

async fn a_malformed_record_goes_to_the_dead_letters(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let (context, store) = (&running.context, &running.context.store);
    let house = House::make(store, 1, 1).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(store, 10).await?);
    context.requests.append(copper, &claim()).await?;
    let key = copper.to_string();
    let good = serde_json::to_string(&claim())?;
    put(&installation, store, None, key.as_bytes(), Some("one"), b"{\"type\":\"PlayRequested\",\"play\":7}").await?;
    put(&installation, store, None, key.as_bytes(), Some("two"), b"no JSON").await?;
    put(&installation, store, None, b"no jukebox", None, good.as_bytes()).await?;
    if on == On::Network {
        // At the same place of two partitions, without ids, and with bytes that no database takes for a text.
        for partition in 0..3 {
            put(&installation, store, Some(partition), b"\0key", None, b"\0\xff").await?;
        }
    }
    let expected = if on == On::Network { 6 } else { 3 };
    let (play, request) = ask(ada, house.songs[0]);
    context.requests.append(copper, &request).await?;
    settle(context, copper, 33).await?;
    let letters = eventually("the dead letters", PATIENCE, || async {
        let letters = dead_letters(store).await?;
        ensure!(letters.len() == expected, "{} of {expected}; stopped: {:?}", letters.len(), stopped(context));
        Ok(letters)
    })
    .await?;
    assert!(
        letters.iter().any(|(_, letter)| letter["payload"] == "no JSON" && letter["key"] == key.as_str()),
        "{letters:?}"
    );
    assert_eq!(state(store, play).await?.as_deref(), Some("handed"), "the next record is decided");
    assert_eq!(stopped(context), None);
    if let Ok(kafka) = installation.kafka() {
        let ids = letters.into_iter().map(|(id, _)| id).collect();
        let read = kafka_side::read_until(kafka, &installation.topic("requests.dead-letters"), ids).await?;
        assert!(read.iter().all(|record| record.headers["ce_type"] == "DeadLetter"));
    }
    doctor(store).await
}

/// Jukeboxes that lie in different partitions of the topic of requests.
async fn apart(kafka: &Kafka, installation: &Installation, store: &Store) -> Result<(House, usize)> {
    let house = House::make(store, 12, 2).await?;
    let topic = installation.topic("requests");
    let mut partitions = Vec::new();
    for jukebox in &house.jukeboxes {
        let request = serde_json::to_string(&claim())?;
        partitions.push(
            kafka_side::produce(kafka, &topic, None, jukebox.to_string().as_bytes(), Some("claim"), request.as_bytes())
                .await?,
        );
    }
    let other = partitions.iter().position(|partition| *partition != partitions[0]).context("all in one partition")?;
    Ok((house, other))
}

async fn an_unknown_type_stops_with_a_clear_word(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let (context, store) = (&running.context, &running.context.store);
    let (house, other) = match installation.kafka() {
        Ok(kafka) => apart(kafka, &installation, store).await?,
        Err(_) => (House::make(store, 1, 2).await?, 0),
    };
    let (copper, ada) = (house.jukeboxes[0], patron(store, 10).await?);
    if on == On::Embedded {
        context.requests.append(copper, &claim()).await?;
    }
    let (before, request) = ask(ada, house.songs[0]);
    context.requests.append(copper, &request).await?;
    put(
        &installation,
        store,
        None,
        copper.to_string().as_bytes(),
        Some("later"),
        b"{\"type\":\"Teleported\",\"to\":\"Mars\"}",
    )
    .await?;
    let (behind, request) = ask(ada, house.songs[1]);
    context.requests.append(copper, &request).await?;
    let word = stop_word(context).await?;
    assert!(word.contains("unknown type") && word.contains("offset"), "{word}");
    assert!(state(store, before).await?.is_some(), "what stands before it is decided");
    if on == On::Network {
        let (elsewhere, request) = ask(ada, house.songs[1]);
        context.requests.append(house.jukeboxes[other], &request).await?;
        eventually("another partition", PATIENCE, || async { state(store, elsewhere).await?.context("undecided") })
            .await?;
    }
    assert_eq!(state(store, behind).await?, None, "what stands behind it waits");
    assert!(dead_letters(store).await?.is_empty(), "it is not malformed");
    doctor(store).await
}

async fn a_zombies_batch_is_decided_once(on: On) -> Result<()> {
    let database = contract::Database::make(on).await?;
    let (store, zombie_store, folder) = (database.open().await?, database.open().await?, tempfile::tempdir()?);
    let (context, zombie) = (parts(&store, folder.path()).await?, parts(&zombie_store, folder.path()).await?);
    let house = House::make(&store, 2, 20).await?;
    let ada = patron(&store, 1000).await?;
    let mut records: Vec<Record> = Vec::new();
    for jukebox in &house.jukeboxes {
        records.push(record(i64::try_from(records.len())?, *jukebox, &claim())?);
    }
    for (index, song) in house.songs.iter().enumerate() {
        records.push(record(i64::try_from(records.len())?, house.jukeboxes[index % 2], &ask(ada, *song).1)?);
    }
    for batch in records.chunks(5) {
        let (first, second) = tokio::join!(handle(&context, 0, batch), handle(&zombie, 0, batch));
        let (first, second) = (first?, second?);
        let committed = [first, second].iter().filter(|handled| **handled == Handled::Committed).count();
        assert_eq!(committed, 1, "{first:?}, {second:?}");
        let last = batch.last().context("an empty batch")?.offset;
        let elsewhere = Handled::Elsewhere { next: last + 1 };
        assert_eq!(handle(&zombie, 0, batch).await?, elsewhere, "long after");
        assert_eq!(handle(&zombie, 0, &batch[1..]).await?, elsewhere, "a part of it");
    }
    let facts = house::facts(&store).await?;
    let plays: Vec<PlayId> = facts.iter().filter_map(|stamped| decided(&stamped.fact)).collect();
    assert_eq!(plays.len(), house.songs.len());
    assert_eq!(plays.iter().collect::<BTreeSet<_>>().len(), plays.len());
    doctor(&store).await
}

async fn batches_of_several_partitions_share_a_commit_or_change_nothing(on: On) -> Result<()> {
    let database = contract::Database::make(on).await?;
    let (store, folder) = (database.open().await?, tempfile::tempdir()?);
    let context = parts(&store, folder.path()).await?;
    let house = House::make(&store, 3, 9).await?;
    let ada = patron(&store, 1000).await?;
    let jukeboxes = &house.jukeboxes;
    for (partition, jukebox) in (0..).zip(jukeboxes) {
        assert_eq!(handle(&context, partition, &[record(0, *jukebox, &claim())?]).await?, Handled::Committed);
    }
    let asks = |offset: i64, songs: &[SongId], at: usize| -> Result<(PlayId, Record)> {
        let (play, request) = ask(ada, songs[at]);
        Ok((play, record(offset, jukeboxes[at], &request)?))
    };
    let undecided = async |plays: &[PlayId]| -> Result<usize> {
        let mut count = 0;
        for play in plays {
            count += usize::from(state(&store, *play).await?.is_none());
        }
        Ok(count)
    };
    let (first, second, third) = (asks(1, &house.songs, 0)?, asks(1, &house.songs, 1)?, asks(1, &house.songs, 2)?);
    let plays = [first.0, second.0, third.0];

    // A batch in which something else comes before a request is left to be handled by itself.
    let mixed = [record(1, jukeboxes[0], &claim())?, Record { offset: 2, ..first.1.clone() }];
    let (second, third) = ([second.1], [third.1]);
    assert_eq!(handle_together(&context, &[(0, &mixed), (1, &second), (2, &third)]).await?, [1, 2]);
    assert_eq!(undecided(&plays).await?, 1);
    assert_eq!(handle(&context, 0, &mixed).await?, Handled::Committed);
    assert_eq!(undecided(&plays).await?, 0);

    // One reader of the three is elsewhere: nothing is decided for the others either.
    let ((late, at_first), (news, at_second)) = (asks(3, &house.songs[3..], 0)?, asks(2, &house.songs[3..], 1)?);
    let (at_first, at_second) = ([at_first], [at_second]);
    assert!(handle_together(&context, &[(0, &at_first), (1, &at_second), (2, &third)]).await?.is_empty());
    assert_eq!(undecided(&[late, news]).await?, 2);
    assert_eq!(handle_together(&context, &[(0, &at_first), (1, &at_second)]).await?, [0, 1]);
    assert_eq!(undecided(&[late, news]).await?, 0);
    doctor(&store).await
}

async fn what_was_appended_while_nobody_read_is_decided_later(on: On) -> Result<()> {
    let installation = Installation::make(on).await?;
    let running = installation.start().await?;
    let house = House::make(&running.context.store, 2, 10).await?;
    let ada = patron(&running.context.store, 100).await?;
    let mut plays = Vec::new();
    let mut running: Running = running;
    for (turn, songs) in house.songs.chunks(5).enumerate() {
        for jukebox in &house.jukeboxes {
            if turn == 0 {
                running.context.requests.append(*jukebox, &claim()).await?;
            }
            for song in songs {
                let (play, request) = ask(ada, *song);
                running.context.requests.append(*jukebox, &request).await?;
                plays.push(play);
            }
        }
        // Killed at once: some of it is decided, some is not.
        drop(running);
        running = installation.start().await?;
    }
    let store = &running.context.store;
    eventually("every decision", PATIENCE, || async {
        for play in &plays {
            state(store, *play).await?.context("undecided")?;
        }
        Ok(())
    })
    .await?;
    let facts = house::facts(store).await?;
    let decisions: Vec<PlayId> = facts.iter().filter_map(|stamped| decided(&stamped.fact)).collect();
    assert_eq!(decisions.len(), plays.len(), "each once");
    doctor(store).await
}
