//! Receipts: what they say as a page, as PDF and by mail, and that each is mailed once.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{AddressAndPassword, Credential, MyPurchase},
    id::PurchaseId,
};
use jukeline_tests::{
    eventually,
    kafka::Kafka,
    machine::{self, Need},
    mail::{Letter, Mailbox},
    needs, ports,
    postgres::Postgres,
    server::{Server, Setup},
    shop::Shop,
};
use std::{collections::BTreeSet, path::Path, process::Command, time::Duration};
use support::doctor_is_happy;

const SELLER: &str = "Käuzchen & Söhne Gaststättenbetriebsgesellschaft, Łódź – Αθήνα";
const EMAIL: &str = "mara@hidden-place.example";
/// A mail server that came back is tried again within this.
const SOON: Duration = Duration::from_secs(60);

fn selling(setup: Setup) -> Setup {
    setup
        .set(&["payments", "seller"], SELLER)
        .set(&["payments", "vat_percent"], "19")
        .set(&["payments", "vat_name"], "MwSt")
        .set(&["payments", "statement"], "KAUZCHEN* CREDITS")
}

fn mailing(setup: Setup, smtp: String) -> Setup {
    selling(setup).set(&["mail", "smtp"], smtp).set(&["mail", "from"], "Käuzchen <jukeline@bar.example>")
}

async fn sign_up(shop: &Shop) -> Result<()> {
    let who = AddressAndPassword {
        email: EMAIL.into(),
        password: "seven yellow umbrellas".into(),
        credential: Credential::Cookie,
    };
    shop.mara.api.sign_up(&who).await?;
    Ok(())
}

/// What a PDF says, by a tool that has nothing to do with who made it.
async fn text_of(pdf: &Path) -> Result<String> {
    let mut command = Command::new(machine::program("pdftotext")?);
    command.args(["-layout", "-enc", "UTF-8"]).arg(pdf).arg("-");
    Ok(machine::run(command).await?.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Everything that a receipt of the pack `ten` must say.
fn says_all(text: &str, number: i64, claim_code: &str) -> Result<()> {
    let number = number.to_string();
    for words in [
        number.as_str(),
        SELLER,
        "10 jukebox credits + 2 bonus",
        "9.50 EUR",
        "including 19 % MwSt",
        "1.52 EUR",
        "KAUZCHEN* CREDITS",
        "no real money",
        claim_code,
    ] {
        ensure!(text.contains(words), "no {words:?} in {text}");
    }
    Ok(())
}

async fn get(server: &Server, path: &str) -> Result<(u16, String, Vec<u8>)> {
    let answer = reqwest::get(format!("{}{path}", server.url())).await?;
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().map(str::to_owned));
    Ok((answer.status().as_u16(), kind.transpose()?.unwrap_or_default(), answer.bytes().await?.to_vec()))
}

#[tokio::test]
async fn a_receipt_is_a_page_and_a_pdf() -> Result<()> {
    needs!(Need::PdfToText);
    let shop = Shop::with(selling).await?;
    let (begun, _) = shop.begin("ten").await?;
    ensure!(begun.receipt.is_none(), "nothing was paid: {begun:?}");
    let receipt = shop.bought("ten").await?.receipt.context("a receipt")?;
    let (status, kind, page) = get(&shop.server, &receipt.path).await?;
    let page = String::from_utf8(page)?.replace("&amp;", "&");
    ensure!(status == 200 && kind.starts_with("text/html"), "{status} {kind}");
    says_all(&page, receipt.number, &receipt.claim_code)?;
    let at = format!("{}/pdf", receipt.path);
    ensure!(page.contains(&format!("href=\"{at}\"")), "the page leads to the PDF: {page}");
    let (status, kind, document) = get(&shop.server, &at).await?;
    ensure!(status == 200 && kind == "application/pdf", "{status} {kind}");
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &document)?;
    says_all(&text_of(file.path()).await?, receipt.number, &receipt.claim_code)?;
    ensure!(document.len() < 60_000, "the font is cut down to what is used: {} bytes", document.len());
    let stranger = at.replace("/receipts/", "/receipts/A");
    ensure!(get(&shop.server, &stranger).await?.0 == 404, "a token that we didn't make");
    Ok(())
}

async fn letters(mailbox: &Mailbox, expected: usize) -> Result<Vec<Letter>> {
    eventually("the mailed receipts", SOON, || async {
        let letters = mailbox.letters().await?;
        ensure!(letters.len() >= expected, "{} of {expected}", letters.len());
        Ok(letters)
    })
    .await
}

/// Fails unless a mail is the receipt of a purchase, from one of these servers.
async fn is_right(letter: &Letter, bought: &MyPurchase, servers: &[&Server]) -> Result<()> {
    let receipt = bought.receipt.clone().context("a receipt")?;
    ensure!(letter.subject == format!("Receipt {} from {SELLER}", receipt.number), "{letter:?}");
    ensure!(letter.to == EMAIL && letter.from.contains("Käuzchen"), "{letter:?}");
    ensure!(letter.id.contains(&bought.purchase.to_string()), "{letter:?}");
    let links = |server: &&Server| letter.text.contains(&format!("{}{}", server.url(), receipt.path));
    ensure!(servers.iter().any(links), "a link: {letter:?}");
    let words = letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
    says_all(&words, receipt.number, &receipt.claim_code)?;
    ensure!(letter.pdf_name == Some(format!("receipt-{}.pdf", receipt.number)), "{letter:?}");
    says_all(&text_of(letter.pdf.as_deref().context("a PDF")?).await?, receipt.number, &receipt.claim_code)
}

#[tokio::test]
async fn two_servers_mail_each_receipt_once() -> Result<()> {
    needs!(Need::Kafka, Need::Postgres, Need::Mail, Need::PdfToText);
    let (kafka, postgres) = (Kafka::start().await?, Postgres::start().await?);
    let (url, mailbox) = (postgres.create_database("receipts").await?, Mailbox::start().await?);
    let shop = Shop::on(mailing(Setup::network(&kafka, &url), mailbox.smtp())).await?;
    let other = mailing(Setup::network(&kafka, &url), mailbox.smtp()).start().await?;
    // A guest has no address: nobody is mailed.
    let guests = shop.bought("ten").await?.purchase;
    sign_up(&shop).await?;
    let mut bought = Vec::new();
    for _ in 0..5 {
        bought.push(shop.bought("ten").await?);
    }
    let state = "SELECT CAST(COUNT(*) AS BIGINT) FROM receipt_mails WHERE state = 'sent'";
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&url).await?;
    eventually("all to be noted as sent", SOON, || async {
        let sent: i64 = sqlx::query_scalar(state).fetch_one(&pool).await?;
        ensure!(sent == 5, "{sent}");
        Ok(())
    })
    .await?;
    let letters = letters(&mailbox, 5).await?;
    ensure!(letters.len() == 5, "each once: {letters:?}");
    ensure!(letters.iter().map(|letter| &letter.id).collect::<BTreeSet<_>>().len() == 5, "{letters:?}");
    for purchase in &bought {
        let id = purchase.purchase.to_string();
        let letter = letters.iter().find(|letter| letter.id.contains(&id)).context("its mail")?;
        is_right(letter, purchase, &[&shop.server, &other]).await?;
    }
    ensure!(!letters.iter().any(|letter| letter.id.contains(&guests.to_string())));
    for server in [&shop.server, &other] {
        ensure!(!server.log().contains("hidden-place"), "no address in a log");
    }
    for (table, rows) in support::rows_of_postgres(&url).await? {
        ensure!(!rows.contains("hidden-place"), "an address stands in {table}");
    }
    doctor_is_happy(&shop.server)
}

async fn tries(server: &Server, purchase: PurchaseId) -> Result<i64> {
    let rows = support::rows_of_sqlite(server.data()).await?;
    let row = rows["receipt_mails"].iter().find(|row| row.contains(&purchase.to_string())).context("no row yet")?;
    Ok(row.split('|').nth(2).context("its tries")?.parse()?)
}

#[tokio::test]
async fn a_mail_server_that_comes_back_gets_the_receipt() -> Result<()> {
    needs!(Need::Mail, Need::PdfToText);
    let port = ports::free()?;
    let shop = Shop::with(|setup| mailing(setup, format!("smtp://127.0.0.1:{port}"))).await?;
    sign_up(&shop).await?;
    let bought = shop.bought("ten").await?;
    eventually("two tries", SOON, || async {
        let tries = tries(&shop.server, bought.purchase).await?;
        ensure!(tries >= 2, "{tries}");
        Ok(())
    })
    .await?;
    let mailbox = Mailbox::start_at(port).await?;
    let letters = letters(&mailbox, 1).await?;
    ensure!(letters.len() == 1, "{letters:?}");
    is_right(&letters[0], &bought, &[&shop.server]).await?;
    ensure!(shop.server.log().contains("a receipt was not mailed; trying again"), "an outage is told");
    ensure!(!shop.server.log().contains("hidden-place"), "without the address");
    Ok(())
}
