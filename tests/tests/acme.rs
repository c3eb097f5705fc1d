//! Ordered certificates: two processes of a network, one authority.

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    eventually,
    https::Https,
    kafka::Kafka,
    machine::Need,
    needs,
    pebble::Pebble,
    ports,
    postgres::Postgres,
    server::{Server, Setup},
};
use std::time::Duration;

/// The certificate that is shown, once the server is ready with one that this client trusts.
async fn shown(server: &Server, client: &Https) -> Result<Vec<u8>> {
    eventually("the ordered certificate", Duration::from_secs(90), || async {
        let answer = client.get("/readyz").await?;
        ensure!(answer.status == 200 && answer.body.contains("\"certificate\":\"ok\""), "{answer:?}");
        let stream = client.connect().await?;
        let chain = stream.get_ref().1.peer_certificates().context("no certificate")?;
        Ok(chain.first().context("an empty chain")?.to_vec())
    })
    .await
    .with_context(|| server.log())
}

#[tokio::test]
async fn two_processes_order_one_certificate() -> Result<()> {
    needs!(Need::Server, Need::Kafka, Need::Postgres, Need::Pebble, Need::OpenSsl);
    let (kafka, postgres) = (Kafka::start().await?, Postgres::start().await?);
    let store = postgres.create_database("acme").await?;
    let (proven, beside) = (ports::free()?, ports::free()?);
    let authority = Pebble::start(proven).await?;
    let setup = Setup::network(&kafka, &store)
        .set(&["public_url"], format!("https://localhost:{proven}"))
        .set(&["tls", "acme", "directory"], authority.directory())
        .set(&["tls", "acme", "directory_ca"], authority.directory_ca())
        .set(&["tls", "acme", "contact"], "dana@bar.example");
    let one = setup.clone().port(proven).launch()?;
    let other = setup.clone().port(beside).launch()?;
    let at = |port| Https::trusting(&authority.root(), port);
    let (at_one, at_other) = (at(proven)?, at(beside)?);
    let certificate = shown(&one, &at_one).await.with_context(|| authority.log())?;
    ensure!(shown(&other, &at_other).await? == certificate, "both show the same");

    let orders = |server: &Server| server.log().matches("ordering a certificate").count();
    ensure!(orders(&one) + orders(&other) == 1, "one order:\n{}\n{}", one.log(), other.log());
    let measures = at_one.get("/metrics").await?.body;
    ensure!(measures.contains("jukeline_tls_handshakes_total{outcome=\"proof\"}"), "the authority looked: {measures}");

    // A restart shows what the store has, without the authority.
    let directory_ca = tempfile::NamedTempFile::new()?;
    std::fs::copy(authority.directory_ca(), &directory_ca)?;
    drop((authority, one));
    let ca = directory_ca.path().display().to_string();
    let again = setup.set(&["tls", "acme", "directory_ca"], ca).port(proven).launch()?;
    ensure!(shown(&again, &at_one).await? == certificate, "the kept certificate");
    ensure!(orders(&again) == 0, "{}", again.log());
    Ok(())
}
