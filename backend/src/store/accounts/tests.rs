use super::*;
use crate::store::{Kind, floor};
use jukeline_app::{id::JukeboxId, rules::HouseRules};

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open_sqlite(folder.path()).await.expect("a store");
    (folder, store)
}

async fn guest(store: &Store, grant: u32) -> AccountId {
    let mut tx = store.begin().await.expect("a transaction");
    let account = make_guest(&mut tx, Kind::Sqlite, grant, Timestamp(1)).await.expect("a guest");
    tx.commit().await.expect("committed");
    account
}

#[tokio::test]
async fn a_guest_has_the_grant_and_no_address() {
    let (_folder, store) = store().await;
    let account = guest(&store, 20).await;
    assert_eq!(super::super::ledger::balance(&store, account).await.expect("a balance"), (20, 0));
    let profile = profile(&store, account).await.expect("a read").expect("a profile");
    assert!(profile.guest && profile.email.is_none() && profile.name.is_none());
}

#[tokio::test]
async fn an_address_is_one_persons_and_is_not_readable_in_the_table() {
    let (_folder, store) = store().await;
    let (one, two) = (guest(&store, 0).await, guest(&store, 0).await);
    let mut tx = store.begin().await.expect("a transaction");
    assert!(add_password(&mut tx, one, "hash", "mara@example.org", "phc", Timestamp(2)).await.expect("added"));
    assert!(!add_password(&mut tx, two, "hash", "mara@example.org", "phc", Timestamp(2)).await.expect("asked"));
    tx.commit().await.expect("committed");
    let profile = profile(&store, one).await.expect("a read").expect("a profile");
    assert_eq!(profile.email.as_deref(), Some("mara@example.org"));
    let sealed: String = sqlx::query_scalar("SELECT address_sealed FROM identities WHERE address_hash = 'hash'")
        .fetch_one(store.read())
        .await
        .expect("a row");
    assert!(!sealed.contains("mara"));
    assert_eq!(by_address(&store, "hash").await.expect("a read").expect("found").account, one);
}

#[tokio::test]
async fn a_guests_credits_come_along() {
    let (_folder, store) = store().await;
    let (from, into) = (guest(&store, 5).await, guest(&store, 7).await);
    let mut tx = store.begin().await.expect("a transaction");
    let token = sessions::open(&mut tx, from, "device", "cookie", Timestamp(3)).await.expect("a session");
    merge(&store, &mut tx, from, into, Timestamp(3)).await.expect("merged");
    tx.commit().await.expect("committed");
    assert_eq!(super::super::ledger::balance(&store, into).await.expect("a balance"), (12, 0));
    assert_eq!(super::super::ledger::balance(&store, from).await.expect("a balance"), (0, 0));
    assert_eq!(sessions::find(&store, &token).await.expect("a read").expect("a session").account, into);
}

#[tokio::test]
async fn a_line_that_was_read_before_shows_who_a_guest_became() {
    let (_folder, store) = store().await;
    let (from, into) = (guest(&store, 5).await, guest(&store, 7).await);
    let mut tx = store.begin().await.expect("a transaction");
    let (venue, jukebox, play) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    for sql in [
        format!(
            "INSERT INTO venues (id, name, city, timezone, radius_m, created_at) VALUES ('{venue}', 'V', 'C', 'UTC', 75, 1)"
        ),
        format!(
            "INSERT INTO jukeboxes (id, venue, zone_name, room, secret_hex, epoch, rules, created_at) \
             VALUES ('{jukebox}', '{venue}', 'Bar', 'copper', '00', 1, '{}', 1)",
            serde_json::to_string(&HouseRules::default()).expect("rules")
        ),
        format!(
            "INSERT INTO plays (id, jukebox, account, song, recording, duration_ms, content, state, price, sooner, round, rank, \
             latest, stage, requested_at) VALUES ('{play}', '{jukebox}', '{from}', '{play}', 'r', 1, '', 'queued', 0, 0, 1, 1, \
             1, '{{\"is\":\"queued\"}}', 1)"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.expect("a row");
    }
    tx.commit().await.expect("committed");
    let whose = async || {
        let floor = floor::read(&store, JukeboxId(jukebox)).await.expect("a read").expect("a floor");
        floor.entries.iter().map(|entry| entry.account).collect::<Vec<_>>()
    };
    assert_eq!(whose().await, [from]);
    let mut tx = store.begin().await.expect("a transaction");
    merge(&store, &mut tx, from, into, Timestamp(3)).await.expect("merged");
    tx.commit().await.expect("committed");
    assert_eq!(whose().await, [into]);
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_personal() {
    let (_folder, store) = store().await;
    let account = guest(&store, 5).await;
    change(&store, account, Some("Mara"), Some(true), Timestamp(2)).await.expect("changed");
    assert_eq!(profile(&store, account).await.expect("a read").expect("there").name.as_deref(), Some("Mara"));
    assert_eq!(delete(&store, account, None, Timestamp(3)).await.expect("deleted"), Goodbye::Gone);
    assert_eq!(profile(&store, account).await.expect("a read"), None);
    assert_eq!(super::super::ledger::balance(&store, account).await.expect("a balance"), (0, 0));
}

#[tokio::test]
async fn a_code_is_taken_once_for_its_purpose_and_in_time() {
    let (_folder, store) = store().await;
    let mut tx = store.begin().await.expect("a transaction");
    codes::put(&mut tx, codes::RESET, "12345678", "subject", Timestamp(0), Timestamp(10)).await.expect("put");
    codes::put(&mut tx, codes::SETUP, "late", "subject", Timestamp(0), Timestamp(10)).await.expect("put");
    assert_eq!(codes::take(&mut tx, codes::SETUP, "12345678", Timestamp(5)).await.expect("asked"), None);
    assert_eq!(codes::take(&mut tx, codes::SETUP, "late", Timestamp(11)).await.expect("asked"), None);
    assert!(codes::take(&mut tx, codes::RESET, "12345678", Timestamp(5)).await.expect("asked").is_some());
    assert_eq!(codes::take(&mut tx, codes::RESET, "12345678", Timestamp(5)).await.expect("asked"), None);
}
