//! Fills a generation from a file, beside what is shown, and leaves it to the servers to go on from there.

use super::{
    SnapshotError,
    file::{Head, Line, Lines},
};
use crate::{
    config::Config,
    log::ends::Ends,
    readers::{
        Reader, people,
        report::{self, Replay},
    },
    store::{
        Store, StoreError, Tx, id,
        offsets::Place,
        readers::{self as rows, Life, filling},
    },
};
use jukeline_app::id::AccountId;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Lines that share a commit: others want to write in between.
const AT_ONCE: usize = 1_000;

type Columns = BTreeMap<&'static str, Vec<filling::Column>>;
type Places = BTreeMap<(String, i64), Place>;
/// Streams with the numbers of theirs that were taken.
type Seen = Vec<(Life, Vec<(i64, i64)>)>;

/// Fills a new generation from a file. The whole file is read and compared before anything is written; where filling it
/// fails after that, what is shown stays and nothing is built.
pub async fn load<'s>(config: &Config, store: &'s Store, name: &str, file: &Path) -> Result<Replay<'s>, SnapshotError> {
    let reader = report::named(name)?;
    let ends = Ends::open(&config.log)?;
    let columns = columns(store, reader).await?;
    let places = examine(config, &ends, reader, &columns, file).await?;
    fit(store, &ends, reader, &places).await?;
    let generation = filling::begin(store, reader.name).await?;
    let filled = fill(store, reader, generation, &columns, file, places).await;
    if filled.is_err() {
        filling::abandon(store, reader.name, generation).await?;
    }
    filled?;
    Ok(Replay::of(store, reader, ends, generation))
}

async fn columns(store: &Store, reader: &Reader) -> Result<Columns, StoreError> {
    let mut tx = store.read().begin().await?;
    let mut columns = Columns::new();
    for table in reader.tables {
        columns.insert(table, filling::columns(&mut tx, table).await?);
    }
    Ok(columns)
}

/// Reads all of the file, and gives the places that it names.
async fn examine(
    config: &Config,
    ends: &Ends,
    reader: &'static Reader,
    columns: &Columns,
    file: &Path,
) -> Result<Places, SnapshotError> {
    let (head, mut lines) = Lines::open(file)?;
    let of = |name: &str, version: i64| format!("version {version} of {name}");
    if (head.reader.as_str(), head.version) != (reader.name, reader.version) {
        let (found, wanted) = (of(&head.reader, head.version), of(reader.name, reader.version));
        return Err(SnapshotError::Other { found, wanted });
    }
    let log = ends.name(&config.log).await?;
    if head.log != log {
        return Err(SnapshotError::Other { found: head.log.to_string(), wanted: log.to_string() });
    }
    let order = order(&head, columns).ok_or_else(|| lines.damaged("its tables have other columns"))?;
    let mut places = Places::new();
    while let Some(line) = lines.next()? {
        match line {
            Line::Place { topic, partition, next, last_id } => {
                if places.insert((topic, partition), Place { next, last_id }).is_some() {
                    return Err(lines.damaged("a partition is in it twice"));
                }
            }
            Line::Row { table, values } if !fits(&order, &table, &values) => {
                return Err(lines.damaged(format!("a row of {table} doesn't fit its columns")));
            }
            Line::Row { .. } | Line::Seen { .. } => {}
            // Never between head and end.
            Line::Head(_) | Line::End { .. } => return Err(lines.damaged("its lines are mixed up")),
        }
    }
    Ok(places)
}

/// Our columns in the order of the file's; nothing where they are others.
fn order(head: &Head, columns: &Columns) -> Option<Columns> {
    if head.tables.len() != columns.len() {
        return None;
    }
    let of = |(table, columns): (&&'static str, &Vec<filling::Column>)| {
        let names = head.tables.get(*table)?;
        let column = |name: &String| columns.iter().find(|column| column.name == *name).cloned();
        let ordered: Vec<filling::Column> = names.iter().map(column).collect::<Option<_>>()?;
        let distinct: BTreeSet<&str> = ordered.iter().map(|column| column.name.as_str()).collect();
        (distinct.len() == columns.len() && ordered.len() == columns.len()).then_some((*table, ordered))
    };
    columns.iter().map(of).collect()
}

fn fits(columns: &Columns, table: &str, values: &[Value]) -> bool {
    columns.get(table).is_some_and(|columns| {
        columns.len() == values.len() && columns.iter().zip(values).all(|(column, value)| column.takes(value))
    })
}

/// Whether the log goes on from the places.
async fn fit(store: &Store, ends: &Ends, reader: &'static Reader, places: &Places) -> Result<(), SnapshotError> {
    let mut unknown: BTreeSet<&(String, i64)> = places.keys().collect();
    for topic in reader.topics {
        for end in ends.of(store, topic).await? {
            let key = (String::from(*topic), end.partition);
            unknown.remove(&key);
            let (partition, low) = (end.partition, end.low);
            let place = places.get(&key);
            let next = place.map_or(0, |place| place.next);
            if next < low {
                return Err(SnapshotError::Gap { topic, partition, next, low });
            }
            let follows = match place {
                Some(place) => next <= end.high && ends.follows(store, topic, place).await?,
                None => true,
            };
            if !follows {
                return Err(SnapshotError::OtherLog { topic: key.0, partition, next });
            }
        }
    }
    match unknown.first() {
        Some(key) => {
            let (topic, partition) = (key.0.clone(), key.1);
            Err(SnapshotError::OtherLog { topic, partition, next: places.get(*key).map_or(0, |place| place.next) })
        }
        None => Ok(()),
    }
}

async fn fill(
    store: &Store,
    reader: &'static Reader,
    generation: i64,
    columns: &Columns,
    file: &Path,
    places: Places,
) -> Result<(), SnapshotError> {
    let (head, mut lines) = Lines::open(file)?;
    let columns = order(&head, columns).ok_or_else(|| lines.damaged("it was changed meanwhile"))?;
    let mut batch = Batch::default();
    while let Some(line) = lines.next()? {
        match line {
            Line::Seen { topic, life, ranges } => batch.seen.entry(topic).or_default().push((life, ranges)),
            Line::Row { table, values } if fits(&columns, &table, &values) => {
                batch.rows.entry(table).or_default().push(values);
            }
            Line::Row { .. } => return Err(lines.damaged("it was changed meanwhile")),
            Line::Head(_) | Line::Place { .. } | Line::End { .. } => continue,
        }
        batch.lines += 1;
        if batch.lines == AT_ONCE {
            std::mem::take(&mut batch).write(store, reader, generation, &columns).await?;
        }
    }
    batch.write(store, reader, generation, &columns).await?;
    let places: Vec<(String, i64, Place)> =
        places.into_iter().map(|((topic, partition), place)| (topic, partition, place)).collect();
    if !filling::finish(store, reader.name, generation, reader.version, &places).await? {
        return Err(SnapshotError::Superseded(reader.name));
    }
    Ok(())
}

/// Lines that are written together.
#[derive(Default)]
struct Batch {
    lines: usize,
    seen: BTreeMap<String, Seen>,
    rows: BTreeMap<String, Vec<Vec<Value>>>,
}

impl Batch {
    async fn write(
        self,
        store: &Store,
        reader: &'static Reader,
        generation: i64,
        columns: &Columns,
    ) -> Result<(), SnapshotError> {
        let mut tx = store.begin().await?;
        if !filling::is_wanted(&mut tx, reader.name, generation).await? {
            return Err(SnapshotError::Superseded(reader.name));
        }
        for (topic, seen) in self.seen {
            rows::save_seen(&mut tx, reader.name, generation, &topic, &seen).await?;
        }
        for (table, mut values) in self.rows {
            let Some((table, columns)) = columns.get_key_value(table.as_str()) else { continue };
            if reader.personal.contains(table) {
                values = of_people_here(&mut tx, table, columns, values).await?;
            }
            filling::insert(&mut tx, generation, table, columns, &values).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }
}

/// Leaves out whoever deleted their account since, as a fold does.
async fn of_people_here(
    tx: &mut Tx,
    table: &'static str,
    columns: &[filling::Column],
    values: Vec<Vec<Value>>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let account = columns.iter().position(|column| column.name == "account");
    let account = account.ok_or_else(|| StoreError::garbled(table, "it names people in no column"))?;
    let mut named = Vec::with_capacity(values.len());
    for row in values {
        let text = row.get(account).and_then(Value::as_str).unwrap_or_default();
        named.push((id::<AccountId>(table, text)?, row));
    }
    let present = people::present(tx, named.iter().map(|(account, _)| *account).collect()).await?;
    Ok(named.into_iter().filter(|(account, _)| present.contains(account)).map(|(_, row)| row).collect())
}
