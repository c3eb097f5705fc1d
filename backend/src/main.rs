//! The command line.

use clap::{Parser, Subcommand};
use jukeline_app::time::Timestamp;
use jukeline_backend::{
    books,
    config::{Config, LogKind},
    demo, doctor, http,
    log::{cost, topics::TOPICS},
    outage::until_in_reach,
    readers::{
        report::{self, Progress},
        snapshot,
    },
    sandbox, secret,
    serve::{self, StartError},
    songs::search::SongIndex,
    store::{self, Store},
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

type Outcome = Result<ExitCode, Box<dyn std::error::Error + Send + Sync>>;

/// A network of digital jukeboxes: people pick songs on their phone and hear them in the room.
#[derive(Parser)]
#[command(name = "jukeline", version)]
struct Arguments {
    /// The configuration file (TOML). Environment variables such as JUKELINE_LOG__KIND go on top.
    #[arg(long, global = true, env = "JUKELINE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Try everything at once: three venues, music, regulars who queue.
    Demo(demo::Options),
    /// Run the payment provider without money that the demo and the tests use.
    Sandbox(sandbox::Options),
    /// Look after the catalogue.
    Songs {
        #[command(subcommand)]
        command: Songs,
    },
    /// Look after accounts.
    Accounts {
        #[command(subcommand)]
        command: Accounts,
    },
    /// Compare Kafka's topics with what they should be, and say what each setting costs.
    Topics {
        /// Make what is missing.
        #[arg(long)]
        apply: bool,
    },
    /// Move the embedded database into the empty PostgreSQL and Kafka of this configuration.
    Move {
        /// The folder of the embedded database; `data` of this configuration if not set.
        #[arg(long)]
        from: Option<PathBuf>,
    },
    /// Print the API's description (OpenAPI 3.1).
    Openapi,
    /// Print the records' description (AsyncAPI 3.0).
    Asyncapi,
    /// Read the books: balances, settlement, reconciliation.
    Ledger {
        #[command(subcommand)]
        command: books::Command,
        /// How it is printed.
        #[arg(long, global = true, value_enum, default_value_t)]
        format: books::Format,
    },
    /// Make codes that give credits, to be sold at the bar or given away; printed once, one a line.
    Vouchers(VoucherBatch),
    /// Prove that every play and every credit is accounted for, and that the log ends where the database does.
    Doctor {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show how far each reader of facts is, such as the charts.
    Readers,
    /// Build a reader of facts anew from the first record, beside what is shown, and then show that.
    Replay {
        /// Which, such as charts.
        reader: String,
        /// Begin with this snapshot instead of the first record.
        #[arg(long)]
        from_snapshot: Option<PathBuf>,
    },
    /// Write what is shown of a reader into a file, to build it anew from there: compressed JSON lines. Servers may run.
    Snapshot {
        /// Which, such as charts.
        reader: String,
        /// The file. It may say who heard what: keep it as you keep the database.
        #[arg(long)]
        to: PathBuf,
    },
    /// Tell everybody that a backup was restored: what they saw since the backup is void.
    Restored {
        /// Do it: all servers are stopped.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(clap::Args)]
struct VoucherBatch {
    /// The batch's name, such as summer-fair.
    #[arg(long)]
    batch: String,
    /// How many codes.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// Credits that each gives.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=1000))]
    credits: i64,
    /// How many people may use each.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    uses: i64,
    /// Days that they are good for; for ever if not set.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: Option<i64>,
}

#[derive(Subcommand)]
enum Songs {
    /// Import a folder of music; what is known already is left alone.
    Import {
        /// The folder.
        folder: PathBuf,
    },
}

#[derive(Subcommand)]
enum Accounts {
    /// Print a one-time code for a new password.
    Reset {
        /// The e-mail address.
        email: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr();
    #[cfg(feature = "fail-points")]
    let _points = jukeline_backend::crash::listen();
    match run(arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprint_line(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

#[allow(clippy::print_stderr, reason = "the command line's own voice")]
fn eprint_line(text: &str) {
    eprintln!("jukeline: {text}");
}

#[allow(clippy::print_stdout, reason = "the command's result")]
fn print_line(text: &str) {
    println!("{text}");
}

/// Each client of Kafka's library tells an outage again and again; ours is told once, with the library's reason.
const FILTER: &str = "info,sqlx=warn,tantivy=warn,lofty=error,symphonia=error,rdkafka=off,librdkafka=off";

fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("JUKELINE_LOG_FILTER").unwrap_or_else(|_| EnvFilter::new(FILTER));
    let json = std::env::var("JUKELINE_LOG_FORMAT").is_ok_and(|format| format == "json");
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).init();
    } else {
        registry.with(fmt::layer().with_writer(std::io::stderr)).init();
    }
}

async fn run(arguments: Arguments) -> Outcome {
    let file = arguments.config.as_deref();
    match arguments.command {
        Command::Serve => serve(Config::read(file)?).await,
        Command::Demo(mut options) => {
            options.config = options.config.or_else(|| arguments.config.clone());
            demo::run(options).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Sandbox(options) => {
            sandbox::run(options).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Songs { command: Songs::Import { folder } } => import(&Config::read(file)?, &folder).await,
        Command::Accounts { command: Accounts::Reset { email } } => reset(&Config::read(file)?, &email).await,
        Command::Topics { apply } => topics(&Config::read(file)?, apply).await,
        Command::Move { from } => move_to_network(&Config::read(file)?, from.as_deref()).await,
        Command::Openapi => printed(http::openapi::document().to_pretty_json()?),
        Command::Asyncapi => printed(jukeline_backend::log::asyncapi::document()?),
        Command::Ledger { command, format } => ledger(&Config::read(file)?, &command, format).await,
        Command::Vouchers(batch) => make_vouchers(&Config::read(file)?, &batch).await,
        Command::Doctor { json } => examine(&Config::read(file)?, json).await,
        Command::Readers => show_readers(&Config::read(file)?).await,
        Command::Replay { reader, from_snapshot } => {
            replay(&Config::read(file)?, &reader, from_snapshot.as_deref()).await
        }
        Command::Snapshot { reader, to } => take_snapshot(&Config::read(file)?, &reader, &to).await,
        Command::Restored { yes } => restored(&Config::read(file)?, yes).await,
    }
}

fn printed(text: String) -> Outcome {
    print_line(&text);
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> Outcome {
    let address = config.address("/");
    let trial = config.is_trial();
    let opened = async {
        let listening = serve::listen(config).await?;
        tracing::info!(%address, listening = %listening.address, "listening");
        let running = listening.open().await?;
        let link = until_in_reach("the store", || http::setup::first_run_link(&running.context)).await?;
        Ok::<_, StartError>((running, link))
    };
    let (running, link) = tokio::select! {
        opened = opened => opened?,
        () = serve::told_to_stop() => return Ok(ExitCode::SUCCESS),
    };
    tracing::info!("the store is open");
    if trial {
        tracing::warn!("trial mode: plain http on a network. Guests only, no passwords; use https for anything real");
    }
    if let Some(link) = link {
        // The operator's password doesn't travel over plain http: in trial mode the first run is for this machine.
        let here = format!("http://127.0.0.1:{}", running.address.port());
        let link = if trial { link.replacen(address.trim_end_matches('/'), &here, 1) } else { link };
        print_line(&format!("\n  Welcome. Set your jukebox up here, once:\n\n    {link}\n"));
    }
    running.serve().await?;
    Ok(ExitCode::SUCCESS)
}

async fn open(config: &Config) -> Result<Store, StartError> {
    std::fs::create_dir_all(&config.data)
        .map_err(|error| StartError::Folder { folder: config.data.display().to_string(), error })?;
    if config.store.url == "sqlite" {
        Ok(Store::open_sqlite(&config.data).await?)
    } else {
        Ok(Store::open_postgres(&config.store.url).await?)
    }
}

async fn import(config: &Config, folder: &Path) -> Outcome {
    let store = open(config).await?;
    let index = SongIndex::open(&config.data.join("search"))?;
    let (covers, folder) = (config.data.join("covers"), folder.to_owned());
    let runtime = tokio::runtime::Handle::current();
    let bar = indicatif::ProgressBar::new(0)
        .with_style(indicatif::ProgressStyle::with_template("{bar:40} {pos} of {len} files, {eta} left")?);
    let summary = tokio::task::spawn_blocking(move || {
        let shown = bar.clone();
        let summary = store::songs::take_in(&runtime, &store, &index, &covers, &folder, move |progress| {
            shown.set_length(progress.total as u64);
            shown.set_position(progress.done as u64);
        });
        bar.finish_and_clear();
        summary
    })
    .await??;
    printed(summary.to_string())
}

async fn reset(config: &Config, email: &str) -> Outcome {
    use store::accounts::{by_address, codes};
    let store = open(config).await?;
    let secrets = jukeline_backend::context::Secrets::load(&store).await?;
    let folded = jukeline_app::account::fold_email(email).ok_or("that is no e-mail address")?;
    let hash = secret::hex(&jukeline_app::presence::mac(&secrets.addresses, &[folded.as_bytes()]));
    let found = by_address(&store, &hash).await?.ok_or("nobody has that address")?;
    let code = secret::digits(8);
    let now = store.now().await?;
    let mut tx = store.begin().await?;
    let until: Timestamp = now.plus(codes::RESET_MS);
    codes::put(&mut tx, codes::RESET, &code, &found.account.to_string(), now, until).await?;
    tx.commit().await?;
    printed(format!("One-time code, good for an hour: {code}\nEnter it at {}", config.address("/reset")))
}

async fn topics(config: &Config, apply: bool) -> Outcome {
    match config.log.kind {
        LogKind::Table if apply => Err("log.kind is \"table\": there are no topics".into()),
        LogKind::Table => {
            print_line("log.kind is \"table\": facts are rows of the database. A network would have these topics:");
            for (topic, words) in TOPICS.iter().zip(cost::words(&config.log, &[])) {
                print_line(&format!("\n{}{}\n{words}", config.log.topic_prefix, topic.name));
            }
            Ok(ExitCode::SUCCESS)
        }
        LogKind::Kafka => topics_of_kafka(config, apply).await,
    }
}

#[cfg(feature = "kafka")]
async fn topics_of_kafka(config: &Config, apply: bool) -> Outcome {
    use jukeline_backend::log::kafka::{measure, topic_table};
    let differences =
        if apply { topic_table::apply(&config.log).await? } else { topic_table::compare(&config.log).await? };
    let words = cost::words(&config.log, &measure(&config.log).await?);
    let mut well = true;
    for (difference, cost) in differences.iter().zip(words) {
        let made = apply && difference.missing;
        let words = if made {
            "made".into()
        } else if difference.differs.is_empty() {
            "as it should be".into()
        } else {
            difference.differs.join("; ")
        };
        well &= made || difference.differs.is_empty();
        print_line(&format!("{:<36} {words}\n{cost}\n", difference.topic));
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(not(feature = "kafka"))]
async fn topics_of_kafka(_: &Config, _: bool) -> Outcome {
    Err(StartError::NoKafka.into())
}

#[cfg(feature = "kafka")]
async fn move_to_network(config: &Config, from: Option<&Path>) -> Outcome {
    let moved = jukeline_backend::moving::run(config, from.unwrap_or(&config.data)).await?;
    printed(moved.to_string())
}

#[cfg(not(feature = "kafka"))]
async fn move_to_network(_: &Config, _: Option<&Path>) -> Outcome {
    Err(StartError::NoKafka.into())
}

async fn examine(config: &Config, json: bool) -> Outcome {
    let findings = doctor::run(config, &open(config).await?).await?;
    print_line(&if json { findings.to_json()? } else { findings.to_string() });
    Ok(if findings.well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn show_readers(config: &Config) -> Outcome {
    printed(report::report(config, &open(config).await?).await?)
}

/// A server that runs sees the wish within a second; one that has nothing to read for so long isn't there.
const SERVER_IS_THERE_WITHIN: Duration = Duration::from_secs(15);

async fn take_snapshot(config: &Config, reader: &str, file: &Path) -> Outcome {
    let held = snapshot::take(config, &open(config).await?, reader, file).await?;
    printed(format!("{}: {} rows of {reader}, generation {}.", file.display(), held.rows, held.generation))
}

async fn replay(config: &Config, reader: &str, from: Option<&Path>) -> Outcome {
    let store = open(config).await?;
    let replay = match from {
        Some(file) => snapshot::load(config, &store, reader, file).await?,
        None => report::replay(config, &store, reader).await?,
    };
    let bar = indicatif::ProgressBar::new(0)
        .with_style(indicatif::ProgressStyle::with_template("{bar:40} {pos} of {len} records, {eta} left")?);
    let ended = replay
        .shown(SERVER_IS_THERE_WITHIN, |done, of| {
            bar.set_length(of.unsigned_abs());
            bar.set_position(done.unsigned_abs());
        })
        .await?;
    bar.finish_and_clear();
    let generation = replay.generation();
    match ended {
        Progress::Shown => printed(format!("{reader} is built anew: generation {generation} is shown.")),
        Progress::Superseded => printed(format!("A newer generation of {reader} than {generation} took its place.")),
        Progress::Building { done: 0, .. } => printed(format!(
            "No server builds generation {generation} of {reader} now: it begins with the next start of one. \
             What is shown stays until it is whole."
        )),
        Progress::Building { done, of } => printed(format!(
            "Generation {generation} of {reader} stands still at {done} of {of}: it goes on when a server does."
        )),
    }
}

async fn restored(config: &Config, is_sure: bool) -> Outcome {
    if !is_sure {
        return Err("this voids what people, screens and readers saw since the backup was made, and can't be undone. \
                    Stop all servers, restore the backup, then say it again with --yes"
            .into());
    }
    let raised = store::restored(&config.store.url, &config.data).await?;
    let plural = if raised.jukeboxes == 1 { "" } else { "es" };
    printed(format!(
        "A new epoch for {} jukebox{plural} and {} accounts. Run `jukeline doctor` before you open.",
        raised.jukeboxes, raised.accounts
    ))
}

async fn ledger(config: &Config, command: &books::Command, format: books::Format) -> Outcome {
    let (text, well) = books::read(config, &open(config).await?, command, format).await?;
    print_line(&text);
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn make_vouchers(config: &Config, batch: &VoucherBatch) -> Outcome {
    use http::purchases::tokens;
    let store = open(config).await?;
    let codes: Vec<String> = (0..batch.count).map(|_| tokens::code_from(secret::random())).collect();
    let expires_at = match batch.days {
        Some(days) => Some(store.now().await?.plus(days * 24 * 60 * jukeline_app::time::MINUTE)),
        None => None,
    };
    let new = store::vouchers::NewBatch { name: &batch.batch, credits: batch.credits, uses: batch.uses, expires_at };
    store::vouchers::make(&store, &new, &codes).await?;
    printed(codes.iter().map(|code| tokens::grouped(code)).collect::<Vec<_>>().join("\n"))
}
