//! Paired screens.

use super::{Result, Store, StoreError, Tx, accounts::codes, id, json, to_json};
use crate::{http::identity::ScreenSession, secret};
use jukeline_app::{
    api::ScreenRole,
    id::{JukeboxId, ScreenId},
    song::Codec,
    time::{MINUTE, Timestamp},
};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

/// How long a pairing code is good.
pub const PAIRING_MS: i64 = 10 * MINUTE;

/// What pairing codes are for, among the one-time codes.
pub(super) const PAIRING: &str = "pair";

/// The stable word of a role.
pub const fn word(role: ScreenRole) -> &'static str {
    match role {
        ScreenRole::Player => "player",
        ScreenRole::Display => "display",
    }
}

fn role(word: &str) -> Result<ScreenRole> {
    match word {
        "player" => Ok(ScreenRole::Player),
        "display" => Ok(ScreenRole::Display),
        _ => Err(StoreError::garbled("screens", "role")),
    }
}

/// Makes a pairing code of eight digits: the code and its end.
pub async fn make_pairing_code(store: &Store, jukebox: JukeboxId, role: ScreenRole) -> Result<(String, Timestamp)> {
    let code = secret::digits(8);
    let now = store.now().await?;
    let until = now.plus(PAIRING_MS);
    let mut tx = store.begin().await?;
    codes::put(&mut tx, PAIRING, &code, &format!("{}/{jukebox}", word(role)), now, until).await?;
    tx.commit().await?;
    Ok((code, until))
}

/// Pairs a screen by a code (white space ignored): the screen and its token, or nothing for a wrong code.
pub async fn pair(store: &Store, code: &str, codecs: &[Codec]) -> Result<Option<(ScreenSession, String)>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = store.now().await?;
    let mut tx = store.begin().await?;
    let Some(subject) = codes::take(&mut tx, PAIRING, &code, now).await? else { return Ok(None) };
    let (kind, jukebox) = subject.split_once('/').ok_or_else(|| StoreError::garbled("one_time_codes", "subject"))?;
    let session =
        ScreenSession { screen: ScreenId(Uuid::now_v7()), jukebox: id("one_time_codes", jukebox)?, role: role(kind)? };
    let token = insert(&mut tx, &session, codecs, now).await?;
    tx.commit().await?;
    Ok(Some((session, token)))
}

async fn insert(tx: &mut Tx, screen: &ScreenSession, codecs: &[Codec], now: Timestamp) -> Result<String> {
    let token = secret::token();
    let sql = "INSERT INTO screens (id, jukebox, role, token_hash, codecs, paired_at, seen_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $6)";
    sqlx::query(sql)
        .bind(screen.screen.to_string())
        .bind(screen.jukebox.to_string())
        .bind(word(screen.role))
        .bind(secret::hash(&token))
        .bind(to_json("screens", &codecs)?)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

/// The screen of a token.
pub async fn by_token(store: &Store, token: &str) -> Result<Option<ScreenSession>> {
    let sql = "SELECT id, jukebox, role FROM screens WHERE token_hash = $1";
    let row = sqlx::query(sql).bind(secret::hash(token)).fetch_optional(store.read()).await?;
    row.as_ref().map(read).transpose()
}

/// A screen by its id.
pub async fn by_id(store: &Store, screen: ScreenId) -> Result<Option<ScreenSession>> {
    let sql = "SELECT id, jukebox, role FROM screens WHERE id = $1";
    let row = sqlx::query(sql).bind(screen.to_string()).fetch_optional(store.read()).await?;
    row.as_ref().map(read).transpose()
}

/// What a screen said at pairing that it can decode.
pub async fn codecs(store: &Store, screen: ScreenId) -> Result<Vec<Codec>> {
    let sql = "SELECT codecs FROM screens WHERE id = $1";
    let text: Option<String> = sqlx::query_scalar(sql).bind(screen.to_string()).fetch_optional(store.read()).await?;
    text.map_or(Ok(Vec::new()), |text| json("screens", &text))
}

/// Undoes a pairing.
pub async fn unpair(store: &Store, screen: ScreenId) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("DELETE FROM screens WHERE id = $1").bind(screen.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<ScreenSession> {
    Ok(ScreenSession {
        screen: id("screens", row.try_get(0)?)?,
        jukebox: id("screens", row.try_get(1)?)?,
        role: role(row.try_get(2)?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_code_pairs_one_screen() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_sqlite(folder.path()).await.expect("a store");
        let jukebox = JukeboxId(Uuid::from_u128(1));
        let (code, _) = make_pairing_code(&store, jukebox, ScreenRole::Player).await.expect("a code");
        let spaced = format!("{} {}", &code[..4], &code[4..]);
        let (screen, token) = pair(&store, &spaced, &[Codec::OggVorbis]).await.expect("asked").expect("paired");
        assert_eq!((screen.jukebox, screen.role), (jukebox, ScreenRole::Player));
        assert!(pair(&store, &code, &[]).await.expect("asked").is_none(), "a code is good once");
        let found = by_token(&store, &token).await.expect("a read").expect("a screen");
        assert_eq!(found.screen, screen.screen);
        assert_eq!(codecs(&store, screen.screen).await.expect("a read"), [Codec::OggVorbis]);
        unpair(&store, screen.screen).await.expect("unpaired");
        assert!(by_token(&store, &token).await.expect("a read").is_none());
    }
}
