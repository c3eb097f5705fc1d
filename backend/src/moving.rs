//! `jukeline move`: from one machine to a network. Copies the embedded database into an empty PostgreSQL and the
//! requests into an empty log, in one transaction: either all of it is there, or the target is as it was.
//!
//! Facts stay in the outbox, none of them published: the first server of the network relays them from the first row,
//! with the keys and `ce_id`s that they have. What is decided stays decided: the floor's offsets stand behind the last
//! decided request of each partition. What was asked and not decided yet is decided there, once.

mod copy;
mod requests;
mod source;

use crate::{
    config::{Config, LogKind},
    log::{LogError, kafka::topic_table},
    store::{Store, StoreError, schema_version},
};
use std::path::Path;

/// Why nothing was moved. The target's database is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The configuration is not that of a network.
    #[error("the configuration must be the network's: store.url = \"postgres://…\" and log.kind = \"kafka\"")]
    NotANetwork,
    /// There is no embedded database.
    #[error("{0} holds no jukeline.sqlite: name the folder of the embedded server with --from")]
    NoSource(String),
    /// Somebody has it open.
    #[error("the embedded database is in use: stop its server first")]
    InUse,
    /// The embedded database is not of this program's version.
    #[error("the embedded database is of version {found}, this program's is {known}: {}", advice(.found, .known))]
    Schema {
        /// Its version.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// There is something in the target already.
    #[error("the PostgreSQL database isn't empty: {0} has rows. Move into an empty one")]
    NotEmpty(String),
    /// There is something in the log already.
    #[error(
        "the topic {topic} holds records already ({records}): remove the topics, or choose another log.topic_prefix. \
         (If a move broke off, they are its requests.)"
    )]
    TopicNotEmpty {
        /// The topic's full name.
        topic: String,
        /// How many.
        records: i64,
    },
    /// The tables differ, though the versions don't.
    #[error("the table {0} has other columns in PostgreSQL")]
    Columns(String),
    /// What arrived is not what was sent.
    #[error("{sent} rows of {table} were copied, and {arrived} are there")]
    Lost {
        /// The table.
        table: String,
        /// Rows that were read.
        sent: i64,
        /// Rows that are there.
        arrived: i64,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A database.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
}

fn advice(found: &i64, known: &i64) -> &'static str {
    if found > known { "use the newer program" } else { "start the embedded server of this program once, and stop it" }
}

/// What was moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Tables with their rows.
    pub tables: Vec<(String, i64)>,
    /// Requests that were appended to the topic.
    pub requests: usize,
    /// Of them, those that the network decides.
    pub undecided: usize,
    /// Facts that the first server of the network publishes.
    pub facts: i64,
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "Moved:")?;
        for (table, rows) in self.tables.iter().filter(|(_, rows)| *rows > 0) {
            writeln!(f, "  {rows:>10}  {table}")?;
        }
        writeln!(
            f,
            "\n{} requests are in the log, {} of them to be decided. {} facts are published by the first server that starts.",
            self.requests, self.undecided, self.facts
        )?;
        f.write_str(
            "Start the network's servers now. Keep the embedded database as a backup, and start no server on it.",
        )
    }
}

/// Moves the embedded database in the folder `from` to the network of `config`.
pub async fn run(config: &Config, from: &Path) -> Result<Moved, MoveError> {
    if config.store.url == "sqlite" || config.log.kind != LogKind::Kafka {
        return Err(MoveError::NotANetwork);
    }
    let mut source = source::open(from).await?;
    let (found, known) = (source::version(&mut source).await?, schema_version());
    if found != known {
        return Err(MoveError::Schema { found, known });
    }
    copy::refuse_unless_empty(&config.store.url).await?;
    let target = Store::open_postgres(&config.store.url).await?;
    let tables = source::tables(&mut source).await?;
    copy::refuse_other_columns(&target, &tables).await?;
    topic_table::apply(&config.log).await?;
    requests::refuse_unless_empty(&config.log).await?;
    let mut tx = target.begin().await?;
    // A server that starts now finds either nothing or everything.
    copy::lock(&mut tx, &tables).await?;
    copy::refuse_rows(&mut tx, &tables).await?;
    let mut moved = Moved::default();
    for table in tables {
        let rows = copy::table(&mut source, &mut tx, &table).await?;
        moved.tables.push((table.name, rows));
    }
    copy::set_sequences(&mut tx).await?;
    moved.facts = copy::forget_publishing(&mut tx).await?;
    (moved.requests, moved.undecided) = requests::relay(&config.log, &mut source, &mut tx).await?;
    tx.commit().await?;
    target.close().await;
    Ok(moved)
}
