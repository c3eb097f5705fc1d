//! `jukeline topics`: compares the brokers' topics with the table, and makes what is missing.

use super::{client, not_made, topic, unreachable};
use crate::{
    config::LogConfig,
    log::{
        LogError,
        topics::{TOPICS, Topic},
    },
};
use rdkafka::{
    ClientContext,
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    client::DefaultClientContext,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::KafkaError,
    types::RDKafkaErrorCode,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How often the brokers are asked before they count as out of reach, and how long each answer may take.
const ASKED: (usize, Duration) = (5, Duration::from_secs(2));

/// A topic beside what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The topic's full name.
    pub topic: String,
    /// What differs, in words; empty when nothing does.
    pub differs: Vec<String>,
    /// It isn't there: applying makes it.
    pub missing: bool,
}

/// Compares; changes nothing.
pub async fn compare(config: &LogConfig) -> Result<Vec<Difference>, LogError> {
    let admin = admin(config)?;
    let found = partitions(config).await?;
    let mut differences = Vec::new();
    for wanted in TOPICS {
        let name = topic(config, wanted.name);
        let partitions = found.get(&name).copied();
        differences.push(compare_one(config, &admin, wanted, name, partitions).await?);
    }
    Ok(differences)
}

/// Makes missing topics; what differs otherwise is only told, since a partition count can't be changed without moving
/// every key.
pub async fn apply(config: &LogConfig) -> Result<Vec<Difference>, LogError> {
    let admin = admin(config)?;
    let differences = compare(config).await?;
    for (wanted, difference) in TOPICS.iter().zip(&differences) {
        if !difference.missing {
            continue;
        }
        let settings: Vec<(&str, String)> = settings(config, wanted);
        let mut new = NewTopic::new(&difference.topic, config.partitions, TopicReplication::Fixed(config.replication));
        for (key, value) in &settings {
            new = new.set(key, value);
        }
        let made =
            admin.create_topics([&new], &AdminOptions::new().operation_timeout(Some(Duration::from_secs(20)))).await;
        for result in made.map_err(unreachable)? {
            // Two processes may start at once.
            if let Err((name, code)) = result
                && code != rdkafka::types::RDKafkaErrorCode::TopicAlreadyExists
            {
                return Err(unreachable(format!("{name}: {code}")));
            }
        }
    }
    Ok(differences)
}

fn settings(config: &LogConfig, wanted: &Topic) -> Vec<(&'static str, String)> {
    let mut settings = wanted.retention.settings();
    settings.push(("min.insync.replicas", if config.replication >= 3 { "2" } else { "1" }.into()));
    settings.push(("unclean.leader.election.enable", "false".into()));
    settings
}

fn admin(config: &LogConfig) -> Result<AdminClient<DefaultClientContext>, LogError> {
    client(config).create().map_err(not_made)
}

async fn compare_one(
    config: &LogConfig,
    admin: &AdminClient<DefaultClientContext>,
    wanted: &Topic,
    name: String,
    partitions: Option<i32>,
) -> Result<Difference, LogError> {
    let Some(partitions) = partitions else {
        return Ok(Difference { topic: name, differs: vec!["missing".into()], missing: true });
    };
    let mut differs = Vec::new();
    if partitions != config.partitions {
        differs.push(format!("{partitions} partitions instead of {}: can't be changed", config.partitions));
    }
    let described =
        admin.describe_configs([&ResourceSpecifier::Topic(&name)], &AdminOptions::new()).await.map_err(unreachable)?;
    for resource in described {
        let resource = resource.map_err(unreachable)?;
        for (key, value) in settings(config, wanted) {
            let found = resource.get(key).and_then(|entry| entry.value.clone()).unwrap_or_default();
            if found != value {
                differs.push(format!("{key} is {found} instead of {value}"));
            }
        }
    }
    Ok(Difference { topic: name, differs, missing: false })
}

/// The topics that the brokers name, with their partitions.
async fn partitions(config: &LogConfig) -> Result<HashMap<String, i32>, LogError> {
    let config = config.clone();
    tokio::task::spawn_blocking(move || ask_brokers(&config)).await.map_err(unreachable)?
}

fn ask_brokers(config: &LogConfig) -> Result<HashMap<String, i32>, LogError> {
    let consumer: BaseConsumer<Said> = client(config).create_with_context(Said::default()).map_err(not_made)?;
    let (times, patience) = ASKED;
    let mut why = LogError::Unreachable(String::new());
    for _ in 0..times {
        match consumer.fetch_metadata(None, patience) {
            Ok(metadata) => {
                let count = |partitions: usize| i32::try_from(partitions).unwrap_or(i32::MAX);
                let topics = metadata.topics().iter();
                return Ok(topics.map(|found| (found.name().to_owned(), count(found.partitions().len()))).collect());
            }
            Err(error) => why = worded(&consumer, error)?,
        }
    }
    Err(why)
}

/// Why the brokers don't answer; an error at once if they do and refuse us.
fn worded(consumer: &BaseConsumer<Said>, error: KafkaError) -> Result<LogError, LogError> {
    // What happened meanwhile is told by polling only; a few events a second at the most.
    for _ in 0..100 {
        let _ = consumer.poll(Duration::ZERO);
    }
    let said = consumer.context().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match said {
        Some((code, why)) if is_refusal(code) => Err(LogError::Refused(why)),
        Some((_, why)) => Ok(unreachable(why)),
        None => Ok(unreachable(error)),
    }
}

fn is_refusal(code: RDKafkaErrorCode) -> bool {
    matches!(code, RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed)
}

/// What the library said last about its connections; a refusal is not said over.
#[derive(Default)]
struct Said(Mutex<Option<(RDKafkaErrorCode, String)>>);

impl ClientContext for Said {
    fn log(&self, _: RDKafkaLogLevel, part: &str, said: &str) {
        tracing::debug!(target: "librdkafka", part, said);
    }

    fn error(&self, error: KafkaError, why: &str) {
        let Some(code) = error.rdkafka_error_code() else { return };
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // "All brokers are down" follows each reason and tells less.
        let tells_more = !matches!(code, RDKafkaErrorCode::AllBrokersDown) || said.is_none();
        if tells_more && !said.as_ref().is_some_and(|(before, _)| is_refusal(*before)) {
            *said = Some((code, why.to_owned()));
        }
    }
}

impl ConsumerContext for Said {}
