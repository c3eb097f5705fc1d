//! The configuration: one TOML file, environment on top, checked before anything starts.

mod apps;
mod payments;
mod reach;
mod tls;

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use jukeline_app::conductor::Spans;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};
use url::Url;

pub use apps::{AppleApp, Apps, Fingerprint};
pub use payments::{PackConfig, Payments, Provider, Sandbox, Stripe, from_stripe_amount, stripe_amount};
pub use tls::{Acme, Challenge, Source, Tls};

/// A key with a value that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not readable, of the wrong type, or of an unknown name.
    #[error("{0}")]
    Unreadable(String),
    /// Readable, but not possible.
    #[error("{key} = {value:?}: {right}")]
    Impossible {
        /// The key, such as `log.kind`.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What would be right.
        right: &'static str,
    },
}

/// All there is to configure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The address people use, such as `https://jukeline.example`: printed, mailed, redirected to.
    pub public_url: Url,
    /// The folder for the embedded database, covers and the search index.
    pub data: PathBuf,
    /// Where the server listens.
    pub http: Http,
    /// https by the server itself; a proxy does it, or nobody, if not set.
    pub tls: Option<Tls>,
    /// The store.
    pub store: StoreConfig,
    /// The log.
    pub log: LogConfig,
    /// Mail.
    pub mail: Mail,
    /// What guests get.
    pub guests: Guests,
    /// Selling credits.
    pub payments: Payments,
    /// Phone apps that open this server's links.
    pub apps: Apps,
    /// Spans of the floor.
    pub floor: FloorConfig,
}

/// Where the server listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub bind: SocketAddr,
    /// The folder with the built pages; `ui` beside the program if not set.
    pub ui: Option<PathBuf>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// Which database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite` or `postgres://user:password@host/database`.
    pub url: String,
}

/// Which log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// `table` or `kafka`.
    pub kind: LogKind,
    /// Settings of librdkafka, such as `"bootstrap.servers"` or `"security.protocol"`.
    pub kafka: BTreeMap<String, String>,
    /// Put before each topic's name.
    pub topic_prefix: String,
    /// Copies of each partition.
    pub replication: i32,
    /// Partitions of each topic; can't be changed later.
    pub partitions: i32,
}

/// Which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// Rows of the embedded database.
    Table,
    /// Apache Kafka.
    Kafka,
}

/// Mail.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtp://host:port` or `smtps://user:password@host`; no mail without it.
    pub smtp: Option<String>,
    /// The sender.
    pub from: Option<String>,
}

/// What guests get.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guests {
    /// Credits a new guest is given.
    pub grant: u32,
}

/// Spans of the floor, in seconds; see [`Spans`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorConfig {
    /// See [`Spans::lease_ms`].
    pub lease_seconds: u32,
    /// See [`Spans::grace_ms`].
    pub lease_grace_seconds: u32,
    /// See [`Spans::silent_after_ms`].
    pub silent_after_seconds: u32,
    /// See [`Spans::dark_after_ms`].
    pub dark_after_seconds: u32,
}

impl Default for Config {
    #[allow(clippy::expect_used, reason = "a constant address that the tests read")]
    fn default() -> Self {
        Config {
            public_url: Url::parse("http://127.0.0.1:8080").expect("a valid address"),
            data: PathBuf::from("data"),
            http: Http { bind: SocketAddr::from(([127, 0, 0, 1], 8080)), ui: None, trusted_proxies: Vec::new() },
            tls: None,
            store: StoreConfig { url: "sqlite".into() },
            log: LogConfig {
                kind: LogKind::Table,
                kafka: BTreeMap::new(),
                topic_prefix: "jukeline.".into(),
                replication: 3,
                partitions: 24,
            },
            mail: Mail::default(),
            guests: Guests::default(),
            payments: Payments::default(),
            apps: Apps::default(),
            floor: FloorConfig {
                lease_seconds: 600,
                lease_grace_seconds: 120,
                silent_after_seconds: 30,
                dark_after_seconds: 600,
            },
        }
    }
}

/// Keys whose values may hold a password.
const HIDDEN: [&str; 5] = ["store", "log.kafka", "mail", "payments.stripe", "payments.sandbox"];

/// Names key, value and what would be right, one line for each mistake.
fn worded(figment: &Figment, errors: figment::Error) -> String {
    let lines = errors.into_iter().map(|error| {
        let key = error.path.join(".");
        let hidden = HIDDEN.iter().any(|start| key.starts_with(start));
        let value = figment.find_value(&key).ok().filter(|_| !hidden && !key.is_empty());
        let value = value.and_then(|value| value.deserialize::<serde_json::Value>().ok());
        let stands = value.map(|value| format!(" = {value}")).unwrap_or_default();
        let from = error.metadata.as_ref().map(|from| format!(" (in {})", from.name)).unwrap_or_default();
        let right = match key.as_str() {
            "http.bind" => "; an address and port such as 127.0.0.1:8080",
            "public_url" => "; an http or https address such as https://jukeline.example",
            "payments.provider" => "; \"none\", \"sandbox\" or \"stripe\"",
            "tls.redirect_from" => "; an address and port such as 0.0.0.0:80",
            "tls.acme.directory" => "; the https address of an ACME directory",
            "tls.acme.challenge" => "; \"tls-alpn-01\"",
            _ => "",
        };
        format!("{key}{stands}: {}{right}{from}", error.kind)
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Config {
    /// Reads `file` (if any) and the environment (`JUKELINE_LOG__KIND` and the like), and checks the whole.
    pub fn read(file: Option<&Path>) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment = figment.merge(Env::prefixed("JUKELINE_").split("__").ignore(&[
            "config",
            "bin",
            "ui",
            "log_filter",
            "log_format",
            // What the apps and the build tool read.
            "bare_window",
            "kiosk_code",
            "role",
            "server",
            "shell",
            "xtask",
        ]));
        let config: Config = figment.extract().map_err(|error| ConfigError::Unreadable(worded(&figment, error)))?;
        config.check()?;
        Ok(config)
    }

    /// Checks what types can't say.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, value: &str, right| Err(ConfigError::Impossible { key, value: value.into(), right });
        if !matches!(self.public_url.scheme(), "http" | "https") || self.public_url.host().is_none() {
            return wrong(
                "public_url",
                self.public_url.as_str(),
                "an http or https address such as https://jukeline.example",
            );
        }
        if !matches!(self.public_url.path(), "/" | "") {
            return wrong(
                "public_url",
                self.public_url.as_str(),
                "an address without a path: Jukeline has a host of its own",
            );
        }
        let postgres = self.store.url.starts_with("postgres://") || self.store.url.starts_with("postgresql://");
        if self.store.url != "sqlite" && !postgres {
            return wrong("store.url", "(hidden)", "\"sqlite\" or postgres://user:password@host/database");
        }
        if postgres && self.log.kind == LogKind::Table {
            return wrong(
                "log.kind",
                "table",
                "\"kafka\" with PostgreSQL: the table log is for the embedded database alone",
            );
        }
        if !postgres && self.log.kind == LogKind::Kafka {
            return wrong(
                "log.kind",
                "kafka",
                "\"table\" with SQLite: the log on Kafka needs store.url = \"postgres://…\"",
            );
        }
        if self.log.kind == LogKind::Kafka && !self.log.kafka.contains_key("bootstrap.servers") {
            return wrong(
                "log.kafka",
                "(no bootstrap.servers)",
                "\"bootstrap.servers\" = \"host:9092\" under [log.kafka]",
            );
        }
        if !(1..=1000).contains(&self.log.partitions) {
            return wrong("log.partitions", &self.log.partitions.to_string(), "1 to 1000");
        }
        if self.mail.smtp.is_some() != self.mail.from.is_some() {
            return wrong("mail", "(one of smtp and from)", "both smtp and from, or neither");
        }
        if self.floor.lease_seconds == 0 || self.floor.silent_after_seconds == 0 {
            return wrong("floor", "0", "spans of at least 1 second");
        }
        self.payments.check(self)?;
        self.tls.as_ref().map_or(Ok(()), |tls| tls.check(self))
    }

    /// The spans in milliseconds.
    pub fn spans(&self) -> Spans {
        let ms = |seconds: u32| i64::from(seconds) * 1000;
        Spans {
            lease_ms: ms(self.floor.lease_seconds),
            grace_ms: ms(self.floor.lease_grace_seconds),
            silent_after_ms: ms(self.floor.silent_after_seconds),
            dark_after_ms: ms(self.floor.dark_after_seconds),
        }
    }

    /// Whether this machine alone can reach the address.
    pub fn is_loopback(&self) -> bool {
        match self.public_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        }
    }

    /// Whether nobody outside of the house can reach the address.
    pub fn is_private(&self) -> bool {
        self.public_url.host().is_some_and(|host| reach::is_private(&host))
    }

    /// Plain http on a network: guests only, no passwords but at the server's own machine.
    pub fn is_trial(&self) -> bool {
        self.public_url.scheme() == "http" && !self.is_loopback()
    }

    /// Whether a password that comes from there was readable to nobody on its way.
    pub fn takes_passwords(&self, from: IpAddr) -> bool {
        !self.is_trial() || from.is_loopback()
    }

    /// Whether cookies carry `Secure` and the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// `public_url` followed by `path`, which begins with `/`.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
