//! The demo sells credits for no money: its own sandbox, a process of its own that ends with this one.

use super::DemoError;
use crate::{
    config::{Config, PackConfig, Provider},
    secret,
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    process::Stdio,
};
use tokio::process::{Child, Command};

/// What the demo sells: name, price in EUR, credits, bonus, days of the bonus.
const PACKS: [(&str, &str, u32, u32, Option<u32>); 3] =
    [("five", "5.00", 5, 0, None), ("ten", "9.50", 10, 2, Some(30)), ("twenty-five", "20.00", 25, 5, Some(90))];

/// Starts the sandbox and lets `config` sell through it, unless it sells already. The child ends when it is dropped, or
/// when this process ends, however it ends.
pub(super) fn open(config: &mut Config, bind: IpAddr) -> Result<Option<Child>, DemoError> {
    if config.payments.provider != Provider::None {
        return Ok(None);
    }
    let wrong = |error: std::io::Error| DemoError::House(format!("the payment sandbox: {error}"));
    let (page, control) = (free(bind).map_err(wrong)?, free(Ipv4Addr::LOCALHOST.into()).map_err(wrong)?);
    let (key, webhook_secret) = (secret::token(), secret::token());
    let host = config.public_url.host_str().unwrap_or("127.0.0.1").to_owned();
    let hook = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), config.http.bind.port());
    let child = Command::new(std::env::current_exe().map_err(wrong)?)
        .arg("sandbox")
        .arg("--with-parent")
        .args(["--bind", &page.to_string(), "--control", &control.to_string()])
        .args(["--public-url", &format!("http://{host}:{}", page.port())])
        .args(["--webhook", &format!("http://{hook}/api/payments/webhook")])
        .env("SANDBOX_KEY", &key)
        .env("SANDBOX_WEBHOOK_SECRET", &webhook_secret)
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(wrong)?;
    let reached = if bind.is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { bind };
    let api = format!("http://{}", SocketAddr::new(reached, page.port()));
    let payments = &mut config.payments;
    payments.provider = Provider::Sandbox;
    payments.packs = PACKS.iter().map(pack).collect();
    payments.sandbox.api = api.parse().ok();
    payments.sandbox.key = key;
    payments.sandbox.webhook_secrets = vec![webhook_secret];
    Ok(Some(child))
}

fn pack((id, price, credits, bonus, bonus_days): &(&str, &str, u32, u32, Option<u32>)) -> PackConfig {
    PackConfig { id: (*id).into(), price: (*price).into(), credits: *credits, bonus: *bonus, bonus_days: *bonus_days }
}

/// A port that is free at this moment.
fn free(on: IpAddr) -> std::io::Result<SocketAddr> {
    TcpListener::bind(SocketAddr::new(on, 0))?.local_addr()
}
