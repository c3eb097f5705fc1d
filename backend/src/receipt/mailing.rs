//! Mails receipts, a step of its own beside the sale: each at least once and, as its `Message-ID` stays, for the reader
//! once. The address is read as the mail is sent, and is never logged.

use super::{Line, Receipt, pdf};
use crate::{
    context::Context,
    http::purchases::tokens,
    mail::{self, Letter, MailError, Pdf},
    store::{
        StoreError, accounts, purchases,
        receipt_mails::{self, End, Waiting},
    },
};
use jukeline_app::{
    id::PurchaseId,
    time::{MINUTE, SECOND},
};
use std::{fmt::Write, time::Duration};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);
/// Whoever took a mail up has it for so long: longer than handing it over may take.
const HELD_MS: i64 = MINUTE;
/// After the first try that failed it waits so long, then twice as long each time, ...
const FIRST_WAIT_MS: i64 = 5 * SECOND;
/// ... and never longer than this.
const LONGEST_WAIT_MS: i64 = 60 * MINUTE;
/// A mail that could not be sent for so long is given up.
const GIVEN_UP_MS: i64 = 3 * 24 * 60 * MINUTE;

/// Runs until the server stops; at once over where no mail is set up.
pub async fn run(context: Context) {
    if context.config.mail.smtp.is_none() {
        return;
    }
    loop {
        tokio::select! {
            () = context.stopped() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = mail_all(&context).await {
            tracing::warn!(%error, "receipts could not be mailed; trying again");
        }
    }
}

/// Mails what is due; ends early when the server drains.
async fn mail_all(context: &Context) -> Result<(), StoreError> {
    while !*context.stopping.borrow() {
        let now = context.store.now().await?;
        let Some(waiting) = receipt_mails::take(&context.store, now, now.plus(HELD_MS)).await? else { break };
        mail_one(context, waiting).await?;
    }
    Ok(())
}

async fn mail_one(context: &Context, waiting: Waiting) -> Result<(), StoreError> {
    let (store, purchase) = (&context.store, waiting.purchase);
    let error = match send(context, purchase).await? {
        Ok(end) => return receipt_mails::end(store, purchase, end).await,
        Err(error) => error,
    };
    let now = store.now().await?;
    let heals = matches!(error, MailError::Server | MailError::NotSetUp);
    if !heals || now >= waiting.since.plus(GIVEN_UP_MS) {
        tracing::error!(%purchase, %error, tries = waiting.tries, "a receipt was not mailed; it is given up");
        return receipt_mails::end(store, purchase, End::GivenUp).await;
    }
    tracing::warn!(%purchase, %error, tries = waiting.tries, "a receipt was not mailed; trying again");
    receipt_mails::put_off(store, purchase, now.plus(wait_ms(waiting.tries))).await
}

/// How long to wait after so many tries.
fn wait_ms(tries: i64) -> i64 {
    let doublings = tries.saturating_sub(1).clamp(0, 20);
    (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)
}

async fn send(context: &Context, id: PurchaseId) -> Result<Result<End, MailError>, StoreError> {
    let Some(purchase) = purchases::find(&context.store, id).await? else { return Ok(Ok(End::Nobody)) };
    let profile = accounts::profile(&context.store, purchase.account).await?;
    let Some(address) = profile.and_then(|profile| profile.email) else { return Ok(Ok(End::Nobody)) };
    let config = &context.config;
    let Some(receipt) = Receipt::of(&config.payments, &context.secrets, &purchase) else { return Ok(Ok(End::Nobody)) };
    let bytes = match pdf::document(&receipt) {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, "a receipt could not be written as PDF");
            return Ok(Err(MailError::Text));
        }
    };
    let link = config.address(&format!("/receipts/{}", tokens::token(&context.secrets, id)));
    let letter = Letter {
        to: &address,
        subject: &format!("Receipt {} from {}", receipt.number, receipt.seller),
        text: text(&receipt, &link),
        id: Some(format!("<receipt-{}.{id}@{}>", receipt.number, config.public_url.host_str().unwrap_or("jukeline"))),
        pdf: Some(Pdf { name: format!("receipt-{}.pdf", receipt.number), bytes }),
    };
    Ok(mail::post(config, letter).await.map(|()| End::Sent))
}

fn text(receipt: &Receipt, link: &str) -> String {
    let mut text = format!("Hello,\n\nthank you. This is your receipt {}", receipt.number);
    let _ = write!(text, " from {}, {}.\n\n", receipt.seller, receipt.day);
    for Line { label, amount, .. } in &receipt.lines {
        let _ = writeln!(text, "{label}: {amount}");
    }
    for words in [receipt.sandbox.then_some(super::SANDBOX), receipt.statement.as_deref()].into_iter().flatten() {
        let _ = write!(text, "\n{words}\n");
    }
    let _ = write!(
        text,
        "\nIt is attached as PDF, and here to print:\n{link}\n\n{}\n{}\n{}\n",
        super::CLAIM,
        receipt.claim_code,
        super::KEEP
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_longer_each_time_up_to_an_hour() {
        let waits: Vec<i64> = [1, 2, 3, 10, 11, 500, i64::MAX].map(wait_ms).map(|ms| ms / SECOND).to_vec();
        assert_eq!(waits, [5, 10, 20, 2560, 3600, 3600, 3600]);
    }

    #[test]
    fn nobody_else_takes_up_what_is_being_handed_over() {
        assert!(u128::try_from(HELD_MS).is_ok_and(|held| held > 2 * mail::WITHIN.as_millis()));
    }
}
