//! `jukeline sandbox`: a payment provider without money, in a process and at an origin of its own.
//!
//! It speaks the part of Stripe's API that the server uses, shows a card page that knows Stripe's test numbers, and signs
//! its webhooks as Stripe does. What is typed on the card page decides one answer and is dropped: no number is kept,
//! logged or sent on. Everything lives in memory. The control API, on loopback alone, makes webhooks late, doubled,
//! reordered or lost, and plays the bank in refunds and disputes.

mod api;
mod cards;
mod control;
mod page;
mod register;
mod webhooks;

use axum::Router;
use register::Register;
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpListener, sync::mpsc};
use url::Url;

/// What the command line asks of the sandbox.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Where its card page and API listen.
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub bind: SocketAddr,
    /// Where its control API listens; loopback only.
    #[arg(long, default_value = "127.0.0.1:8091")]
    pub control: SocketAddr,
    /// The address under which people reach its card page; the one it listens on if not set.
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Where its webhooks go; none are sent if not set.
    #[arg(long)]
    pub webhook: Option<Url>,
    /// End when standard input does: with the process that started it.
    #[arg(long, hide = true)]
    pub with_parent: bool,
    /// The key that its API takes.
    #[arg(long, env = "SANDBOX_KEY", hide_env_values = true)]
    pub key: String,
    /// What its webhooks are signed with.
    #[arg(long, env = "SANDBOX_WEBHOOK_SECRET", hide_env_values = true)]
    pub webhook_secret: String,
}

/// Why the sandbox didn't start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The control API would be reachable from outside.
    #[error("the sandbox's control API listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// A port.
    #[error("can't listen on {0}: {1}")]
    Port(SocketAddr, std::io::Error),
    /// An address.
    #[error("no address: {0}")]
    Address(#[from] url::ParseError),
    /// No client for the webhooks.
    #[error("the client for webhooks: {0}")]
    Client(#[from] crate::outbound::NoAnswer),
    /// It broke off.
    #[error("the sandbox broke off: {0}")]
    Broke(std::io::Error),
}

/// What its routes share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sandbox {
    register: Arc<Mutex<Register>>,
    out: mpsc::UnboundedSender<(webhooks::Letter, webhooks::Fault)>,
    faults: webhooks::Faults,
    page: Url,
    key: Arc<str>,
}

impl Sandbox {
    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends events on their way.
    fn tell(&self, events: Vec<webhooks::Letter>) {
        for event in events {
            // What is held is held by the time the answer is there.
            if let Some(sent) = self.faults.pass(event) {
                // The receiver lives as long as the process.
                let _ = self.out.send(sent);
            }
        }
    }
}

/// Seconds since 1970 by this machine's clock.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// How often it looks for checkouts whose time is over.
const CLOSING: Duration = Duration::from_secs(1);

/// Runs until it is ended.
pub async fn run(options: Options) -> Result<(), SandboxError> {
    if !options.control.ip().is_loopback() {
        return Err(SandboxError::NotLoopback(options.control));
    }
    let open = |address| async move { TcpListener::bind(address).await.map_err(|e| SandboxError::Port(address, e)) };
    let (public, control) = (open(options.bind).await?, open(options.control).await?);
    let address = public.local_addr().map_err(SandboxError::Broke)?;
    let page = match options.public_url {
        Some(url) => url,
        None => Url::parse(&format!("http://{address}"))?,
    };
    let (out, letters) = mpsc::unbounded_channel();
    let faults = webhooks::Faults::default();
    let sandbox = Sandbox { register: Arc::default(), out, faults, page, key: options.key.as_str().into() };
    tokio::spawn(webhooks::deliver(letters, webhooks::Target::new(options.webhook, options.webhook_secret)?));
    tokio::spawn(close_checkouts(sandbox.clone()));
    tracing::info!(%address, control = %options.control, "the payment sandbox is ready: no real money");
    let routes = Router::new().merge(api::routes()).merge(page::routes()).with_state(sandbox.clone());
    let controls = control::routes().with_state(sandbox);
    let served = async {
        tokio::try_join!(axum::serve(public, routes).into_future(), axum::serve(control, controls).into_future())
    };
    tokio::select! {
        served = served => served.map(|_| ()).map_err(SandboxError::Broke),
        () = parent_ends(options.with_parent) => Ok(()),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

/// Completes when standard input ends, if that is waited for.
async fn parent_ends(waited_for: bool) {
    if !waited_for {
        return std::future::pending().await;
    }
    // Whatever comes there is dropped; an error is an end as well.
    let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await;
}

async fn close_checkouts(sandbox: Sandbox) {
    loop {
        tokio::time::sleep(CLOSING).await;
        let over = sandbox.register().close_over(now());
        sandbox.tell(over);
    }
}
