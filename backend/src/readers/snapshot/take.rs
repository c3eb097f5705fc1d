//! Writes what is shown of a reader, as it is at one moment.

use super::{
    SnapshotError,
    file::{Head, Line, Writing},
};
use crate::{
    config::Config,
    log::ends::Ends,
    readers::{Reader, report},
    store::{
        self, Kind, Store, StoreError, Tx, json,
        readers::{filling, offsets_name},
    },
};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Row};
use std::{collections::BTreeMap, io, path::Path};

/// What a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The generation that is shown.
    pub generation: i64,
    /// Rows of its tables.
    pub rows: u64,
}

/// Writes the state of a reader that is shown into a file, in the place of what was there. Servers may go on meanwhile:
/// one transaction reads all of it.
pub async fn take(config: &Config, store: &Store, name: &str, file: &Path) -> Result<Held, SnapshotError> {
    let reader = report::named(name)?;
    let log = Ends::open(&config.log)?.name(&config.log).await?;
    let begin = match store.kind() {
        Kind::Sqlite => "BEGIN DEFERRED",
        Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut tx = store.read().begin_with(begin).await.map_err(StoreError::from)?;
    let sql = "SELECT live, live_version FROM readers WHERE name = $1 AND live > 0";
    let shown = sqlx::query(sql).bind(reader.name).fetch_optional(&mut *tx).await.map_err(StoreError::from)?;
    let shown = shown.ok_or(SnapshotError::NothingShown(reader.name))?;
    let (generation, version): (i64, i64) = both(&shown)?;
    let mut tables = BTreeMap::new();
    for table in reader.tables {
        tables.insert(*table, filling::columns(&mut tx, table).await?);
    }
    let columns = tables
        .iter()
        .map(|(table, columns)| (String::from(*table), columns.iter().map(|column| column.name.clone()).collect()));
    let now = store::now(store.kind(), &mut tx).await?;
    let head = Head::new(reader.name, version, now.0, log, columns.collect());
    let failed = |error| SnapshotError::File { file: file.into(), error };
    let mut writing = Writing::begin(file).map_err(failed)?;
    writing.line(&Line::Head(head)).map_err(failed)?;
    let mut out = Out { writing: &mut writing, failed: &failed };
    places(&mut tx, reader, generation, &mut out).await?;
    seen(&mut tx, reader, generation, &mut out).await?;
    let mut rows = 0;
    for (table, columns) in &tables {
        rows += table_rows(&mut tx, generation, table, columns, &mut out).await?;
    }
    writing.finish().map_err(failed)?;
    Ok(Held { generation, rows })
}

/// Where lines go, and what it means when they can't.
struct Out<'w> {
    writing: &'w mut Writing,
    failed: &'w (dyn Fn(io::Error) -> SnapshotError + Sync),
}

impl Out<'_> {
    fn line(&mut self, line: &Line) -> Result<(), SnapshotError> {
        self.writing.line(line).map_err(self.failed)
    }
}

fn both(row: &sqlx::any::AnyRow) -> Result<(i64, i64), StoreError> {
    Ok((row.try_get(0)?, row.try_get(1)?))
}

async fn places(tx: &mut Tx, reader: &Reader, generation: i64, out: &mut Out<'_>) -> Result<(), SnapshotError> {
    let sql = "SELECT topic, partition, next, last_id FROM offsets WHERE reader = $1 ORDER BY topic, partition";
    let mut rows = sqlx::query(sql).bind(offsets_name(reader.name, generation)).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        let place = || -> Result<Line, sqlx::Error> {
            let (topic, partition) = (row.try_get(0)?, row.try_get(1)?);
            Ok(Line::Place { topic, partition, next: row.try_get(2)?, last_id: row.try_get(3)? })
        };
        out.line(&place().map_err(StoreError::from)?)?;
    }
    Ok(())
}

async fn seen(tx: &mut Tx, reader: &Reader, generation: i64, out: &mut Out<'_>) -> Result<(), SnapshotError> {
    let sql = "SELECT topic, stream, epoch, ranges FROM reader_seen WHERE reader = $1 AND generation = $2";
    let mut rows = sqlx::query(sql).bind(reader.name).bind(generation).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        let seen = || -> Result<Line, StoreError> {
            let life = (row.try_get(1)?, row.try_get(2)?);
            Ok(Line::Seen { topic: row.try_get(0)?, life, ranges: json("reader_seen", row.try_get(3)?)? })
        };
        out.line(&seen()?)?;
    }
    Ok(())
}

async fn table_rows(
    tx: &mut Tx,
    generation: i64,
    table: &str,
    columns: &[filling::Column],
    out: &mut Out<'_>,
) -> Result<u64, SnapshotError> {
    let sql = format!("SELECT {} FROM {table} WHERE generation = $1", filling::names(columns));
    let mut rows = sqlx::query(AssertSqlSafe(sql)).bind(generation).fetch(&mut **tx);
    let mut count = 0;
    while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
        let values = columns.iter().enumerate().map(|(index, column)| column.read(&row, index));
        out.line(&Line::Row { table: table.into(), values: values.collect::<Result<_, _>>()? })?;
        count += 1;
    }
    Ok(count)
}
