//! The payment provider without money: the real process, and a card holder at its page.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use reqwest::{Client, StatusCode, header::LOCATION, redirect::Policy};
use serde_json::{Value, json};
use tempfile::TempDir;
use toml::Table;

use crate::{eventually, machine, ports, process::Process, server::Setup};

/// The key of its API in tests.
const KEY: &str = "sk_sandbox_of_the_tests";
/// What its webhooks are signed with in tests.
pub const WEBHOOK_SECRET: &str = "whsec_sandbox_of_the_tests";

/// A card that pays.
pub const GOOD: &str = "4242 4242 4242 4242";
/// A card whose bank asks its owner first.
pub const CHALLENGED: &str = "4000 0025 0000 3155";
/// A card without money.
pub const POOR: &str = "4000 0000 0000 9995";
/// A card that is declined without a reason.
pub const DECLINED: &str = "4000 0000 0000 0002";

/// A running sandbox; it ends with this value.
#[derive(Debug)]
pub struct Sandbox {
    server_port: u16,
    port: u16,
    control: u16,
    client: Client,
    process: Process,
    _folder: TempDir,
}

impl Sandbox {
    /// Starts one that will tell a server on a free port.
    ///
    /// # Errors
    /// The binary is missing, or it isn't ready in time.
    pub async fn start() -> Result<Sandbox> {
        let (server_port, port, control) = (ports::free()?, ports::free()?, ports::free()?);
        let folder = tempfile::Builder::new().prefix("jukeline-sandbox-").tempdir()?;
        let mut command = Command::new(machine::server()?);
        command.arg("sandbox").args(["--bind", &format!("127.0.0.1:{port}")]);
        command.args(["--control", &format!("127.0.0.1:{control}")]);
        command.args(["--webhook", &format!("http://127.0.0.1:{server_port}/api/payments/webhook")]);
        command.env("SANDBOX_KEY", KEY).env("SANDBOX_WEBHOOK_SECRET", WEBHOOK_SECRET);
        let process = Process::start(command, &folder.path().join("sandbox.log"))?;
        let client = Client::builder().redirect(Policy::none()).build()?;
        let sandbox = Sandbox { server_port, port, control, client, process, _folder: folder };
        let held = eventually("the sandbox to be ready", Duration::from_secs(10), || sandbox.held());
        held.await.with_context(|| sandbox.log())?;
        Ok(sandbox)
    }

    /// A server that sells `packs` through it: (name, price, credits, bonus).
    #[must_use]
    pub fn selling(&self, setup: Setup, currency: &str, packs: &[(&str, &str, i64, i64)]) -> Setup {
        let pack = |(id, price, credits, bonus): &(&str, &str, i64, i64)| {
            let mut pack = Table::new();
            pack.insert("id".into(), (*id).into());
            pack.insert("price".into(), (*price).into());
            pack.insert("credits".into(), (*credits).into());
            pack.insert("bonus".into(), (*bonus).into());
            pack.insert("bonus_days".into(), 30.into());
            toml::Value::Table(pack)
        };
        let secrets: Vec<toml::Value> = ["whsec_of_the_next_rotation", WEBHOOK_SECRET].map(Into::into).into();
        setup
            .port(self.server_port)
            .set(&["payments", "provider"], "sandbox")
            .set(&["payments", "currency"], currency)
            .set(&["payments", "packs"], packs.iter().map(pack).collect::<Vec<_>>())
            .set(&["payments", "sandbox", "api"], format!("http://127.0.0.1:{}", self.port))
            .set(&["payments", "sandbox", "key"], KEY)
            .set(&["payments", "sandbox", "webhook_secrets"], secrets)
    }

    /// Types a card on the hosted page and presses the button; gives where the page leads then, from its own origin on.
    ///
    /// # Errors
    /// The page isn't there, or leads nowhere.
    pub async fn type_card(&self, page: &str, number: &str) -> Result<String> {
        let shown = self.client.get(page).send().await?;
        ensure!(shown.status() == StatusCode::OK, "the card page: {}", shown.status());
        self.submit(page, &[("number", number), ("expiry", "12 / 34"), ("cvc", "123")]).await
    }

    /// Answers the bank's question.
    ///
    /// # Errors
    /// It isn't asked.
    pub async fn answer_bank(&self, page: &str, passes: bool) -> Result<String> {
        let challenge = format!("{page}/challenge");
        let shown = self.client.get(&challenge).send().await?;
        ensure!(shown.status() == StatusCode::OK, "the bank's page: {}", shown.status());
        self.submit(&challenge, &[("answer", if passes { "pass" } else { "fail" })]).await
    }

    async fn submit(&self, page: &str, form: &[(&str, &str)]) -> Result<String> {
        let body: String = form.iter().map(|(key, value)| format!("{key}={}&", value.replace(' ', "+"))).collect();
        let typed = "application/x-www-form-urlencoded";
        let answer = self.client.post(page).header("content-type", typed).body(body).send().await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.status());
        Ok(answer.headers().get(LOCATION).context("no location")?.to_str()?.to_owned())
    }

    /// What the page shows now.
    ///
    /// # Errors
    /// It is out of reach.
    pub async fn page(&self, page: &str) -> Result<String> {
        Ok(self.client.get(page).send().await?.text().await?)
    }

    /// Makes webhooks late, doubled, held or lost: `json!({"hold": true})`.
    ///
    /// # Errors
    /// It refuses.
    pub async fn faults(&self, fault: &Value) -> Result<()> {
        self.control(reqwest::Method::PUT, "faults", fault).await
    }

    /// Makes its API answer 503, or not any more.
    ///
    /// # Errors
    /// It refuses.
    pub async fn down(&self, down: bool) -> Result<()> {
        self.control(reqwest::Method::PUT, "down", &json!({ "down": down })).await
    }

    /// Makes it refuse every refund for good with a code, or not any more.
    ///
    /// # Errors
    /// It refuses.
    pub async fn refuse_refunds(&self, code: Option<&str>) -> Result<()> {
        self.control(reqwest::Method::PUT, "refuses-refunds", &json!({ "code": code })).await
    }

    /// The bodies of the held webhooks, oldest first.
    ///
    /// # Errors
    /// It is out of reach.
    pub async fn held(&self) -> Result<Vec<String>> {
        let held = self.client.get(self.control_url("held")).send().await?.error_for_status()?;
        let held: Vec<Value> = held.json().await?;
        Ok(held.iter().filter_map(|letter| letter["body"].as_str().map(str::to_owned)).collect())
    }

    /// Lets the held webhooks go, each so many times, and holds no more.
    ///
    /// # Errors
    /// It refuses.
    pub async fn release(&self, reversed: bool, times: u16) -> Result<()> {
        self.control(reqwest::Method::POST, "held/release", &json!({ "reversed": reversed, "times": times })).await
    }

    /// The bank's word in a dispute about a purchase: `needs_response`, `won` or `lost`.
    ///
    /// # Errors
    /// It wasn't paid.
    pub async fn dispute(&self, purchase: &str, status: &str) -> Result<()> {
        self.control(reqwest::Method::POST, "dispute", &json!({ "purchase": purchase, "status": status })).await
    }

    /// A refund that is made at the provider.
    ///
    /// # Errors
    /// It wasn't paid, or that is too much.
    pub async fn refund(&self, purchase: &str, amount: i64) -> Result<()> {
        self.control(reqwest::Method::POST, "refund", &json!({ "purchase": purchase, "amount": amount })).await
    }

    /// Closes an open page before its time.
    ///
    /// # Errors
    /// It isn't open.
    pub async fn expire(&self, purchase: &str) -> Result<()> {
        self.control(reqwest::Method::POST, "expire", &json!({ "purchase": purchase })).await
    }

    /// How many payments it has taken.
    ///
    /// # Errors
    /// It is out of reach.
    pub async fn payments(&self) -> Result<usize> {
        let list = format!("http://127.0.0.1:{}/v1/payment_intents", self.port);
        let answer = self.client.get(list).bearer_auth(KEY).send().await?.error_for_status()?;
        let list: Value = answer.json().await?;
        Ok(list["data"].as_array().context("no list")?.len())
    }

    async fn control(&self, method: reqwest::Method, path: &str, body: &Value) -> Result<()> {
        let answer = self.client.request(method, self.control_url(path)).json(body).send().await?;
        ensure!(answer.status() == StatusCode::NO_CONTENT, "{path}: {}", answer.status());
        Ok(())
    }

    fn control_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.control)
    }

    /// Everything that it printed.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }
}
