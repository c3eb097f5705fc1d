//! The store's contract, on SQLite and on PostgreSQL: one body for both.

mod contract;

use anyhow::{Context as _, Result, ensure};
use contract::{
    Database, On, doctor as doctor_is_happy,
    house::{self, House, PRICE, ask, claim, patron, record, report},
    parts,
};
use futures_util::future::try_join_all;
use jukeline_app::{
    account::Role,
    api::Report,
    conductor::{End, Entry, Spans, Stage},
    events::{Request, StaffWord},
    id::{AccountId, JukeboxId, LotId, PlayId, PurchaseId, SongId, VenueId},
    ledger::{Book, Phase},
    play::{ReturnReason, SkipReason},
    purchase::Said,
    staff::{StaffRefusal, dismiss},
    time::Timestamp,
};
use jukeline_backend::{
    context::Context,
    doctor::{self, Trouble, Wrong},
    floor::{Handled, handle},
    store::{
        RestoredError, Store, StoreError,
        accounts::{
            self,
            invitations::{self, NewInvitation},
            staff,
        },
        floor::{NewPlay, end_plays, insert_plays},
        ledger::{self, NewTransfer, PendingLeg, settle},
        offsets,
        outbox::{self, Letter},
        purchases::{self, Heard, NewPurchase, receipts},
        receipt_mails::{self, End as MailEnd},
    },
};
use std::collections::BTreeSet;
use tempfile::TempDir;
use uuid::Uuid;

on_both!(
    credits_are_reserved_then_captured_or_released,
    a_lot_never_falls_below_zero,
    a_reservation_ends_once,
    two_requests_race_for_one_credit,
    a_play_ends_once,
    migrations_are_applied_once,
    two_processes_start_on_an_empty_database,
    a_newer_database_is_left_alone,
    a_zombies_offset_is_refused,
    numbers_are_never_given_out_again,
    a_mark_covers_what_was_published_and_no_more,
    two_who_dismiss_each_other_are_ordered,
    an_invitation_is_taken_up_once_and_comes_along,
    nothing_repeats_after_a_restore,
    receipts_are_numbered_without_gaps,
    a_receipts_mail_is_taken_up_by_one,
);

/// An open store with the parts of a server, and what keeps both alive.
struct Opened {
    store: Store,
    context: Context,
    database: Database,
    _folder: TempDir,
}

async fn open(on: On) -> Result<Opened> {
    let database = Database::make(on).await?;
    let store = database.open().await?;
    let folder = tempfile::tempdir()?;
    let context = parts(&store, folder.path()).await?;
    Ok(Opened { store, context, database, _folder: folder })
}

/// Lets the floor decide requests about one jukebox, behind those it decided before.
async fn decide(context: &Context, jukebox: JukeboxId, next: &mut i64, requests: &[Request]) -> Result<()> {
    let records = requests.iter().zip(*next..).map(|(request, offset)| record(offset, jukebox, request));
    let records = records.collect::<Result<Vec<_>>>()?;
    *next += i64::try_from(records.len())?;
    ensure!(handle(context, 0, &records).await? == Handled::Committed, "somebody else was there");
    doctor_is_happy(&context.store).await
}

async fn credits_are_reserved_then_captured_or_released(on: On) -> Result<()> {
    let opened = open(on).await?;
    let (store, context) = (&opened.store, &opened.context);
    let house = House::make(store, 1, 3).await?;
    let (copper, ada) = (house.jukeboxes[0], patron(store, 5).await?);
    let mut next = 0;
    assert_eq!(ledger::balance(store, ada).await?, (5, 0));
    let (heard, asked) = ask(ada, house.songs[0]);
    decide(context, copper, &mut next, &[claim(), asked]).await?;
    assert_eq!(ledger::balance(store, ada).await?, (3, 2));
    decide(context, copper, &mut next, &[report(heard, Report::Started { position_ms: 0 })]).await?;
    assert_eq!(ledger::balance(store, ada).await?, (3, 2));
    decide(context, copper, &mut next, &[report(heard, Report::Finished)]).await?;
    assert_eq!(ledger::balance(store, ada).await?, (3, 0), "captured");

    let (taken_back, asked) = ask(ada, house.songs[1]);
    decide(context, copper, &mut next, &[asked]).await?;
    assert_eq!(ledger::balance(store, ada).await?, (1, 2));
    let take_back = Request::TakeBackRequested { play: taken_back, account: ada };
    decide(context, copper, &mut next, &[take_back, report(taken_back, Report::Dropped)]).await?;
    assert_eq!(ledger::balance(store, ada).await?, (3, 0), "released");

    let (skipped, asked) = ask(ada, house.songs[2]);
    let skip = Request::StaffSaid { staff: ada, said: StaffWord::Skip { play: skipped, reason: SkipReason::TooLoud } };
    decide(context, copper, &mut next, &[asked, report(skipped, Report::Started { position_ms: 0 }), skip]).await?;
    assert_eq!(ledger::balance(store, ada).await?, (3, 0), "released in full, although it sounded");
    let states = [heard, taken_back, skipped].map(|play| house::state(store, play));
    let states = futures_util::future::try_join_all(states).await?;
    assert_eq!(states.iter().flatten().collect::<Vec<_>>(), ["finished", "returned", "returned"]);
    Ok(())
}

/// Sets credits of a lot aside.
fn reservation(lot: LotId, account: AccountId, play: PlayId, venue: VenueId, amount: i64) -> NewTransfer {
    let (debit, credit) = (Book::Lot(lot), Book::Revenue(venue));
    NewTransfer {
        kind: "reserve",
        phase: Phase::Pending,
        pending: None,
        debit,
        credit,
        amount,
        account,
        play: Some(play),
        purchase: None,
    }
}

/// Writes transfers in a transaction of their own.
async fn write(store: &Store, transfers: &[NewTransfer]) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let transfers: Vec<_> = transfers.iter().map(|transfer| (Uuid::now_v7(), transfer.clone())).collect();
    ledger::write(&mut tx, &transfers, Timestamp(1)).await?;
    Ok(tx.commit().await?)
}

async fn only_lot(store: &Store, account: AccountId) -> Result<LotId> {
    let mut tx = store.begin().await?;
    let lots = ledger::lots(&mut tx, &[account]).await?;
    Ok(lots.get(&account).and_then(|lots| lots.first()).context("no lot")?.id)
}

async fn a_lot_never_falls_below_zero(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let (ada, venue) = (patron(store, 3).await?, VenueId(Uuid::now_v7()));
    let lot = only_lot(store, ada).await?;
    let reserve = |amount| reservation(lot, ada, PlayId(Uuid::now_v7()), venue, amount);
    assert!(matches!(write(store, &[reserve(4)]).await, Err(StoreError::Garbled { table: "lots", .. })));
    assert!(write(store, &[reserve(2), reserve(2)]).await.is_err(), "together they ask for too much");
    assert_eq!(ledger::balance(store, ada).await?, (3, 0), "nothing of it stands");
    write(store, &[reserve(3)]).await?;
    assert!(write(store, &[reserve(1)]).await.is_err());
    assert_eq!(ledger::balance(store, ada).await?, (0, 3));
    credits_add_up(store).await
}

/// Nothing is wrong with credits, lots and books. The plays and the venue of these transfers are made up, and named.
async fn credits_add_up(store: &Store) -> Result<()> {
    let findings = doctor::examine(store, Spans::default()).await?;
    let made_up = |wrong: &Wrong| matches!(wrong.trouble, Trouble::Transfer | Trouble::Payment);
    ensure!(!findings.well() && findings.wrong.iter().all(made_up), "{findings}");
    Ok(())
}

async fn pending_leg(store: &Store, play: PlayId) -> Result<PendingLeg> {
    let mut tx = store.begin().await?;
    let mut legs = ledger::pending(&mut tx, &[play]).await?;
    legs.remove(&play).and_then(|mut legs| legs.pop()).context("nothing is pending")
}

async fn a_reservation_ends_once(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let (ada, venue) = (patron(store, 5).await?, VenueId(Uuid::now_v7()));
    let lot = only_lot(store, ada).await?;
    for (captured, left) in [(true, (3, 0)), (false, (3, 0))] {
        let play = PlayId(Uuid::now_v7());
        write(store, &[reservation(lot, ada, play, venue, 2)]).await?;
        let leg = pending_leg(store, play).await?;
        let end = |captured| [settle(play, ada, venue, &leg, captured)];
        write(store, &end(captured)).await?;
        assert!(write(store, &end(captured)).await.is_err(), "the same end again");
        assert!(write(store, &end(!captured)).await.is_err(), "the other end");
        assert!(pending_leg(store, play).await.is_err(), "it is over");
        assert_eq!(ledger::balance(store, ada).await?, left, "captured: {captured}");
    }
    credits_add_up(store).await
}

async fn two_requests_race_for_one_credit(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    // Another process on the same database.
    let (second_store, folder) = (opened.database.open().await?, tempfile::tempdir()?);
    let second = parts(&second_store, folder.path()).await?;
    let house = House::make(store, 2, 1).await?;
    for (jukebox, partition) in house.jukeboxes.iter().zip(0..) {
        handle(&opened.context, partition, &[record(0, *jukebox, &claim())?]).await?;
    }
    for round in 1..=10 {
        let ada = patron(store, PRICE).await?;
        let ((one, ask_one), (two, ask_two)) = (ask(ada, house.songs[0]), ask(ada, house.songs[0]));
        let one_record = [record(2 * round - 1, house.jukeboxes[0], &ask_one)?];
        let two_record = [record(2 * round - 1, house.jukeboxes[1], &ask_two)?];
        let (first, other) = tokio::join!(handle(&opened.context, 0, &one_record), handle(&second, 1, &two_record));
        assert_eq!((first?, other?), (Handled::Committed, Handled::Committed));
        let mut states = [house::state(store, one).await?, house::state(store, two).await?];
        states.sort();
        assert_eq!(states.map(Option::unwrap_or_default), ["declined", "handed"], "one wins in round {round}");
        assert_eq!(ledger::balance(store, ada).await?, (0, i64::from(PRICE)));
        // The rooms are empty again for the next round.
        for (play, partition) in [(one, 0), (two, 1)] {
            let end = record(2 * round, house.jukeboxes[usize::try_from(partition)?], &report(play, Report::Finished))?;
            handle(&opened.context, partition, &[end]).await?;
        }
        doctor_is_happy(store).await?;
    }
    Ok(())
}

fn new_play() -> NewPlay {
    let entry = Entry {
        play: PlayId(Uuid::now_v7()),
        account: AccountId(Uuid::now_v7()),
        song: SongId(Uuid::now_v7()),
        recording: "a recording".into(),
        duration_ms: 240_000,
        price: 0,
        sooner: false,
        round: 1,
        rank: 1,
        passed_by_jumps: 0,
        passed_by_turns: 0,
        latest: Timestamp(1),
        attempt: 0,
        stage: Stage::Queued,
        changed: true,
    };
    let jukebox = JukeboxId(Uuid::now_v7());
    NewPlay { jukebox, entry, content: String::new(), requested_at: Timestamp(1), declined: None }
}

async fn a_play_ends_once(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let plays = [new_play(), new_play()];
    let mut tx = store.begin().await?;
    insert_plays(&mut tx, &plays).await?;
    tx.commit().await?;
    let [first, second] = plays.map(|play| play.entry);
    let mut tx = store.begin().await?;
    end_plays(&mut tx, &[(first.clone(), End::Finished, Timestamp(2))]).await?;
    tx.commit().await?;
    let mut tx = store.begin().await?;
    let late = Timestamp(3);
    let again = [(second.clone(), End::Finished, late), (first.clone(), End::Returned(ReturnReason::Failed), late)];
    let refused = end_plays(&mut tx, &again).await;
    assert!(matches!(refused, Err(StoreError::Garbled { table: "plays", .. })));
    drop(tx);
    assert_eq!(house::state(store, first.play).await?.as_deref(), Some("finished"));
    assert_eq!(house::state(store, second.play).await?.as_deref(), Some("queued"), "the whole transaction failed");
    Ok(())
}

async fn schema_versions(store: &Store) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar("SELECT version FROM schema_version ORDER BY version").fetch_all(store.read()).await?)
}

async fn migrations_are_applied_once(on: On) -> Result<()> {
    let database = Database::make(on).await?;
    let first = database.open().await?;
    let versions = schema_versions(&first).await?;
    assert_eq!(versions, (1..=i64::try_from(versions.len())?).collect::<Vec<_>>());
    let ada = patron(&first, 3).await?;
    first.close().await;
    let again = database.open().await?;
    assert_eq!(schema_versions(&again).await?, versions);
    assert_eq!(ledger::balance(&again, ada).await?, (3, 0), "what was there stays");
    Ok(())
}

async fn two_processes_start_on_an_empty_database(on: On) -> Result<()> {
    for _ in 0..4 {
        let database = Database::make(on).await?;
        let (first, second, third) = tokio::join!(database.open(), database.open(), database.open());
        let (first, second, third) = (first?, second?, third?);
        let versions = schema_versions(&first).await?;
        assert!(!versions.is_empty());
        assert_eq!(versions, (1..=i64::try_from(versions.len())?).collect::<Vec<_>>(), "each step once");
        let ada = patron(&second, 3).await?;
        assert_eq!(ledger::balance(&third, ada).await?, (3, 0));
    }
    Ok(())
}

async fn a_newer_database_is_left_alone(on: On) -> Result<()> {
    let database = Database::make(on).await?;
    let store = database.open().await?;
    let known = schema_versions(&store).await?.pop().context("no version")?;
    let mut tx = store.begin().await?;
    sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(known + 1).execute(&mut *tx).await?;
    tx.commit().await?;
    store.close().await;
    match database.open().await {
        Err(StoreError::Newer { found, known: ours }) => assert_eq!((found, ours), (known + 1, known)),
        Err(other) => return Err(other.into()),
        Ok(_) => anyhow::bail!("it was opened"),
    }
    Ok(())
}

async fn advance(store: &Store, first: i64, last: i64, id: &str) -> Result<bool> {
    let mut tx = store.begin().await?;
    let moved = offsets::advance(&mut tx, "floor", "requests", 7, first, last, id).await?;
    tx.commit().await?;
    Ok(moved)
}

async fn a_zombies_offset_is_refused(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    assert!(offsets::read(store, "floor", "requests", 7).await?.is_none());
    assert!(!advance(store, 3, 5, "nobody began").await?);
    offsets::begin_at(store, "floor", "requests", 7, 3).await?;
    offsets::begin_at(store, "floor", "requests", 7, 9).await?;
    assert!(advance(store, 3, 5, "five").await?, "the first beginning counts");
    assert!(!advance(store, 3, 5, "zombie").await?, "the same batch again");
    assert!(!advance(store, 5, 8, "zombie").await?, "an overlap");
    assert!(!advance(store, 7, 8, "zombie").await?, "a gap");
    let place = offsets::Place { next: 6, last_id: "five".into() };
    assert_eq!(offsets::read(store, "floor", "requests", 7).await?, Some(place));
    let (one, two) = tokio::join!(advance(store, 6, 9, "one"), advance(store, 6, 9, "two"));
    assert_ne!(one?, two?, "one of two at once");
    Ok(())
}

fn letter(n: i64) -> Result<Letter, StoreError> {
    Letter::new("ledger", "key", &contract::fresh("stream"), 0, n, "Granted", Timestamp(1), &n)
}

async fn numbers_are_never_given_out_again(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let mut highest = (0, 0);
    for round in 1..=3 {
        let mut tx = store.begin().await?;
        outbox::put_all(&mut tx, &[letter(1)?, letter(2)?]).await?;
        for _ in 0..2 {
            let sql =
                "INSERT INTO requests (jukebox, ce_id, ce_type, ce_time, payload) VALUES ('j', 'i', 't', 0, '{}')";
            sqlx::query(sql).execute(&mut *tx).await?;
        }
        let seq: i64 = sqlx::query_scalar("SELECT MIN(seq) FROM outbox").fetch_one(&mut *tx).await?;
        let position: i64 = sqlx::query_scalar("SELECT MIN(position) FROM requests").fetch_one(&mut *tx).await?;
        assert!(seq > highest.0 && position > highest.1, "round {round}: {seq} and {position} after {highest:?}");
        highest = (seq + 1, position + 1);
        sqlx::query("DELETE FROM outbox").execute(&mut *tx).await?;
        sqlx::query("DELETE FROM requests").execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn a_mark_covers_what_was_published_and_no_more(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let mut tx = store.begin().await?;
    let letters = (1..=600).map(letter).collect::<Result<Vec<_>, _>>()?;
    outbox::put_all(&mut tx, &letters).await?;
    tx.commit().await?;
    let batch = outbox::unpublished(store, 500).await?;
    let sent: Vec<&str> = batch.iter().map(|letter| letter.id.as_str()).collect();
    assert_eq!(sent, letters[..500].iter().map(|letter| letter.id.as_str()).collect::<Vec<_>>(), "in order");
    outbox::mark_published(store, &batch).await?;
    let rest = outbox::unpublished(store, 500).await?;
    assert_eq!(
        rest.iter().map(|letter| letter.id.as_str()).collect::<Vec<_>>(),
        letters[500..].iter().map(|l| l.id.as_str()).collect::<Vec<_>>()
    );
    let mut tx = store.begin().await?;
    assert!(outbox::put_all(&mut tx, &letters[..1]).await.is_err(), "a fact is written once");
    Ok(())
}

/// One of two managers dismisses another, if that one may be dismissed by then.
async fn let_go(store: &Store, by: AccountId, whom: AccountId, venue: VenueId) -> Result<Result<(), StaffRefusal>> {
    let mut tx = store.begin().await?;
    let posts = staff::posts(&mut tx, store.kind(), Some(venue)).await?;
    let decided = dismiss(&posts, by, whom, Some(venue));
    if decided.is_ok() {
        staff::set_role(&mut tx, whom, None, Some(venue)).await?;
        staff::void_codes(&mut tx, whom, Some(venue)).await?;
        tx.commit().await?;
    }
    Ok(decided)
}

async fn two_who_dismiss_each_other_are_ordered(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let venue = VenueId(Uuid::now_v7());
    for _ in 0..10 {
        let (ada, bob) = (patron(store, 0).await?, patron(store, 0).await?);
        let mut tx = store.begin().await?;
        for account in [ada, bob] {
            accounts::appoint(&mut tx, account, Role::VenueManager, Some(venue)).await?;
        }
        tx.commit().await?;
        let (one, other) = tokio::join!(let_go(store, ada, bob, venue), let_go(store, bob, ada, venue));
        let outcomes = [one?, other?];
        ensure!(outcomes.contains(&Ok(())) && outcomes.contains(&Err(StaffRefusal::Forbidden)), "{outcomes:?}");
        let left = if outcomes[0].is_ok() { ada } else { bob };
        let posts = staff::posts_now(store, Some(venue)).await?;
        ensure!(posts.iter().map(|post| post.account).eq([left]), "{posts:?}");
        ensure!(let_go(store, left, left, venue).await? == Err(StaffRefusal::Last), "the last one stays");
        let mut tx = store.begin().await?;
        staff::set_role(&mut tx, left, None, Some(venue)).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn an_invitation_is_taken_up_once_and_comes_along(on: On) -> Result<()> {
    let opened = open(on).await?;
    let store = &opened.store;
    let venue = Some(VenueId(Uuid::now_v7()));
    let (boss, guest, jo) = (patron(store, 0).await?, patron(store, 0).await?, patron(store, 0).await?);
    let now = store.now().await?;
    let mut tx = store.begin().await?;
    accounts::appoint(&mut tx, boss, Role::Operator, None).await?;
    let new = NewInvitation { role: Role::MusicManager, place: venue, by: boss, email: Some("jo@home.example") };
    let (id, until) = invitations::put(&mut tx, &new, "code", now).await?;
    tx.commit().await?;
    let pending = invitations::pending(store, venue, now).await?;
    ensure!(pending.len() == 1 && pending[0].id == id && pending[0].email.as_deref() == Some("jo@home.example"));
    ensure!(invitations::look(store, "code", until.plus(1)).await?.is_none(), "too late");
    let take_up = async |account: AccountId| -> Result<_> {
        let mut tx = store.begin().await?;
        let taken = invitations::take_up(&mut tx, store.kind(), "code", account, now).await?;
        tx.commit().await?;
        Ok(taken)
    };
    let (one, other) = tokio::join!(take_up(guest), take_up(guest));
    let taken = [one?, other?];
    ensure!(taken.contains(&None) && taken.contains(&Some((Role::MusicManager, venue))), "{taken:?}");
    let mut tx = store.begin().await?;
    accounts::merge(store, &mut tx, guest, jo, now).await?;
    tx.commit().await?;
    let roles = accounts::appointments(store, jo).await?;
    ensure!(roles.len() == 1 && roles[0].role == Role::MusicManager && roles[0].venue == venue, "{roles:?}");
    ensure!(accounts::appointments(store, guest).await?.is_empty());
    doctor_is_happy(store).await
}
/// The ids of all facts.
async fn fact_ids(store: &Store) -> Result<BTreeSet<String>> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT ce_id FROM outbox").fetch_all(store.read()).await?;
    Ok(ids.into_iter().collect())
}

/// Opens a database, lets a request be decided and an account change its name, and closes it. Gives all facts' ids.
async fn live_on(
    database: &Database,
    jukebox: JukeboxId,
    account: AccountId,
    song: SongId,
) -> Result<BTreeSet<String>> {
    let (store, folder) = (database.open().await?, tempfile::tempdir()?);
    let context = parts(&store, folder.path()).await?;
    let mut next = offsets::read(&store, "floor", "requests", 0).await?.map_or(0, |place| place.next);
    let asked = ask(account, song).1;
    let requests = if next == 0 { vec![claim(), asked] } else { vec![asked] };
    decide(&context, jukebox, &mut next, &requests).await?;
    accounts::change(&store, account, Some("Ada"), None, store.now().await?).await?;
    let ids = fact_ids(&store).await?;
    store.close().await;
    Ok(ids)
}

async fn nothing_repeats_after_a_restore(on: On) -> Result<()> {
    let database = Database::make(on).await?;
    let store = database.open().await?;
    let (house, ada) = (House::make(&store, 1, 2).await?, patron(&store, 10).await?);
    assert!(matches!(database.restored().await, Err(RestoredError::InUse)), "a server is running");
    store.close().await;
    drop(store);
    let copper = house.jukeboxes[0];
    let before = live_on(&database, copper, ada, house.songs[0]).await?;
    let backups = [database.backup().await?, database.backup().await?];
    // What is lost, and what is decided anew after each of two restores of one backup.
    let mut lives = vec![live_on(&database, copper, ada, house.songs[1]).await?];
    for backup in &backups {
        let raised = backup.restored().await?;
        assert_eq!((raised.jukeboxes, raised.accounts), (1, 1));
        lives.push(live_on(backup, copper, ada, house.songs[1]).await?);
    }
    for (index, life) in lives.iter().enumerate() {
        assert!(life.len() >= before.len() + 3, "decided, reserved, renamed");
        for other in &lives[index + 1..] {
            assert_eq!(life.intersection(other).cloned().collect::<BTreeSet<_>>(), before, "only what was before");
        }
    }
    Ok(())
}

/// Buys a pack as a provider's word would have it.
async fn bought(store: &Store, account: AccountId) -> Result<PurchaseId, StoreError> {
    let (id, now) = (PurchaseId(Uuid::now_v7()), store.now().await?);
    let new = NewPurchase {
        id,
        account,
        pack: "ten",
        price_minor: 950,
        currency: "EUR",
        credits: 10,
        bonus: 2,
        bonus_ms: None,
        room: None,
        provider: "sandbox",
        expires_at: now.plus(60_000),
        ask_at: now.plus(60_000),
        claim_hash: &id.to_string(),
    };
    purchases::begin(store, &new, now).await?;
    let paid = Heard { said: vec![Said::Paid], payment: Some(format!("pi_{id}")), declined: None };
    purchases::hear(store, id, &paid).await?;
    Ok(id)
}

/// Everybody numbers while everybody buys, in two processes.
async fn receipts_are_numbered_without_gaps(on: On) -> Result<()> {
    let opened = open(on).await?;
    let (one, other) = (opened.store.clone(), opened.database.open().await?);
    let mut buyers = Vec::new();
    for n in 0..8 {
        let (store, account) = (if n % 2 == 0 { &one } else { &other }, patron(&one, 1).await?);
        buyers.push(async move {
            let mut mine = Vec::new();
            for _ in 0..5 {
                mine.push(bought(store, account).await?);
                receipts::number(store).await?;
            }
            Ok::<_, StoreError>(mine)
        });
    }
    let sold: Vec<PurchaseId> = try_join_all(buyers).await?.concat();
    receipts::number(&other).await?;
    assert_eq!(receipts::number(&one).await?, 0, "none is left");
    let mut numbers = Vec::new();
    for purchase in &sold {
        let found = purchases::find(&one, *purchase).await?.context("the purchase")?;
        numbers.push(found.receipt.context("a number")?);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<i64>>());
    doctor_is_happy(&one).await
}

async fn a_receipts_mail_is_taken_up_by_one(on: On) -> Result<()> {
    let opened = open(on).await?;
    let (one, other) = (&opened.store, &opened.database.open().await?);
    let (with, without) = (patron(one, 1).await?, patron(one, 1).await?);
    let mut tx = one.begin().await?;
    let now = one.now().await?;
    assert!(accounts::add_password(&mut tx, with, "hash of it", "ada@home.example", "phc", now).await?);
    tx.commit().await?;
    bought(one, without).await?;
    let mut expected = BTreeSet::new();
    for _ in 0..6 {
        expected.insert(bought(one, with).await?);
    }
    assert_eq!(receipts::number(one).await?, 7);
    assert_eq!(receipts::number(other).await?, 0);
    let (now, again) = (one.now().await?.plus(1), one.now().await?.plus(1_000_000));
    let take_all = async |store: &Store| {
        let mut taken = Vec::new();
        while let Some(waiting) = receipt_mails::take(store, now, again).await? {
            assert_eq!(waiting.tries, 1);
            taken.push(waiting.purchase);
        }
        Ok::<_, StoreError>(taken)
    };
    let (first, second) = tokio::try_join!(take_all(one), take_all(other))?;
    let taken = [first, second].concat();
    assert_eq!(taken.len(), 6, "each once: {taken:?}");
    assert_eq!(taken.iter().copied().collect::<BTreeSet<_>>(), expected, "and none of who has no address");
    // One is put off, five end in every way there is.
    receipt_mails::put_off(one, taken[0], now).await?;
    let ends = [MailEnd::Sent, MailEnd::Nobody, MailEnd::GivenUp, MailEnd::Sent, MailEnd::Sent];
    for (purchase, end) in taken[1..].iter().zip(ends) {
        receipt_mails::end(one, *purchase, end).await?;
        receipt_mails::put_off(one, *purchase, now).await?;
    }
    let next = receipt_mails::take(other, again, again.plus(1)).await?.context("the one that was put off")?;
    assert_eq!((next.purchase, next.tries), (taken[0], 2));
    assert_eq!(receipt_mails::take(one, again, again).await?, None, "what ended is over");
    Ok(())
}
