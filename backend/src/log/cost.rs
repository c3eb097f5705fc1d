//! What a topic's settings cost, in words: `jukeline topics`.

use super::topics::{Retention, TOPICS, Topic};
use crate::config::LogConfig;
use std::fmt::Write as _;

/// Venues of the network that costs are told for.
const VENUES: f64 = 1_000.0;
/// Songs that a venue of it hears in a night.
const PLAYS_A_NIGHT: f64 = 150.0;
const NIGHTS_A_YEAR: f64 = 365.0;

/// A topic as its brokers hold it. Bytes are those of key, headers and payload before compression, of the newest records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Its partitions.
    pub partitions: i64,
    /// Offsets that were given out, ever.
    pub appended: i64,
    /// Offsets that it still holds.
    pub held: i64,
    /// Records that were read to measure.
    pub records: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Those of them that say that a song was heard.
    pub heard: i64,
}

impl Sample {
    fn bytes_a_record(&self) -> Option<f64> {
        (self.records > 0).then(|| self.bytes as f64 / self.records as f64)
    }
}

/// A topic with what was measured.
pub type Measured<'t> = (&'t Topic, Option<Sample>);

/// Every topic as a paragraph; nothing is known of topics that `measured` doesn't name.
pub fn words(config: &LogConfig, measured: &[Measured<'_>]) -> Vec<String> {
    let plays = measured.iter().find(|(topic, _)| topic.name == "plays").and_then(|(_, sample)| *sample);
    let songs = plays.filter(|plays| plays.heard > 0).map(|plays| {
        let share = plays.heard as f64 / plays.records as f64;
        plays.appended as f64 * share
    });
    let of =
        |topic: &Topic| measured.iter().find(|(known, _)| known.name == topic.name).and_then(|(_, sample)| *sample);
    TOPICS.iter().map(|topic| paragraph(config, topic, of(topic), songs)).collect()
}

fn paragraph(config: &LogConfig, topic: &Topic, sample: Option<Sample>, songs: Option<f64>) -> String {
    let copies = config.replication;
    let partitions = sample.map_or(i64::from(config.partitions), |sample| sample.partitions);
    let settings: Vec<String> =
        topic.retention.settings().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mut text = format!(
        "  {partitions} partitions, {copies} copies of each record; {} ({})",
        kept(topic.retention),
        settings.join(", ")
    );
    let bytes = sample.and_then(|sample| sample.bytes_a_record());
    if let Some((sample, bytes)) = sample.zip(bytes) {
        let _ = write!(
            text,
            "\n  about {} records of {bytes:.0} bytes, by the last {}: {} before compression",
            sample.held,
            sample.records,
            size(bytes * sample.held as f64 * f64::from(copies))
        );
    }
    let a_song = sample.zip(bytes).zip(songs).map(|((sample, bytes), songs)| bytes * sample.appended as f64 / songs);
    let _ = write!(text, "\n  {}", cost(topic.retention, a_song, copies));
    if let Some(advice) = tiered(topic.retention) {
        let _ = write!(text, "\n  {advice}");
    }
    text
}

fn kept(retention: Retention) -> String {
    match retention {
        Retention::Forever => "kept for ever".into(),
        Retention::Days(days) => format!("kept for {days} days"),
        Retention::Compacted => "compacted: the latest record of each key is kept".into(),
    }
}

/// `a_song` is how many bytes the topic takes for each song that is heard, if that is known.
fn cost(retention: Retention, a_song: Option<f64>, copies: i32) -> String {
    let grows = match retention {
        Retention::Compacted => {
            return "grows with its keys, not with the nights: readers that begin anew read each key once".into();
        }
        Retention::Forever => "grows for as long as songs are heard; readers can be built anew from the first record",
        Retention::Days(_) => "grows no further after that; what is older can't be read again",
    };
    let Some(a_song) = a_song else {
        return format!("{grows}. What a song costs here is measured once songs were heard and records are there");
    };
    let nights = match retention {
        Retention::Days(days) => days as f64,
        Retention::Forever | Retention::Compacted => NIGHTS_A_YEAR,
    };
    let all = a_song * PLAYS_A_NIGHT * nights * VENUES * f64::from(copies);
    let span = match retention {
        Retention::Days(days) => format!("{days} nights, and that is all"),
        Retention::Forever | Retention::Compacted => format!("{NIGHTS_A_YEAR:.0} nights, and so much again every year"),
    };
    format!(
        "{grows}. {a_song:.0} bytes a song x {PLAYS_A_NIGHT:.0} songs a night x {VENUES:.0} venues x {copies} copies: \
         {} in {span}",
        size(all)
    )
}

/// Tiered storage moves segments that are closed to cheaper storage, and readers notice nothing: KIP-405, ready for
/// production since Kafka 3.9 (Apache Kafka, "Tiered Storage GA Release Notes"), which also say that a compacted topic
/// can't have it.
fn tiered(retention: Retention) -> Option<&'static str> {
    match retention {
        Retention::Forever => Some(
            "Tiered storage (KIP-405, Kafka 3.9 or later) fits: remote.storage.enable=true and a short \
             local.retention.ms leave the newest on the brokers' disks and put the rest, one copy of it, into an object \
             store. The brokers need remote.log.storage.system.enable=true and a plugin for that store",
        ),
        Retention::Compacted => Some("Tiered storage is not for compacted topics: Kafka refuses it"),
        Retention::Days(_) => None,
    }
}

fn size(bytes: f64) -> String {
    for (unit, name) in [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")] {
        if bytes >= unit {
            return format!("{:.1} {name}", bytes / unit);
        }
    }
    format!("{bytes:.0} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn topic(name: &str) -> &'static Topic {
        TOPICS.iter().find(|topic| topic.name == name).expect("a topic")
    }

    fn of<'w>(words: &'w [String], name: &str) -> &'w str {
        &words[TOPICS.iter().position(|topic| topic.name == name).expect("a topic")]
    }

    #[test]
    fn what_is_kept_for_ever_costs_so_much_a_year_and_may_be_tiered() {
        let mut config = Config::default().log;
        config.replication = 3;
        // Four facts a song, of 500 bytes each: 2,000 x 150 x 365 x 1,000 x 3 = 328.5 GB. A fifth of the offsets are gone.
        let plays = Sample { partitions: 6, appended: 5_000, held: 4_000, records: 400, bytes: 200_000, heard: 100 };
        // Two records a song: 2 x 300 x 150 x 365 x 1,000 x 3 = 98.6 GB.
        let ledger = Sample { partitions: 6, appended: 2_500, held: 2_500, records: 100, bytes: 30_000, heard: 0 };
        let words = words(&config, &[(topic("plays"), Some(plays)), (topic("ledger"), Some(ledger))]);
        let text = of(&words, "plays");
        assert!(text.contains("6 partitions, 3 copies") && text.contains("retention.ms=-1"), "{text}");
        assert!(text.contains("about 4000 records of 500 bytes, by the last 400: 6.0 MB"), "{text}");
        assert!(text.contains("2000 bytes a song") && text.contains("328.5 GB in 365 nights"), "{text}");
        assert!(text.contains("KIP-405") && text.contains("fits"), "{text}");
        assert!(
            of(&words, "ledger").contains("600 bytes a song") && of(&words, "ledger").contains("98.5 GB"),
            "{words:?}"
        );
    }

    #[test]
    fn what_is_kept_for_days_is_bounded_and_compacted_topics_are_not_tiered() {
        let config = Config::default().log;
        let plays = Sample { partitions: 6, appended: 100, held: 100, records: 100, bytes: 50_000, heard: 50 };
        let requests = Sample { partitions: 6, appended: 200, held: 10, records: 10, bytes: 1_000, heard: 0 };
        let words = words(&config, &[(topic("plays"), Some(plays)), (topic("requests"), Some(requests))]);
        let text = of(&words, "requests");
        assert!(text.contains("400 bytes a song") && text.contains("30 nights, and that is all"), "{text}");
        assert!(!text.contains("KIP-405"), "{text}");
        let text = of(&words, "accounts");
        assert!(text.contains("compacted") && text.contains("not for compacted topics"), "{text}");
    }

    #[test]
    fn nothing_is_made_up_where_nothing_was_heard() {
        let config = Config::default().log;
        let words = words(&config, &[(topic("plays"), Some(Sample { partitions: 6, ..Sample::default() }))]);
        assert_eq!(words.len(), TOPICS.len());
        assert!(words.iter().all(|text| !text.contains("bytes a song")), "{words:?}");
        assert!(of(&words, "plays").contains("once songs were heard"), "{words:?}");
    }
}
