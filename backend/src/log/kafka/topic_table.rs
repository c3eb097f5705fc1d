//! `jukeline topics`: compares the brokers' topics with the table, and makes what is missing.

use super::{client, topic, unreachable};
use crate::{
    config::LogConfig,
    log::{
        LogError,
        topics::{TOPICS, Topic},
    },
};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer},
};
use std::time::Duration;

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
    let mut differences = Vec::new();
    for wanted in TOPICS {
        differences.push(compare_one(config, &admin, wanted).await?);
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
    client(config).create().map_err(unreachable)
}

async fn compare_one(
    config: &LogConfig,
    admin: &AdminClient<DefaultClientContext>,
    wanted: &Topic,
) -> Result<Difference, LogError> {
    let name = topic(config, wanted.name);
    let Some(partitions) = partitions(config, &name).await? else {
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

async fn partitions(config: &LogConfig, name: &str) -> Result<Option<i32>, LogError> {
    let (config, name) = (config.clone(), name.to_owned());
    let asked = tokio::task::spawn_blocking(move || -> Result<Option<i32>, LogError> {
        let consumer: BaseConsumer = client(&config).create().map_err(unreachable)?;
        let metadata = consumer.fetch_metadata(None, Duration::from_secs(10)).map_err(unreachable)?;
        let found = metadata.topics().iter().find(|found| found.name() == name);
        Ok(found.map(|found| i32::try_from(found.partitions().len()).unwrap_or(i32::MAX)))
    });
    asked.await.map_err(unreachable)?
}
