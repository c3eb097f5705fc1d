//! The one table of topics, applied and compared by `jukeline topics`.

/// How long records stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// For ever: the past is the product.
    Forever,
    /// So many days.
    Days(i64),
    /// The latest record of each key.
    Compacted,
}

/// A topic as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Without prefix.
    pub name: &'static str,
    /// How long records stay.
    pub retention: Retention,
}

/// Every topic. `requests` stay long enough for any outage of the floor.
pub const TOPICS: &[Topic] = &[
    Topic { name: "requests", retention: Retention::Days(30) },
    Topic { name: "requests.dead-letters", retention: Retention::Days(90) },
    Topic { name: "plays", retention: Retention::Forever },
    Topic { name: "plays.dead-letters", retention: Retention::Days(90) },
    Topic { name: "ledger", retention: Retention::Forever },
    Topic { name: "accounts", retention: Retention::Compacted },
    Topic { name: "songs", retention: Retention::Compacted },
];

impl Retention {
    /// The topic's settings in Kafka's own words.
    pub fn settings(self) -> Vec<(&'static str, String)> {
        match self {
            Retention::Forever => vec![("cleanup.policy", "delete".into()), ("retention.ms", "-1".into())],
            Retention::Days(days) => {
                vec![("cleanup.policy", "delete".into()), ("retention.ms", (days * 86_400_000).to_string())]
            }
            Retention::Compacted => vec![("cleanup.policy", "compact".into())],
        }
    }
}
