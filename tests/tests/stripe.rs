//! What is asked of Stripe, judged by Stripe's own: stripe-mock checks every request against Stripe's description of its
//! API, and Stripe's library checks signatures, both ways.

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{BuyPack, Code, StartAsGuest},
    client::Client,
    id::{AccountId, PurchaseId, RefundId},
    purchase::{Done, Known, PurchaseState, Taken},
    time::Timestamp,
};
use jukeline_backend::{
    config::{Config, PackConfig, Provider},
    payments::{Gateway, NewCheckout, PaymentError, signature},
    store::purchases::{Purchase, refunds::Refund},
};
use jukeline_tests::{
    eventually,
    house::HttpTransport,
    machine::{self, Need},
    needs, ports,
    process::Process,
    server::Setup,
};
use std::{
    process::Command,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

const KEY: &str = "sk_test_0123456789";
const SECRET: &str = "whsec_0123456789abcdef";

/// stripe-mock with what it printed.
struct Mock {
    port: u16,
    process: Process,
    _folder: tempfile::TempDir,
}

impl Mock {
    async fn start() -> Result<Mock> {
        let port = ports::free()?;
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(machine::stripe_mock()?);
        command.args(["-http-port", &port.to_string()]);
        let process = Process::start(command, &folder.path().join("stripe-mock.log"))?;
        let mock = Mock { port, process, _folder: folder };
        let ready = eventually("stripe-mock to be ready", Duration::from_secs(20), || async {
            Ok(reqwest::get(mock.url()).await.map(drop)?)
        });
        ready.await.with_context(|| mock.process.log())?;
        Ok(mock)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn gateway(&self) -> Result<Gateway> {
        let mut config = Config::default();
        config.payments.provider = Provider::Stripe;
        config.payments.stripe.api = self.url().parse()?;
        config.payments.stripe.key = KEY.into();
        config.payments.stripe.webhook_secrets = vec![SECRET.into()];
        let pack = PackConfig { id: "ten".into(), price: "9.50".into(), credits: 10, bonus: 0, bonus_days: None };
        config.payments.packs = vec![pack];
        config.check()?;
        Gateway::open(&config)?.context("a gateway")
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn purchase(currency: &str, price_minor: i64) -> Purchase {
    Purchase {
        id: PurchaseId(Uuid::now_v7()),
        account: AccountId(Uuid::now_v7()),
        pack: "ten".into(),
        price_minor,
        currency: currency.into(),
        credits: 10,
        bonus: 2,
        bonus_ms: None,
        room: None,
        provider: "stripe".into(),
        checkout: Some("cs_test_1".into()),
        checkout_url: None,
        payment: Some("pi_1".into()),
        done: Done { state: PurchaseState::Created, refunded: 0, dispute: None },
        known: Known::default(),
        declined: None,
        disputed_minor: 0,
        receipt: None,
        created_at: now(),
        expires_at: now().plus(35 * 60_000),
        credited_at: None,
    }
}

#[tokio::test]
async fn every_request_is_as_stripe_describes_it() -> Result<()> {
    needs!(Need::StripeMock);
    let mock = Mock::start().await?;
    let gateway = mock.gateway()?;
    let (paid_url, left_url) = ("https://jukeline.example/paid/x", "https://jukeline.example/paid/x?left=1");
    for (currency, minor) in [("EUR", 950), ("JPY", 500), ("KWD", 1250), ("ISK", 900), ("MGA", 500)] {
        let purchase = purchase(currency, minor);
        let new = NewCheckout { purchase: &purchase, title: "10 jukebox credits", paid_url, left_url };
        match gateway.open_checkout(&new).await {
            // stripe-mock answers with an example; an example without an address is unreadable, not refused.
            Ok(_) | Err(PaymentError::Unreadable(_)) => {}
            Err(error) => anyhow::bail!("{currency}: {error}"),
        }
    }
    match gateway.ask(&purchase("EUR", 950)).await {
        Ok(_) | Err(PaymentError::Unreadable(_)) => {}
        Err(error) => anyhow::bail!("asking: {error}"),
    }
    let bought = purchase("EUR", 950);
    let refund = Refund {
        id: RefundId(Uuid::now_v7()),
        purchase: bought.id,
        amount_minor: 475,
        taken: Taken { credits: 5, bonus: 1 },
        sent: false,
    };
    gateway.refund(&bought, &refund).await?;
    gateway.payments(now().plus(-86_400_000), now()).await?;
    Ok(())
}

/// The judge judges: a parameter that Stripe doesn't know is refused.
#[tokio::test]
async fn stripe_mock_refuses_what_stripe_would() -> Result<()> {
    needs!(Need::StripeMock);
    let mock = Mock::start().await?;
    let sent = reqwest::Client::new()
        .post(format!("{}/v1/checkout/sessions", mock.url()))
        .bearer_auth(KEY)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("mode=payment&no_such_parameter=1")
        .send()
        .await?;
    ensure!(sent.status() == 400, "{}", sent.status());
    Ok(())
}

/// A server that sells by Stripe opens a checkout; while Stripe is out of reach nothing is charged.
#[tokio::test]
async fn a_server_with_stripe_that_is_out_of_reach() -> Result<()> {
    let mut pack = toml::Table::new();
    pack.insert("id".into(), "ten".into());
    pack.insert("price".into(), "9.50".into());
    pack.insert("credits".into(), 10.into());
    let server = Setup::embedded()
        .set(&["payments", "provider"], "stripe")
        .set(&["payments", "packs"], vec![toml::Value::Table(pack)])
        .set(&["payments", "stripe", "api"], format!("http://127.0.0.1:{}", ports::free()?))
        .set(&["payments", "stripe", "key"], KEY)
        .set(&["payments", "stripe", "webhook_secrets"], vec![toml::Value::from(SECRET)])
        .start()
        .await?;
    let api = Client { transport: HttpTransport::new(&server.url())? };
    api.start_as_guest(&StartAsGuest::default()).await?;
    let buy = BuyPack { purchase: PurchaseId(Uuid::now_v7()), pack: "ten".into(), room: None };
    let refused = api.buy(&buy).await;
    ensure!(refused.as_ref().err().and_then(|e| e.code()) == Some(Code::ProviderUnavailable), "{refused:?}");
    ensure!(!server.log().contains(KEY) && !server.log().contains(SECRET), "no secret is logged");
    Ok(())
}

/// Runs a line of Python with Stripe's library; gives what it prints.
fn python(code: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(machine::stripe_library()?).arg("-c").arg(code).args(arguments).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[tokio::test]
async fn signatures_are_those_of_stripes_library() -> Result<()> {
    needs!(Need::StripeLibrary);
    let body = r#"{"id":"evt_1","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_1"}}}"#;
    // Ours, believed by it.
    let ours = signature::sign(SECRET, body.as_bytes(), now());
    let believes =
        "import stripe,sys\nprint(stripe.Webhook.construct_event(sys.argv[1],sys.argv[2],sys.argv[3])['id'])";
    ensure!(python(believes, &[body, &ours, SECRET])? == "evt_1");
    ensure!(python(believes, &[body, &ours, "whsec_another_secret_of_it"]).is_err(), "the judge judges");
    // Its own, believed by us.
    let signs = "import stripe,sys,time\nt=int(time.time())\n\
                 print('t=%d,v1=%s'%(t,stripe.WebhookSignature._compute_signature('%d.%s'%(t,sys.argv[1]),sys.argv[2])))";
    let theirs = python(signs, &[body, SECRET])?;
    let secrets = [SECRET.to_owned()];
    ensure!(signature::verify(&theirs, body.as_bytes(), &secrets, now()).is_ok(), "{theirs}");
    ensure!(signature::verify(&theirs, &body.as_bytes()[1..], &secrets, now()).is_err());
    Ok(())
}
