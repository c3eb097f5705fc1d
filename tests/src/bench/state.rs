//! What readers keep of a year of a large network: rows and bytes of each table, before and after old nights are deleted.
//!
//! A year of one play a night at each venue is folded into a store, which tells what a row takes. A year of sixty is only
//! drawn, by the same dice, and its rows are counted: distinct keys, as the tables have them.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use jukeline_app::{
    events::{Fact, Stamped},
    hours::days_before,
    id::{AccountId, JukeboxId, PlayId, SongId, VenueId},
    time::Timestamp,
    version::Version,
};
use jukeline_backend::{
    readers::{
        ALL, Projection,
        charts::{Charts, Place, Wanted, ranking},
        elsewhere::Elsewhere,
        evenings::Evenings,
        history::History,
        hours::Hours,
        prune,
    },
    store::{Store, readers},
};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    drawn::{self, Play, Year},
    report::{Aim, Row, percentile},
};

/// What is folded, for the bytes of a row.
const FOLDED: Year = Year { venues: 1_000, nights: 365, plays: 1 };
/// What is counted, for the rows of a year.
const COUNTED: Year = Year { plays: 60, ..FOLDED };
/// 12:00 UTC on the last night.
const NOW: Timestamp = Timestamp(1_795_694_400_000);
const LAST_NIGHT: u32 = 20_261_126;
const NIGHT_MS: i64 = 86_400_000;
/// How often the network's chart is read.
const READ: usize = 40;

/// A table's size.
#[derive(Clone, Copy, Default)]
struct Size {
    rows: f64,
    bytes: f64,
}

/// Folds, measures, deletes what is too old, measures again.
///
/// # Errors
/// The store cannot be written or read.
pub async fn state() -> Result<Vec<Row>> {
    let folder = tempfile::Builder::new().prefix("jukeline-bench-").tempdir()?;
    let store = Store::open_sqlite(folder.path()).await?;
    let generations = shown(&store).await?;
    make_accounts(&store).await?;
    fold(&store, &generations).await?;
    let before = sizes(&store).await?;
    for reader in ALL {
        prune(&store, reader, generations[reader.name], NOW, usize::MAX).await?;
    }
    let after = sizes(&store).await?;
    let mut rows = Vec::new();
    for (table, before) in &before {
        let after = after[table];
        rows.push(Row::new(format!("{table}: rows kept of a year"), after.rows, "rows").against(before.rows));
        let a_row = before.bytes / before.rows.max(1.0);
        rows.push(Row::new(format!("{table}: a row with its indexes"), a_row, "bytes"));
    }
    for (table, kept, all) in drawn::rows_of(COUNTED) {
        let measured = before.get(table).context("a table that was not measured")?;
        let mib = |rows: f64| rows * measured.bytes / measured.rows.max(1.0) / 1_048_576.0;
        let name = format!("{table}: {} plays a night", COUNTED.plays);
        rows.push(Row::new(format!("{name}, rows kept"), kept, "rows").against(all));
        rows.push(Row::new(format!("{name}, kept"), mib(kept), "MiB").against(mib(all)));
    }
    let month = read(&store, Some((20_261_101, 20_261_130))).await?;
    let ever = read(&store, None).await?;
    rows.push(Row::new("the network's month, read, p99", percentile(&month, 0.99), "ms").aim(Aim::AtMost(500.0)));
    rows.push(Row::new("the network's ever, read, p99", percentile(&ever, 0.99), "ms"));
    Ok(rows)
}

/// Every reader shows a generation; gives them.
async fn shown(store: &Store) -> Result<BTreeMap<&'static str, i64>> {
    let mut generations = BTreeMap::new();
    for reader in ALL {
        let standing = readers::stand_by(store, reader.name, reader.version).await?;
        let building = standing.building.context("nothing is built")?.number;
        readers::flip(store, reader.name, building, true).await?;
        generations.insert(reader.name, building);
    }
    Ok(generations)
}

async fn make_accounts(store: &Store) -> Result<()> {
    let accounts: Vec<u128> = (0..drawn::accounts(FOLDED)).collect();
    let mut tx = store.begin().await?;
    for chunk in accounts.chunks(500) {
        let places: Vec<String> = (1..=chunk.len()).map(|place| format!("(${place}, '')")).collect();
        let sql = format!("INSERT INTO account_keys (account, key_hex) VALUES {}", places.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for account in chunk {
            query = query.bind(Uuid::from_u128(*account).to_string());
        }
        query.execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// A transaction a night and reader.
async fn fold(store: &Store, generations: &BTreeMap<&'static str, i64>) -> Result<()> {
    for night in 0..FOLDED.nights {
        let facts = facts_of(night)?;
        fold_into::<Charts>(store, generations, &facts).await?;
        fold_into::<Elsewhere>(store, generations, &facts).await?;
        fold_into::<Evenings>(store, generations, &facts).await?;
        fold_into::<History>(store, generations, &facts).await?;
        fold_into::<Hours>(store, generations, &facts).await?;
    }
    Ok(())
}

async fn fold_into<P: Projection>(
    store: &Store,
    generations: &BTreeMap<&'static str, i64>,
    facts: &[String],
) -> Result<()> {
    let facts = facts.iter().map(|fact| serde_json::from_str(fact)).collect::<Result<Vec<P::Fact>, _>>()?;
    let mut tx = store.begin().await?;
    P::fold(&mut tx, generations[P::NAME], facts).await?;
    Ok(tx.commit().await?)
}

/// The facts of a night, as the log has them.
fn facts_of(night: u32) -> Result<Vec<String>> {
    let days = FOLDED.nights - 1 - night;
    let date = days_before(LAST_NIGHT, days);
    let mut facts = Vec::new();
    for play in drawn::night(FOLDED, night) {
        let Play { venue, number, account, song, hour } = play;
        let heard_at = Timestamp(NOW.0 - i64::from(days) * NIGHT_MS + i64::from(hour) * 3_600_000);
        let n = i64::from(night) * i64::from(FOLDED.plays) + i64::from(number) + 1;
        let fact = Fact::Heard {
            play: PlayId(Uuid::from_u128((u128::from(venue) << 64) + n.unsigned_abs() as u128)),
            account: AccountId(Uuid::from_u128(account)),
            song: SongId(Uuid::from_u128(u128::from(song))),
            venue: VenueId(Uuid::from_u128(u128::from(venue))),
            heard_at,
            night: date,
        };
        let jukebox = JukeboxId(Uuid::from_u128(u128::from(venue)));
        let stamped = Stamped { jukebox, version: Version { epoch: 1, n }, at: heard_at, fact };
        facts.push(serde_json::to_string(&stamped)?);
    }
    Ok(facts)
}

/// Rows and bytes of every table of a reader, with its indexes.
async fn sizes(store: &Store) -> Result<BTreeMap<&'static str, Size>> {
    let mut sizes = BTreeMap::new();
    for table in ["chart_parts", "charts", "elsewhere", "evenings", "history", "hours"] {
        let count = async |sql: String| -> Result<f64> {
            let number: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(store.read()).await?;
            Ok(number as f64)
        };
        let rows = count(format!("SELECT COUNT(*) FROM {table}")).await?;
        let of = format!("SELECT name FROM sqlite_master WHERE tbl_name = '{table}'");
        let bytes = count(format!("SELECT COALESCE(SUM(pgsize), 0) FROM dbstat WHERE name IN ({of})")).await?;
        sizes.insert(table, Size { rows, bytes });
    }
    Ok(sizes)
}

async fn read(store: &Store, nights: Option<(u32, u32)>) -> Result<Vec<Duration>> {
    let wanted = Wanted { place: Place::Network, genre: None };
    let mut took = Vec::with_capacity(READ);
    for _ in 0..READ {
        let began = Instant::now();
        anyhow::ensure!(ranking(store, &wanted, nights, 10).await?.len() == 10, "no chart");
        took.push(began.elapsed());
    }
    Ok(took)
}
