//! Which generations of a reader this process folds, when what was built is shown, and what is forgotten then.

use super::{ALL, Folding, Reader, table, windows, word};
#[cfg(feature = "kafka")]
use crate::log::kafka;
use crate::{
    config::LogKind,
    context::Context,
    log::{
        LogError,
        ends::{End, Ends},
    },
    outage::Outage,
    store::{
        StoreError,
        readers::{self as rows, Standing},
    },
};
use futures_util::future::join_all;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How often a reader's row is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often while a generation is being built.
const LOOK_WHILE_BUILDING: Duration = Duration::from_millis(250);
/// How often the log is asked for its ends, for the metrics.
const MEASURE: Duration = Duration::from_secs(5);
/// What was the log's end so long ago is near enough to it.
const NEAR: Duration = Duration::from_secs(2);
/// A generation that is near the end is shown when it is not behind what is shown, so that no count goes back. In a
/// network that never rests, some partition may always be, by milliseconds: then it is shown all the same after this.
const NEAR_FOR: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
enum StewardError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Runs every reader until the server stops.
pub async fn run(context: Context) {
    tokio::join!(word::hear(&context), join_all(ALL.iter().map(|reader| Steward::new(&context, reader).run())));
}

/// The log's ends of each topic, and when they were that.
struct Target {
    at: Instant,
    ends: BTreeMap<&'static str, Vec<End>>,
}

struct Steward<'c> {
    context: &'c Context,
    reader: &'static Reader,
    ends: Option<Ends>,
    /// What folds, by generation. Dropping it ends it where it stands.
    folds: BTreeMap<i64, JoinSet<()>>,
    target: Option<Target>,
    /// Since when what is built is near the log's end.
    near_since: Option<Instant>,
    measured: Option<Instant>,
    /// The generation that this process said it shows.
    said: Option<i64>,
    /// Where the reader stood when the rest was forgotten.
    forgotten: Option<Standing>,
    /// When this process looked last for what is too old.
    pruned: Option<Instant>,
}

impl<'c> Steward<'c> {
    fn new(context: &'c Context, reader: &'static Reader) -> Steward<'c> {
        let folds = BTreeMap::new();
        let (ends, target, near_since, measured, said) = (None, None, None, None, None);
        let (forgotten, pruned) = (None, None);
        Steward { context, reader, ends, folds, target, near_since, measured, said, forgotten, pruned }
    }

    async fn run(mut self) {
        let mut outage = Outage::none("what the readers of facts need");
        loop {
            let pause = match self.look().await {
                Ok(pause) => {
                    outage.over();
                    pause
                }
                Err(error) => outage.failed(&error),
            };
            tokio::select! {
                () = self.context.stopped() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Looks once; gives when to look again.
    async fn look(&mut self) -> Result<Duration, StewardError> {
        let (store, reader) = (&self.context.store, self.reader);
        let standing = rows::stand_by(store, reader.name, reader.version).await?;
        self.fold_what_is_wanted(standing);
        self.context.readers.stands(reader.name, standing);
        self.say_what_is_shown(standing).await?;
        self.measure(standing).await?;
        if self.forgotten != Some(standing) {
            rows::forget(store, reader.name, reader.tables, standing).await?;
            self.forgotten = Some(standing);
        }
        if self.pruned.is_none_or(|pruned| pruned.elapsed() >= windows::TURN) {
            let is_all = windows::prune_in_turn(store, reader, standing).await?;
            self.pruned = is_all.then(Instant::now);
        }
        let building = standing.building.filter(|building| building.version == reader.version);
        let Some(building) = building else {
            (self.target, self.near_since) = (None, None);
            return Ok(LOOK);
        };
        if self.has_caught_up(building.number).await? {
            let since = *self.near_since.get_or_insert_with(Instant::now);
            if rows::flip(store, reader.name, building.number, since.elapsed() >= NEAR_FOR).await? {
                tracing::info!(reader = reader.name, generation = building.number, "what was built is shown");
                return Ok(Duration::ZERO);
            }
        }
        Ok(LOOK_WHILE_BUILDING)
    }

    /// Starts and ends folds. A generation that another version of the program makes is left to that one.
    fn fold_what_is_wanted(&mut self, standing: Standing) {
        let wanted: Vec<i64> = [standing.live, standing.building]
            .into_iter()
            .flatten()
            .filter(|generation| generation.version == self.reader.version)
            .map(|generation| generation.number)
            .collect();
        self.folds.retain(|generation, _| wanted.contains(generation));
        for generation in wanted {
            let (context, reader) = (self.context, self.reader);
            self.folds.entry(generation).or_insert_with(|| fold(context, &Folding::new(reader, generation)));
        }
    }

    /// What this process folded into a generation before it knew that it is shown, it told nobody: now it does.
    async fn say_what_is_shown(&mut self, standing: Standing) -> Result<(), StewardError> {
        let live = standing.live.map(|live| live.number);
        if live.is_some() && self.said != live {
            word::say_alone(self.context, self.reader).await?;
            self.said = live;
        }
        Ok(())
    }

    /// Measures now and then how far its generations are.
    async fn measure(&mut self, standing: Standing) -> Result<(), StewardError> {
        if self.measured.is_some_and(|measured| measured.elapsed() < MEASURE) {
            return Ok(());
        }
        let (context, reader) = (self.context, self.reader);
        for generation in [standing.live, standing.building].into_iter().flatten() {
            let folding = Folding::new(reader, generation.number);
            for topic in reader.topics {
                let places = rows::places(&context.store, reader.name, generation.number, topic).await?;
                let ends = self.ends()?.of(&context.store, topic).await?;
                context.readers.measure(&folding, topic, &ends, &places);
            }
        }
        self.measured = Some(Instant::now());
        Ok(())
    }

    /// Whether a generation has come to where the log ended a moment ago.
    async fn has_caught_up(&mut self, generation: i64) -> Result<bool, StewardError> {
        let (store, reader) = (&self.context.store, self.reader);
        if self.target.is_none() {
            let mut ends = BTreeMap::new();
            for topic in reader.topics {
                ends.insert(*topic, self.ends()?.of(store, topic).await?);
            }
            self.target = Some(Target { at: Instant::now(), ends });
        }
        let Some(target) = &self.target else { return Ok(false) };
        for (topic, ends) in &target.ends {
            let places = rows::places(store, reader.name, generation, topic).await?;
            let is_behind = |end: &End| places.get(&end.partition).copied().unwrap_or(0) < end.high;
            if ends.iter().any(is_behind) {
                return Ok(false);
            }
        }
        // Where that took long the log has gone on meanwhile: once more from where it is now.
        let is_near = target.at.elapsed() < NEAR;
        self.target = None;
        Ok(is_near)
    }

    fn ends(&mut self) -> Result<&Ends, LogError> {
        if self.ends.is_none() {
            self.ends = Some(Ends::open(&self.context.config.log)?);
        }
        self.ends.as_ref().ok_or_else(|| LogError::Unreachable("no log".into()))
    }
}

fn fold(context: &Context, folding: &Folding) -> JoinSet<()> {
    let mut topics = JoinSet::new();
    for topic in folding.reader.topics {
        match context.config.log.kind {
            LogKind::Table => {
                topics.spawn(table::run(context.clone(), folding.clone(), topic));
            }
            #[cfg(feature = "kafka")]
            LogKind::Kafka => {
                topics.spawn(kafka::run_reader(context.clone(), folding.clone(), topic));
            }
            // The server doesn't start then.
            #[cfg(not(feature = "kafka"))]
            LogKind::Kafka => {}
        }
    }
    topics
}
