//! A house that sells credits: server, sandbox, player and a guest.

use crate::{
    eventually,
    house::{House, Phone, Screen},
    music,
    sandbox::{GOOD, Sandbox},
    server::{Server, Setup},
};
use anyhow::{Context, Result, ensure};
use jukeline_app::{
    api::{BuyPack, MyPurchase, ScreenRole},
    id::PurchaseId,
    purchase::PurchaseState,
};
use std::time::Duration;
use uuid::Uuid;

/// What it sells: name, price, credits, bonus.
pub const PACKS: [(&str, &str, i64, i64); 3] =
    [("five", "5.00", 5, 0), ("ten", "9.50", 10, 2), ("twenty", "20.00", 20, 2)];
/// How long anything may take.
pub const SOON: Duration = Duration::from_secs(15);

/// A house that sells credits, with a player and a guest.
pub struct Shop {
    /// Who takes the money.
    pub sandbox: Sandbox,
    /// Who sells.
    pub server: Server,
    /// The venue.
    pub house: House,
    /// Its player.
    pub screen: Screen,
    /// A guest without credits.
    pub mara: Phone,
}

impl Shop {
    /// The embedded server.
    ///
    /// # Errors
    /// It doesn't start.
    pub async fn open() -> Result<Shop> {
        Shop::with(|setup| setup).await
    }

    /// The embedded server with a setup that is changed.
    ///
    /// # Errors
    /// It doesn't start.
    pub async fn with(change: impl FnOnce(Setup) -> Setup) -> Result<Shop> {
        Shop::on(change(Setup::embedded())).await
    }

    /// A server of this setup.
    ///
    /// # Errors
    /// It doesn't start.
    pub async fn on(setup: Setup) -> Result<Shop> {
        let sandbox = Sandbox::start().await?;
        let setup = sandbox.selling(setup, "EUR", &PACKS);
        let server = setup.set(&["payments", "ask_seconds"], 1).start().await?;
        let house = House::set_up(&server, &music::folder()?).await?;
        house.rules(|rules| rules.price = 2).await?;
        let mut screen = house.pair(&server, ScreenRole::Player).await?;
        screen.claim(None).await?;
        let mara = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
        Ok(Shop { sandbox, server, house, screen, mara })
    }

    /// Presses Buy; gives the purchase and the address of the card page.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn begin(&self, pack: &str) -> Result<(MyPurchase, String)> {
        let purchase = PurchaseId(Uuid::now_v7());
        let buy = BuyPack { purchase, pack: pack.into(), room: Some(self.house.room.clone()) };
        let begun = self.mara.api.buy(&buy).await?;
        let page = begun.checkout_url.clone().context("a card page")?;
        Ok((begun, page))
    }

    /// Buys with a good card and waits for the credits.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn bought(&self, pack: &str) -> Result<MyPurchase> {
        let (begun, page) = self.begin(pack).await?;
        self.sandbox.type_card(&page, GOOD).await?;
        self.credited(begun.purchase).await
    }

    /// Waits for the credits of a purchase.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn credited(&self, purchase: PurchaseId) -> Result<MyPurchase> {
        eventually("the credits", SOON, || async {
            let seen = self.mara.api.purchase(purchase).await?;
            ensure!(seen.state == PurchaseState::Credited, "{seen:?}");
            Ok(seen)
        })
        .await
    }

    /// What the guest can spend.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn credits(&self) -> Result<i64> {
        Ok(self.mara.api.me().await?.credits)
    }

    /// Waits until the guest can spend so many.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn credits_are(&self, expected: i64) -> Result<()> {
        eventually("the balance", SOON, || async {
            let credits = self.credits().await?;
            ensure!(credits == expected, "{credits} instead of {expected}");
            Ok(())
        })
        .await
    }

    /// Asks for the song number `n` and lets it play to its end.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn hear(&mut self, n: usize) -> Result<()> {
        let song = self.house.songs().await?[n];
        self.mara.queue(song).await?;
        self.screen.play_one().await?;
        Ok(())
    }

    /// Sends a webhook as it is.
    ///
    /// # Errors
    /// It is refused, or doesn't happen in time.
    pub async fn webhook(&self, signature: &str, body: &str) -> Result<u16> {
        let http = self.mara.api.transport.bare();
        let sent = http
            .post(format!("{}/api/payments/webhook", self.server.url()))
            .header("stripe-signature", signature)
            .header("content-type", "application/json")
            .body(body.to_owned());
        Ok(sent.send().await?.status().as_u16())
    }
}

/// This machine's clock.
#[must_use]
pub fn now() -> jukeline_app::time::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    jukeline_app::time::Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
