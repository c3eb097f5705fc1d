//! A generation that is filled from a file. Its version is one that no fold has until it is whole, so that no server goes
//! on with half of it.

use super::{Kind, Result, Store, Tx, make, offsets_name, pieces, rows};
use crate::store::{StoreError, kind_of, offsets::Place};
use serde_json::Value;
use sqlx::{Any, AssertSqlSafe, Row, any::AnyArguments, any::AnyRow, query::Query};

/// The version of a generation that is being filled.
pub const FILLING: i64 = 0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// Any number.
    Real,
}

/// A column of a reader's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub holds: Holds,
}

impl Column {
    /// Whether the value can stand in the column.
    pub fn takes(&self, value: &Value) -> bool {
        match self.holds {
            _ if value.is_null() => true,
            Holds::Text => value.is_string(),
            Holds::Whole => value.is_i64(),
            Holds::Real => value.is_number(),
        }
    }

    /// Reads the value at `index` of a row.
    pub fn read(&self, row: &AnyRow, index: usize) -> Result<Value> {
        Ok(match self.holds {
            Holds::Text => row.try_get::<Option<String>, _>(index)?.into(),
            Holds::Whole => row.try_get::<Option<i64>, _>(index)?.into(),
            Holds::Real => row.try_get::<Option<f64>, _>(index)?.into(),
        })
    }

    /// The null's type must be the column's.
    fn bind<'q>(&self, query: Query<'q, Any, AnyArguments>, value: &Value) -> Query<'q, Any, AnyArguments> {
        match self.holds {
            Holds::Text => query.bind(value.as_str().map(ToOwned::to_owned)),
            Holds::Whole => query.bind(value.as_i64()),
            Holds::Real => query.bind(value.as_f64()),
        }
    }
}

/// The names of columns for a statement.
pub fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The columns of a reader's table but the generation.
pub async fn columns(tx: &mut Tx, table: &str) -> Result<Vec<Column>> {
    let sql = match kind_of(tx) {
        Kind::Sqlite => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
        Kind::Postgres => {
            "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let mut columns = Vec::new();
    for row in sqlx::query(sql).bind(table.to_owned()).fetch_all(&mut **tx).await? {
        let (name, declared): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let holds = match declared.to_lowercase().as_str() {
            "bigint" => Holds::Whole,
            "double precision" => Holds::Real,
            "text" => Holds::Text,
            _ => return Err(StoreError::garbled("readers", format!("{table}.{name} is of type {declared}"))),
        };
        columns.push(Column { name, holds });
    }
    columns.retain(|column| column.name != "generation");
    Ok(columns)
}

/// Begins to fill a new generation, in the place of any that was being built; gives its number.
pub async fn begin(store: &Store, reader: &str) -> Result<i64> {
    let mut tx = store.begin().await?;
    make(&mut tx, reader, FILLING).await?;
    let sql = "UPDATE readers SET building = last + 1, building_version = $2, last = last + 1 WHERE name = $1";
    sqlx::query(sql).bind(reader).bind(FILLING).execute(&mut *tx).await?;
    let sql = "SELECT building FROM readers WHERE name = $1";
    let generation: i64 = sqlx::query_scalar(sql).bind(reader).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    Ok(generation)
}

/// Whether the generation is still the one that is being filled. It stays that until the end of the transaction, so that
/// whoever takes its place and forgets its rows sees all of them.
pub async fn is_wanted(tx: &mut Tx, reader: &str, generation: i64) -> Result<bool> {
    let held = match kind_of(tx) {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR SHARE",
    };
    let sql = format!("SELECT name FROM readers WHERE name = $1 AND building = $2 AND building_version = $3{held}");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(reader.to_owned()).bind(generation).bind(FILLING);
    Ok(query.fetch_optional(&mut **tx).await?.is_some())
}

/// Inserts rows of a table; each has a value for each column, and every value is one that its column takes.
pub async fn insert(
    tx: &mut Tx,
    generation: i64,
    table: &str,
    columns: &[Column],
    values: &[Vec<Value>],
) -> Result<()> {
    for chunk in pieces(values, 64) {
        let sql = format!(
            "INSERT INTO {table} (generation, {}) VALUES {}",
            names(columns),
            rows(chunk.len(), columns.len() + 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in chunk {
            query = query.bind(generation);
            for (column, value) in columns.iter().zip(row) {
                query = column.bind(query, value);
            }
        }
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

/// Gives a filled generation its places and its version: servers go on with it from there. False when another took its
/// place.
pub async fn finish(
    store: &Store,
    reader: &str,
    generation: i64,
    version: i64,
    places: &[(String, i64, Place)],
) -> Result<bool> {
    let mut tx = store.begin().await?;
    let sql = "UPDATE readers SET building_version = $3 WHERE name = $1 AND building = $2 AND building_version = $4";
    let done = sqlx::query(sql).bind(reader).bind(generation).bind(version).bind(FILLING).execute(&mut *tx).await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    for (topic, partition, place) in places {
        let sql = "INSERT INTO offsets (reader, topic, partition, next, last_id) VALUES ($1, $2, $3, $4, $5)";
        let name = offsets_name(reader, generation);
        let query = sqlx::query(sql).bind(name).bind(topic.clone()).bind(*partition);
        query.bind(place.next).bind(place.last_id.clone()).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Gives a generation up that couldn't be filled. What was filled goes when the next one is begun.
pub async fn abandon(store: &Store, reader: &str, generation: i64) -> Result<()> {
    let mut tx = store.begin().await?;
    let sql = "UPDATE readers SET building = NULL, building_version = NULL \
               WHERE name = $1 AND building = $2 AND building_version = $3";
    sqlx::query(sql).bind(reader).bind(generation).bind(FILLING).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
