//! The store: SQLite embedded, PostgreSQL in a network; the same SQL text on both.

pub mod accounts;
pub mod complaints;
pub mod favourites;
pub mod floor;
mod in_use;
pub mod ledger;
mod lines;
mod migrations;
pub mod offsets;
pub mod outbox;
pub mod places;
pub mod plays;
pub mod purchases;
pub mod readers;
pub mod receipt_mails;
mod restored;
pub mod screens;
pub mod settings;
pub mod songs;
pub mod vouchers;
pub mod wishes;

pub use restored::{Raised, RestoredError, restored};

use jukeline_app::time::Timestamp;
use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Database, Transaction,
    any::{AnyPoolOptions, install_default_drivers},
};
use std::{fs::File, path::Path, sync::Arc, time::Duration};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In a file of its own, one writer.
    Sqlite,
    /// A server.
    Postgres,
}

/// Why the store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Out of reach, or it refused a statement.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// Written by a newer version.
    #[error(
        "the database is of version {found}, this program knows up to {known}: use the newer program, or restore a backup"
    )]
    Newer {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// A row that can't be read: damage, or a mistake of ours.
    #[error("a row of {table} can't be read: {detail}")]
    Garbled {
        /// Which table.
        table: &'static str,
        /// What is wrong.
        detail: String,
    },
}

impl StoreError {
    /// A row of `table` that can't be read.
    pub fn garbled(table: &'static str, detail: impl std::fmt::Display) -> StoreError {
        StoreError::Garbled { table, detail: detail.to_string() }
    }

    /// Whether waiting may help: nobody answers, or a server that starts, stops or is full. A wrong password, a database
    /// that isn't there or an address that can't be read stay wrong.
    pub fn is_out_of_reach(&self) -> bool {
        match self {
            StoreError::Database(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            StoreError::Database(sqlx::Error::Database(error)) => error.code().is_some_and(|code| says_later(&code)),
            StoreError::Database(_) | StoreError::Newer { .. } | StoreError::Garbled { .. } => false,
        }
    }
}

/// PostgreSQL's codes: connection exceptions (08), operator intervention such as a start or a stop (57P), too many
/// connections (53300).
fn says_later(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("57P") || code == "53300"
}

/// A result of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A transaction that writes.
pub type Tx = Transaction<'static, Any>;

/// The store with its pools.
#[derive(Clone)]
pub struct Store {
    kind: Kind,
    write: AnyPool,
    read: AnyPool,
    url: Arc<str>,
    lines: lines::Lines,
    songs: songs::Known,
    /// The shared lock on the embedded database.
    _in_use: Option<Arc<File>>,
}

impl Store {
    /// Opens the embedded store in `folder`, making it if it isn't there.
    pub async fn open_sqlite(folder: &Path) -> Result<Store> {
        let url = sqlite_url(folder);
        let in_use = in_use::share(folder).map(Arc::new);
        let pragmas =
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON;";
        Store::opened_sqlite(&url, in_use, pragmas, "PRAGMA busy_timeout=5000; PRAGMA query_only=ON;").await
    }

    /// The embedded store for a test that makes many and cuts no power: nothing waits for the disk.
    #[cfg(test)]
    pub(crate) async fn open_fleeting(folder: &Path) -> Result<Store> {
        let pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;";
        // The last that closes writes the database, be it a reader.
        Store::opened_sqlite(&sqlite_url(folder), None, pragmas, "PRAGMA synchronous=OFF; PRAGMA query_only=ON;").await
    }

    async fn opened_sqlite(
        url: &str,
        in_use: Option<Arc<File>>,
        writing: &'static str,
        reading: &'static str,
    ) -> Result<Store> {
        let write = pool(Kind::Sqlite, url, 1, writing).await?;
        migrations::run(&write, Kind::Sqlite).await?;
        let read = pool(Kind::Sqlite, url, 4, reading).await?;
        Ok(Store::new(Kind::Sqlite, write, read, url, in_use))
    }

    /// Connects to PostgreSQL.
    pub async fn open_postgres(url: &str) -> Result<Store> {
        try_once(url).await?;
        // Few connections write, so that each soon has its statements prepared.
        let write = pool(Kind::Postgres, &remembering(url), 4, PLAN_ONCE).await?;
        migrations::run(&write, Kind::Postgres).await?;
        let read = pool(Kind::Postgres, &remembering(url), 8, PLAN_ONCE).await?;
        Ok(Store::new(Kind::Postgres, write, read, url, None))
    }

    fn new(kind: Kind, write: AnyPool, read: AnyPool, url: &str, in_use: Option<Arc<File>>) -> Store {
        let (lines, songs) = (lines::Lines::default(), songs::Known::default());
        Store { kind, write, read, url: url.into(), lines, songs, _in_use: in_use }
    }

    /// Which database it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The address it was opened with; holds a password in PostgreSQL's case, so it is never logged.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at once, so that a read followed by a write
    /// can't fail halfway.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self.kind {
            Kind::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await?,
            Kind::Postgres => self.write.begin().await?,
        })
    }

    /// Where reads go: on SQLite a pool that can't write.
    pub fn read(&self) -> &AnyPool {
        &self.read
    }

    /// The database's clock.
    pub async fn now(&self) -> Result<Timestamp> {
        let mut connection = self.read.acquire().await?;
        now(self.kind, &mut connection).await
    }

    /// Closes every connection after what runs.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }
}

/// The version of the schema that this program knows.
pub const fn schema_version() -> i64 {
    migrations::known()
}

/// Which database a connection leads to.
pub(crate) fn kind_of(connection: &AnyConnection) -> Kind {
    if connection.backend_name() == sqlx::Postgres::NAME { Kind::Postgres } else { Kind::Sqlite }
}

/// The database's clock as the connection sees it.
pub async fn now(kind: Kind, connection: &mut AnyConnection) -> Result<Timestamp> {
    let sql = format!("SELECT {}", kind.clock());
    let ms: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await?;
    Ok(Timestamp(ms))
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}?mode=rwc", folder.join("jukeline.sqlite").display())
}

/// How long a connection may take.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// One connection without a pool, which would try again by itself and not tell why it failed.
async fn try_once(url: &str) -> Result<()> {
    install_default_drivers();
    match tokio::time::timeout(CONNECT_TIME, AnyConnection::connect(url)).await {
        Ok(connected) => Ok(connected?.close().await?),
        Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
    }
}

/// After this long a connection may have died unnoticed.
const RESTED: Duration = Duration::from_secs(1);

/// Rows are found by their keys, whatever the values: a plan made once serves every call.
const PLAN_ONCE: &str = "SET plan_cache_mode = force_generic_plan;";
/// Prepared statements a connection keeps. There are some hundred texts: lists come in powers of two.
const STATEMENTS: &str = "512";

/// An address whose connections keep more prepared statements than sqlx's hundred.
fn remembering(url: &str) -> String {
    // One that can't be read is refused by whoever connects.
    let Ok(mut parsed) = url::Url::parse(url) else { return url.into() };
    parsed.query_pairs_mut().append_pair("statement-cache-capacity", STATEMENTS);
    parsed.into()
}

async fn pool(kind: Kind, url: &str, connections: u32, pragmas: &'static str) -> Result<AnyPool> {
    install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(CONNECT_TIME)
        // Its upkeep counts idle connections by a number that a race takes below zero for a moment, and then never ends,
        // on a thread that serves. The few there are may rest: whichever rested long is asked before it is used.
        .idle_timeout(None)
        .max_lifetime(None)
        // A round trip before each statement would double their cost: only a connection that rested is asked.
        .test_before_acquire(false)
        .before_acquire(|connection, resting| {
            Box::pin(async move {
                if resting.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for pragma in pragmas.split_inclusive(';').filter(|p| !p.trim().is_empty()) {
                    sqlx::raw_sql(pragma).execute(&mut *connection).await?;
                }
                match kind {
                    Kind::Sqlite => Ok(()),
                    Kind::Postgres => in_use::share_connection(connection).await,
                }
            })
        })
        .connect(url)
        .await?;
    Ok(pool)
}

/// Reads an id column.
pub(crate) fn id<T: std::str::FromStr>(table: &'static str, text: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e: T::Err| StoreError::garbled(table, e))
}

/// Reads a JSON column.
pub(crate) fn json<T: serde::de::DeserializeOwned>(table: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::garbled(table, e))
}

/// Writes a JSON column.
pub(crate) fn to_json<T: serde::Serialize>(table: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::garbled(table, e))
}

/// `($1,$2),($3,$4)…` for an insert of `rows` rows of `columns` values.
pub(crate) fn rows(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for value in 0..rows * columns {
        text.push_str(match value % columns {
            0 if value == 0 => "(",
            0 => "),(",
            _ => ",",
        });
        text.push('$');
        text.push_str(&(value + 1).to_string());
    }
    text.push(')');
    text
}

/// Cuts a slice into pieces whose lengths are powers of two, `most` (one as well) at the most: statements differ by the
/// number of their rows, and a database prepares each text anew.
pub(crate) fn pieces<T>(mut items: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = items.len().min(most).checked_ilog2().map(|power| 1 << power)?;
        let (piece, rest) = items.split_at(length);
        items = rest;
        Some(piece)
    })
}

/// The same items and the last one again, up to a power of two, in pieces of `most` at the most: for lists in which a
/// repeated item changes nothing.
pub(crate) fn padded<T: Clone>(items: &[T], most: usize) -> impl Iterator<Item = Vec<T>> + '_ {
    items.chunks(most).map(|chunk| {
        let again = chunk.last().cloned().into_iter().cycle();
        chunk.iter().cloned().chain(again).take(chunk.len().next_power_of_two()).collect()
    })
}

/// `$1,$2,…` for a list of `count` values, numbered from `first`.
pub(crate) fn list(first: usize, count: usize) -> String {
    (first..first + count).map(|i| format!("${i}")).collect::<Vec<_>>().join(",")
}

impl Kind {
    /// The database's clock as an expression, in milliseconds since 1970.
    pub(crate) fn clock(self) -> &'static str {
        match self {
            Kind::Sqlite => "CAST(unixepoch('now', 'subsec') * 1000 AS BIGINT)",
            Kind::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    /// Appended to a `SELECT` that locks its rows; SQLite's writer holds the whole file already.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Kind::Sqlite => "",
            Kind::Postgres => " FOR UPDATE",
        }
    }

    /// Appended to a `SELECT` that locks those of its rows that nobody else holds, and passes over the others.
    pub(crate) fn for_update_skip_locked(self) -> &'static str {
        match self {
            Kind::Sqlite => "",
            Kind::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{StoreError, padded, pieces, rows, says_later};

    #[test]
    fn waiting_helps_where_nobody_answers_and_nowhere_else() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        assert!(StoreError::from(sqlx::Error::Io(refused)).is_out_of_reach());
        assert!(StoreError::from(sqlx::Error::PoolTimedOut).is_out_of_reach());
        assert!(["57P03", "57P01", "53300", "08006"].into_iter().all(says_later));
        assert!(!["28P01", "28000", "3D000", "42501", "57014"].into_iter().any(says_later));
        assert!(!StoreError::from(sqlx::Error::Configuration("no address".into())).is_out_of_reach());
        assert!(!StoreError::Newer { found: 9, known: 2 }.is_out_of_reach());
    }

    #[test]
    fn rows_are_numbered_through() {
        assert_eq!(rows(1, 1), "($1)");
        assert_eq!(rows(2, 3), "($1,$2,$3),($4,$5,$6)");
    }

    #[test]
    fn pieces_are_powers_of_two_and_leave_nothing_out() {
        let items: Vec<usize> = (0..45).collect();
        let lengths: Vec<usize> = pieces(&items, 32).map(<[usize]>::len).collect();
        assert_eq!(lengths, [32, 8, 4, 1]);
        assert_eq!(pieces(&items, 16).flatten().copied().collect::<Vec<_>>(), items);
        assert_eq!(pieces::<usize>(&[], 16).count(), 0);
    }

    #[test]
    fn padding_repeats_the_last() {
        assert_eq!(padded(&[1, 2, 3], 8).collect::<Vec<_>>(), [vec![1, 2, 3, 3]]);
        assert_eq!(padded(&[1, 2, 3], 2).collect::<Vec<_>>(), [vec![1, 2], vec![3]]);
        assert_eq!(padded::<i32>(&[], 2).count(), 0);
    }
}
