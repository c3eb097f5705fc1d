//! The harness itself: what it starts is real, and what it kills comes back with its data.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jukeline_tests::{
    browser::{Browser, Look},
    eventually,
    kafka::{Kafka, SecureCluster},
    machine::Need,
    mail::Mailbox,
    needs, ports,
    postgres::Postgres,
};
use rdkafka::{
    ClientConfig, Message,
    consumer::{Consumer, StreamConsumer},
    producer::{FutureProducer, FutureRecord},
};
use sqlx::{Connection, Row};

/// Sends one record and waits until all replicas have it.
async fn produce(client: &ClientConfig, topic: &str, value: &str) -> Result<()> {
    let producer: FutureProducer = client.clone().set("acks", "all").create()?;
    let record = FutureRecord::to(topic).key("copper").payload(value);
    producer.send(record, Duration::from_secs(10)).await.map_err(|(error, _)| error)?;
    Ok(())
}

/// Reads the topic's first record.
async fn first_record(client: &ClientConfig, topic: &str) -> Result<String> {
    let group = uuid::Uuid::now_v7().to_string();
    let consumer: StreamConsumer =
        client.clone().set("group.id", format!("tests-{group}")).set("auto.offset.reset", "earliest").create()?;
    consumer.subscribe(&[topic])?;
    let record = tokio::time::timeout(Duration::from_secs(30), consumer.recv()).await??;
    Ok(String::from_utf8_lossy(record.payload().context("no payload")?).into_owned())
}

#[tokio::test]
async fn kafka_keeps_a_record_through_a_kill() -> Result<()> {
    needs!(Need::Kafka);
    let mut kafka = Kafka::start().await?;
    kafka.create_topic("plays", 3).await?;
    produce(&kafka.client(), "plays", "before").await?;
    assert_eq!(first_record(&kafka.client(), "plays").await?, "before");
    kafka.kill9();
    kafka.restart().await?;
    assert_eq!(first_record(&kafka.client(), "plays").await?, "before");
    Ok(())
}

#[tokio::test]
async fn kafka_starts_on_another_port_where_one_is_taken() -> Result<()> {
    needs!(Need::Kafka);
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    let port = taken.local_addr()?.port();
    let free = ports::free()?;
    let mut choices = vec![free, port];
    let kafka = Kafka::start_on(|| choices.pop().context("a third try")).await?;
    ensure!(kafka.port() == free, "{}", kafka.port());
    Ok(())
}

#[tokio::test]
async fn a_secure_cluster_lets_a_user_do_what_it_may_and_no_more() -> Result<()> {
    needs!(Need::Kafka);
    let cluster = SecureCluster::start().await?;
    cluster.create_topic("jukeline.plays", 1).await?;
    cluster.create_topic("partner.concerts", 1).await?;
    cluster.create_user("floor", "floor-password").await?;
    cluster.allow("floor", &["Read", "Write", "Describe"], "topic", "jukeline.").await?;
    cluster.allow("floor", &["Read"], "group", "tests-").await?;
    let floor = cluster.client("floor", "floor-password");
    // A rule reaches the brokers a moment after the tool is done.
    eventually("the rule", Duration::from_secs(20), || produce(&floor, "jukeline.plays", "allowed")).await?;
    assert_eq!(first_record(&floor, "jukeline.plays").await?, "allowed");
    let mut impatient = floor.clone();
    impatient.set("message.timeout.ms", "5000");
    assert!(produce(&impatient, "partner.concerts", "forbidden").await.is_err());
    let mut stranger = cluster.client("floor", "wrong");
    stranger.set("message.timeout.ms", "5000");
    assert!(produce(&stranger, "jukeline.plays", "forbidden").await.is_err());
    Ok(())
}

#[tokio::test]
async fn postgres_keeps_a_row_through_a_kill() -> Result<()> {
    needs!(Need::Postgres);
    sqlx::any::install_default_drivers();
    let mut postgres = Postgres::start().await?;
    let url = postgres.create_database("jukeline").await?;
    let mut connection = sqlx::AnyConnection::connect(&url).await?;
    assert_eq!(sqlx::query("SELECT 1").fetch_one(&mut connection).await?.try_get::<i32, _>(0)?, 1);
    sqlx::query("CREATE TABLE plays (id INT)").execute(&mut connection).await?;
    sqlx::query("INSERT INTO plays VALUES (7)").execute(&mut connection).await?;
    postgres.kill9();
    assert!(sqlx::query("SELECT 1").fetch_one(&mut connection).await.is_err());
    postgres.restart().await?;
    let mut connection = sqlx::AnyConnection::connect(&url).await?;
    assert_eq!(sqlx::query("SELECT id FROM plays").fetch_one(&mut connection).await?.try_get::<i32, _>(0)?, 7);
    postgres.stop().await?;
    Ok(())
}

/// A page with a title, a button and nothing else.
const PAGE: &str = "data:text/html,<title>Copper</title><meta name=viewport content='width=device-width'>\
                    <button onclick='document.title=\"pressed\"'>Play</button>";

async fn show_a_page(browser: &Browser) -> Result<()> {
    browser.goto(PAGE).await?;
    assert_eq!(browser.title().await?, "Copper");
    browser.click("button").await?;
    assert_eq!(browser.title().await?, "pressed");
    let folder = tempfile::tempdir()?;
    let picture = folder.path().join("page.png");
    browser.screenshot(&picture).await?;
    ensure!(std::fs::read(picture)?.starts_with(b"\x89PNG"), "no picture");
    Ok(())
}

#[tokio::test]
async fn chromium_shows_a_page_as_a_phone_does() -> Result<()> {
    needs!(Need::Chromium);
    let browser = Browser::chromium(&Look::phone()).await?;
    show_a_page(&browser).await?;
    assert_eq!(browser.eval("return [innerWidth, innerHeight]").await?, serde_json::json!([390, 844]));
    browser.close().await
}

/// Answers every request on a loopback port with an empty page: only a real origin may ask for a position.
fn serve_an_empty_page() -> Result<String> {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let origin = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            if stream.read(&mut request).is_ok() {
                let _ = stream.write_all(answer.as_bytes());
            }
        }
    });
    Ok(origin)
}

#[tokio::test]
async fn chromium_is_where_the_test_says_and_tells_what_the_page_logs() -> Result<()> {
    needs!(Need::Chromium);
    let ask = "navigator.geolocation.getCurrentPosition(p => done([p.coords.latitude, p.coords.accuracy]), \
               e => done(e.code), { timeout: 10000 });";
    let browser = Browser::chromium(&Look::screen()).await?;
    let origin = serve_an_empty_page()?;
    browser.goto(&origin).await?;
    browser.set_position(&origin, 48.25, 11.5, 12.0).await?;
    assert_eq!(browser.eval_async(ask).await?, serde_json::json!([48.25, 12]));
    browser.refuse_position(&origin).await?;
    assert_eq!(browser.eval_async(ask).await?, serde_json::json!(1));
    browser.eval("console.error('a scratch on the record')").await?;
    assert!(browser.console().await?.iter().any(|line| line.contains("a scratch on the record")));
    browser.set_offline(true).await?;
    let fetch = "fetch('/').then(() => done('answered'), () => done('cut off'));";
    assert_eq!(browser.eval_async(fetch).await?, "cut off");
    browser.set_offline(false).await?;
    assert_eq!(browser.eval_async(fetch).await?, "answered");
    browser.close().await
}

#[tokio::test]
async fn webkit_shows_a_page() -> Result<()> {
    needs!(Need::WebKit);
    let browser = Browser::webkit(&Look::desktop()).await?;
    show_a_page(&browser).await?;
    browser.close().await
}

#[tokio::test]
async fn a_mailbox_keeps_a_message() -> Result<()> {
    needs!(Need::Mail);
    let mailbox = Mailbox::start().await?;
    let address = mailbox.smtp().replace("smtp://", "");
    let conversation = "HELO tests\r\nMAIL FROM:<jukebox@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n\
                        Subject: Hello\r\n\r\nYour link.\r\n.\r\nQUIT\r\n";
    tokio::task::spawn_blocking(move || -> Result<()> {
        use std::io::{BufRead, Write};
        let mut stream = std::net::TcpStream::connect(address)?;
        let mut answers = std::io::BufReader::new(stream.try_clone()?).lines();
        answers.next().context("no greeting")??;
        stream.write_all(conversation.as_bytes())?;
        let last = answers.map_while(std::io::Result::ok).last();
        ensure!(last.context("no answer")?.starts_with("221"), "no goodbye");
        Ok(())
    })
    .await??;
    assert!(mailbox.message_to("ada@example.org").await?.contains("Subject: Hello"));
    Ok(())
}
