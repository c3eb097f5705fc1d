//! What the wallet shows, read together, and again whenever the server says that something changed.

use crate::shared::{
    clock,
    fetch::api,
    socket::{Happening, Socket},
};
use dioxus::prelude::*;
use futures_util::future::join3;
use jukeline_app::{
    api::{MyPlay, MyPurchase, Wallet, WalletMessage},
    client::ClientError,
};

/// Four missed heartbeats: the link is dead.
const SILENT_MS: u32 = 60_000;

/// Counts what the server told about this wallet.
pub(super) static NEWS: GlobalSignal<u32> = Signal::global(|| 0);

/// Everything on the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Desk {
    pub wallet: Wallet,
    pub purchases: Vec<MyPurchase>,
    /// Requests, which know why credits came back; none where they could not be read.
    pub plays: Vec<MyPlay>,
}

impl Desk {
    /// What somebody has who is nobody yet.
    pub(super) fn empty() -> Desk {
        let wallet = Wallet { available: 0, reserved: 0, expiring: Vec::new(), owed: 0, story: Vec::new() };
        Desk { wallet, purchases: Vec::new(), plays: Vec::new() }
    }
}

/// Reads it all.
pub(super) async fn read() -> Result<Desk, ClientError> {
    let api = api();
    let (wallet, purchases, plays) = join3(api.wallet(), api.purchases(), api.plays(None)).await;
    let plays = plays.map(|answer| answer.plays).unwrap_or_default();
    Ok(Desk { wallet: wallet?, purchases: purchases?.purchases, plays })
}

/// Draws nothing; listens to the wallet as long as it is mounted.
#[component]
pub(super) fn Live() -> Element {
    use_hook(|| {
        Socket::start("/api/wallet/live", SILENT_MS, |happening| match happening {
            Happening::Message(WalletMessage::Balance { .. }) => *NEWS.write() += 1,
            Happening::Message(WalletMessage::Beat { server_now }) => clock::heard(server_now),
            Happening::Opened | Happening::Lost => {}
        })
    });
    VNode::empty()
}
