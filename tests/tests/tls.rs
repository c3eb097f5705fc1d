//! https by the server itself, with certificates as openssl makes them.

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use jukeline_app::{
    api::{MakeOperator, MakeVenue, RoomMessage, StartAsGuest},
    client::Client,
};
use jukeline_tests::{
    certificates::{self, Certificates},
    eventually,
    house::{EMAIL, PASSWORD, setup_token},
    https::Https,
    kafka::Kafka,
    machine::Need,
    needs, ports,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, net::TcpStream};

/// The files of one authority and its certificate, gone with the folder.
async fn made() -> Result<(TempDir, Certificates)> {
    let folder = tempfile::Builder::new().prefix("jukeline-tls-").tempdir()?;
    let certificates = certificates::make(folder.path()).await?;
    Ok((folder, certificates))
}

/// The embedded server with these files.
fn https(certificate: &Path, key: &Path) -> Result<Setup> {
    let port = ports::free()?;
    let setup = Setup::embedded().port(port).set(&["public_url"], format!("https://localhost:{port}"));
    let file = |file: &Path| file.display().to_string();
    Ok(setup.set(&["tls", "certificate"], file(certificate)).set(&["tls", "key"], file(key)))
}

/// Starts it and waits until it is ready in the eyes of this client.
async fn start(setup: Setup, certificates: &Certificates) -> Result<(Server, Https)> {
    let server = setup.launch()?;
    let client = Https::trusting(&certificates.authority, server.port())?;
    eventually("the server to be ready", Duration::from_secs(60), || async {
        let answer = client.get("/readyz").await?;
        ensure!(answer.status == 200 && answer.body.contains("\"certificate\":\"ok\""), "{answer:?}");
        Ok(())
    })
    .await
    .with_context(|| server.log())?;
    Ok((server, client))
}

#[tokio::test]
async fn pages_and_cookies_travel_over_tls() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl);
    let (_folder, files) = made().await?;
    let (mut server, client) = start(https(&files.certificate, &files.key)?, &files).await?;

    let answer = client.get("/api/openapi.json").await?;
    ensure!(answer.status == 200, "{answer:?}");
    ensure!(answer.headers("strict-transport-security").eq(["max-age=31536000"]), "{answer:?}");
    let measures = client.get("/metrics").await?.body;
    let left = measures.lines().find_map(|line| line.strip_prefix("jukeline_tls_certificate_seconds_left "));
    let left: f64 = left.context("the certificate's time left is measured")?.parse()?;
    ensure!((80_000.0..=86_400.0).contains(&left), "of a day are left: {left} s");

    let guest = Client { transport: &client };
    let account = guest.start_as_guest(&StartAsGuest::default()).await?.me.account;
    let cookies = client.cookies();
    ensure!(cookies.contains_key("__Host-session") && !cookies.contains_key("session"), "{:?}", cookies.keys());
    ensure!(guest.me().await?.account == account, "the cookie is good over TLS");

    let plain = reqwest::get(format!("{}/livez", server.url())).await;
    ensure!(plain.is_err(), "plain http on the same port isn't answered: {plain:?}");
    ensure!(server.stop().await?.success(), "{}", server.log());
    Ok(())
}

#[tokio::test]
async fn a_websocket_over_tls_gives_the_room() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl);
    let (_folder, files) = made().await?;
    let (server, client) = start(https(&files.certificate, &files.key)?, &files).await?;
    let operator = Client { transport: &client };
    let token = setup_token(&server).await?;
    let make = MakeOperator { token, name: "Dana".into(), email: EMAIL.into(), password: PASSWORD.into() };
    operator.make_operator(&make).await?;
    operator
        .make_venue(&MakeVenue {
            name: "The Copper Still".into(),
            zone_name: String::new(),
            city: "Berlin".into(),
            room: "copper".into(),
            timezone: "Europe/Berlin".into(),
            position: None,
            radius_m: 75.0,
            hours: Vec::new(),
        })
        .await?;
    let mut socket = client.websocket("/api/rooms/copper/live").await?;
    let first = tokio::time::timeout(Duration::from_secs(10), socket.next()).await?.context("it closed")??;
    let RoomMessage::Snapshot(snapshot) = serde_json::from_str(first.to_text()?)? else {
        anyhow::bail!("no snapshot: {first}");
    };
    ensure!(snapshot.info.venue_name == "The Copper Still", "{snapshot:?}");
    Ok(())
}

#[tokio::test]
async fn the_plain_port_sends_people_to_the_public_address() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl);
    let (_folder, files) = made().await?;
    let plain = format!("127.0.0.1:{}", ports::free()?);
    let setup = https(&files.certificate, &files.key)?.set(&["tls", "redirect_from"], plain.as_str());
    let (server, _) = start(setup, &files).await?;
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    for method in [reqwest::Method::GET, reqwest::Method::POST] {
        let asked = browser.request(method, format!("http://{plain}/r/copper?from=qr"));
        let answer = asked.header("host", "evil.example").send().await?;
        ensure!(answer.status() == 308, "{answer:?}");
        let to = answer.headers().get("location").context("no address")?.to_str()?;
        ensure!(to == format!("https://localhost:{}/r/copper?from=qr", server.port()), "{to}");
    }
    Ok(())
}

#[tokio::test]
async fn silent_clients_hold_nobody_up_and_are_dropped() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl);
    let (_folder, files) = made().await?;
    let (server, client) = start(https(&files.certificate, &files.key)?, &files).await?;
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(TcpStream::connect(("127.0.0.1", server.port())).await?);
    }
    // The client waits for less time than the server gives to each of them.
    ensure!(client.get("/livez").await?.status == 200);
    for mut stream in silent {
        let dropped = tokio::time::timeout(Duration::from_secs(30), stream.read(&mut [0])).await;
        ensure!(!matches!(dropped.context("it is kept for ever")?, Ok(1..)), "the server speaks first");
    }
    eventually("their count", Duration::from_secs(5), || async {
        let measures = client.get("/metrics").await?.body;
        ensure!(measures.contains("jukeline_tls_handshakes_total{outcome=\"too slow\"} 100\n"), "{measures}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_replaced_certificate_is_shown_without_a_restart() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl);
    let ((_old_folder, old), (_new_folder, new)) = (made().await?, made().await?);
    let shown = tempfile::tempdir()?;
    let (certificate, key) = (shown.path().join("certificate.pem"), shown.path().join("key.pem"));
    fs::copy(&old.certificate, &certificate)?;
    fs::copy(&old.key, &key)?;
    let (server, before) = start(https(&certificate, &key)?, &old).await?;
    let after = Https::trusting(&new.authority, server.port())?;
    ensure!(after.connect().await.is_err(), "the new authority signed nothing yet");

    // One file of two: they don't make a pair, so the old certificate stays.
    fs::copy(&new.certificate, &certificate)?;
    eventually("a word about files that don't fit", Duration::from_secs(30), || async {
        ensure!(server.log().contains("the old one stays"), "{}", server.log());
        Ok(())
    })
    .await?;
    ensure!(before.get("/livez").await?.status == 200, "the old certificate is shown on");

    fs::copy(&new.key, &key)?;
    eventually("the new certificate", Duration::from_secs(30), || async {
        ensure!(after.get("/livez").await?.status == 200);
        Ok(())
    })
    .await?;
    ensure!(before.connect().await.is_err(), "the old one is shown no more");
    Ok(())
}

/// Starts with what can't work; gives what it says when it ends.
async fn refusal(setup: Setup) -> Result<String> {
    let mut server = setup.launch()?;
    let status = server.ended().await.with_context(|| server.log())?;
    ensure!(!status.success(), "it is refused");
    Ok(server.log())
}

#[tokio::test]
async fn what_cannot_work_is_refused_in_words() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl);
    let ((_folder, files), (_other_folder, other)) = (made().await?, made().await?);
    let own = || https(&files.certificate, &files.key);
    let wrong = [
        (own()?.set(&["public_url"], "http://localhost:8080"), "an https address, since [tls] is set"),
        (own()?.set(&["public_url"], "https://jukeline.example"), "the certificate is not for jukeline.example"),
        (https(&files.certificate, &other.key)?, "certificate and tls.key don't make a pair"),
        (https(&files.key, &files.key)?, "no certificate in it"),
        (https(&files.certificate, &files.certificate)?, "no private key in tls.key"),
        (https(Path::new("/no/such/file"), &files.key)?, "tls.certificate = \"/no/such/file\": No such file"),
        (
            Setup::embedded().set(&["public_url"], "https://localhost").set(&["tls", "key"], "key.pem"),
            "tls.certificate beside it",
        ),
        (own()?.set(&["tls", "redirect_from"], "80"), "an address and port such as 0.0.0.0:80"),
        (own()?.set(&["tls", "cert"], "x"), "unknown field"),
    ];
    for (setup, words) in wrong {
        let said = refusal(setup).await?;
        ensure!(said.contains(words), "{said} lacks {words}");
    }
    Ok(())
}

#[tokio::test]
async fn a_database_is_spoken_to_over_tls_and_only_if_it_is_the_right_one() -> Result<()> {
    needs!(Need::Server, Need::OpenSsl, Need::Postgres, Need::Kafka);
    let ((_folder, files), (_other_folder, other)) = (made().await?, made().await?);
    let (kafka, postgres) = tokio::try_join!(Kafka::start(), Postgres::start_encrypted(&files))?;
    let url = postgres.create_database("jukeline").await?;
    // This PostgreSQL refuses whoever speaks without TLS: ready means that store, relay and floor do.
    let mut server = Setup::network(&kafka, &url).start().await?;
    ensure!(server.stop().await?.success(), "{}", server.log());

    let path = |files: &Certificates| files.authority.display().to_string();
    let stranger = Setup::network(&kafka, &url.replace(&path(&files), &path(&other))).launch()?;
    eventually("a word about the certificate", Duration::from_secs(30), || async {
        ensure!(stranger.log().contains("certificate"), "{}", stranger.log());
        Ok(())
    })
    .await
}
