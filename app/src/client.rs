//! The one API client, generic over how bytes travel: a page's own fetch, reqwest in the shell and in tests.

mod past;
mod suggestions;

pub use past::past_live;

use crate::{
    account::Role,
    api::*,
    id::{AccountId, InvitationId, JukeboxId, PlayId, PurchaseId, SongId, VenueId},
    play::SkipReason,
    purchase::PaidCredits,
    rules::HouseRules,
};
use serde::{Serialize, de::DeserializeOwned};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Make or do.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// Remove.
    Delete,
}

/// A request before it travels.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
}

/// An answer as it arrived.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// How bytes travel. Credentials are the transport's business: cookies in a page, a bearer token elsewhere.
pub trait Transport {
    /// Sends a request; the error says in words why no answer came.
    fn send(&self, request: Outgoing) -> impl Future<Output = Result<Incoming, String>>;

    /// Reads an answer's JSON; the error says in words why that can't be.
    fn read<A: DeserializeOwned>(body: &str) -> Result<A, String> {
        serde_json::from_str(body).map_err(|e| e.to_string())
    }
}

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The server refused, with a code.
    #[error("{0}")]
    Problem(Problem),
    /// No answer came.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// An answer that can't be read.
    #[error("unreadable answer: {0}")]
    Garbled(String),
}

impl ClientError {
    /// The problem's code, if the server refused.
    pub fn code(&self) -> Option<Code> {
        match self {
            ClientError::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }
}

/// What a request for a song came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// 201: it is in the queue.
    Queued(Box<MyPlay>),
    /// 202: not decided yet; the websocket and [`Client::play`] tell.
    Pending,
}

/// The client.
#[derive(Clone, Debug)]
pub struct Client<T> {
    /// How bytes travel.
    pub transport: T,
}

impl<T: Transport> Client<T> {
    async fn call(&self, method: Method, path: String, body: Option<String>) -> Result<Incoming, ClientError> {
        let answer = self.transport.send(Outgoing { method, path, body }).await.map_err(ClientError::Unreachable)?;
        if answer.status < 400 {
            return Ok(answer);
        }
        match T::read(&answer.body) {
            Ok(problem) => Err(ClientError::Problem(problem)),
            Err(_) => Err(ClientError::Garbled(format!("status {}", answer.status))),
        }
    }

    async fn read<A: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: Option<String>,
    ) -> Result<A, ClientError> {
        let answer = self.call(method, path, body).await?;
        T::read(&answer.body).map_err(ClientError::Garbled)
    }

    fn get<A: DeserializeOwned>(&self, path: String) -> impl Future<Output = Result<A, ClientError>> {
        self.read(Method::Get, path, None)
    }

    async fn post<A: DeserializeOwned>(&self, path: String, body: &impl Serialize) -> Result<A, ClientError> {
        self.read(Method::Post, path, Some(json(body)?)).await
    }

    async fn tell(&self, method: Method, path: String, body: Option<String>) -> Result<(), ClientError> {
        self.call(method, path, body).await.map(|_| ())
    }

    /// `GET /api/rooms/{room}`
    pub async fn room(&self, room: &str) -> Result<RoomSnapshot, ClientError> {
        self.get(format!("/api/rooms/{}", escape(room))).await
    }

    /// `POST /api/venues/nearby`
    pub async fn nearby(&self, query: &NearbyQuery) -> Result<Vec<NearbyRoom>, ClientError> {
        self.post("/api/venues/nearby".into(), query).await
    }

    /// `POST /api/rooms/{room}/presence`
    pub async fn show_presence(&self, room: &str, presence: &ShowPresence) -> Result<Pass, ClientError> {
        self.post(format!("/api/rooms/{}/presence", escape(room)), presence).await
    }

    /// `GET /api/rooms/{room}/browse`
    pub async fn browse(&self, room: &str) -> Result<Browse, ClientError> {
        self.get(format!("/api/rooms/{}/browse", escape(room))).await
    }

    /// `GET /api/rooms/{room}/songs`
    pub async fn songs(&self, room: &str, query: &SongQuery) -> Result<SongPage, ClientError> {
        self.get(format!("/api/rooms/{}/songs?{}", escape(room), song_query(query))).await
    }

    /// `GET /api/rooms/{room}/songs/{song}/quote`
    pub async fn quote(&self, room: &str, song: SongId) -> Result<Quote, ClientError> {
        self.get(format!("/api/rooms/{}/songs/{song}/quote", escape(room))).await
    }

    /// `POST /api/rooms/{room}/plays`
    pub async fn ask_for(&self, room: &str, ask: &AskForSong) -> Result<Asked, ClientError> {
        let answer = self.call(Method::Post, format!("/api/rooms/{}/plays", escape(room)), Some(json(ask)?)).await?;
        if answer.status == 202 {
            return Ok(Asked::Pending);
        }
        T::read(&answer.body).map(Asked::Queued).map_err(ClientError::Garbled)
    }

    /// `GET /api/plays`
    pub async fn plays(&self, before: Option<PlayId>) -> Result<MyPlays, ClientError> {
        let query = before.map(|play| format!("?before={play}")).unwrap_or_default();
        self.get(format!("/api/plays{query}")).await
    }

    /// `GET /api/plays/{play}`
    pub async fn play(&self, play: PlayId) -> Result<MyPlay, ClientError> {
        self.get(format!("/api/plays/{play}")).await
    }

    /// `DELETE /api/plays/{play}`: take it back. The answer shows the play as it is then.
    pub async fn take_back(&self, play: PlayId) -> Result<MyPlay, ClientError> {
        self.read(Method::Delete, format!("/api/plays/{play}"), None).await
    }

    /// `GET /api/me`
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.get("/api/me".into()).await
    }

    /// `PATCH /api/me`
    pub async fn change_me(&self, change: &ChangeMe) -> Result<Me, ClientError> {
        self.read(Method::Patch, "/api/me".into(), Some(json(change)?)).await
    }

    /// `DELETE /api/me`: delete the account. `paid` says what is to become of credits that were paid for.
    pub async fn delete_me(&self, paid: Option<PaidCredits>) -> Result<(), ClientError> {
        let query = paid.map(|paid| format!("?paid_credits={}", paid.word())).unwrap_or_default();
        self.tell(Method::Delete, format!("/api/me{query}"), None).await
    }

    /// `POST /api/guests`
    pub async fn start_as_guest(&self, start: &StartAsGuest) -> Result<SessionStarted, ClientError> {
        self.post("/api/guests".into(), start).await
    }

    /// `POST /api/accounts`: keep what the guest has under an address and a password.
    pub async fn sign_up(&self, who: &AddressAndPassword) -> Result<SessionStarted, ClientError> {
        self.post("/api/accounts".into(), who).await
    }

    /// `POST /api/sessions`: sign in; a guest's credits and history come along.
    pub async fn sign_in(&self, who: &AddressAndPassword) -> Result<SessionStarted, ClientError> {
        self.post("/api/sessions".into(), who).await
    }

    /// `DELETE /api/sessions/current`: sign out here.
    pub async fn sign_out(&self) -> Result<(), ClientError> {
        self.tell(Method::Delete, "/api/sessions/current".into(), None).await
    }

    /// `DELETE /api/sessions`: sign out everywhere.
    pub async fn sign_out_everywhere(&self) -> Result<(), ClientError> {
        self.tell(Method::Delete, "/api/sessions".into(), None).await
    }

    /// `POST /api/passwords/forgotten`
    pub async fn forgot_password(&self, who: &ForgotPassword) -> Result<(), ClientError> {
        self.tell(Method::Post, "/api/passwords/forgotten".into(), Some(json(who)?)).await
    }

    /// `POST /api/passwords`
    pub async fn reset_password(&self, reset: &ResetPassword) -> Result<(), ClientError> {
        self.tell(Method::Post, "/api/passwords".into(), Some(json(reset)?)).await
    }

    /// `GET /api/packs`
    pub async fn packs(&self) -> Result<Packs, ClientError> {
        self.get("/api/packs".into()).await
    }

    /// `POST /api/purchases`
    pub async fn buy(&self, buy: &BuyPack) -> Result<MyPurchase, ClientError> {
        self.post("/api/purchases".into(), buy).await
    }

    /// `GET /api/purchases`: one's own.
    pub async fn purchases(&self) -> Result<MyPurchases, ClientError> {
        self.get("/api/purchases".into()).await
    }

    /// `GET /api/purchases/{purchase}`
    pub async fn purchase(&self, purchase: PurchaseId) -> Result<MyPurchase, ClientError> {
        self.get(format!("/api/purchases/{purchase}")).await
    }

    /// `GET /api/purchases/by-token/{token}`
    pub async fn purchase_by_token(&self, token: &str) -> Result<MyPurchase, ClientError> {
        self.get(format!("/api/purchases/by-token/{token}")).await
    }

    /// `POST /api/vouchers/redeem`: takes a voucher's or a promotion's credits.
    pub async fn redeem(&self, code: &str) -> Result<CodeRedeemed, ClientError> {
        self.post("/api/vouchers/redeem".into(), &TypedCode { code: code.into() }).await
    }

    /// `POST /api/claims`: brings back what was bought, by the code on the receipt.
    pub async fn claim(&self, code: &str) -> Result<CodeRedeemed, ClientError> {
        self.post("/api/claims".into(), &TypedCode { code: code.into() }).await
    }

    /// `POST /api/plays/{play}/not-heard`: "I didn't hear it".
    pub async fn not_heard(&self, play: PlayId) -> Result<Goodwill, ClientError> {
        self.read(Method::Post, format!("/api/plays/{play}/not-heard"), None).await
    }

    /// `GET /api/wallet`
    pub async fn wallet(&self) -> Result<Wallet, ClientError> {
        self.get("/api/wallet".into()).await
    }

    /// `POST /api/tickets`
    pub async fn ticket(&self, ask: &AskForTicket) -> Result<Ticket, ClientError> {
        self.post("/api/tickets".into(), ask).await
    }

    /// `POST /api/screens`: pair this screen.
    pub async fn pair_screen(&self, pair: &PairScreen) -> Result<ScreenPaired, ClientError> {
        self.post("/api/screens".into(), pair).await
    }

    /// `GET /api/screens/me`
    pub async fn screen(&self) -> Result<ScreenInfo, ClientError> {
        self.get("/api/screens/me".into()).await
    }

    /// `POST /api/jukeboxes/{jukebox}/pairing-codes`, by staff.
    pub async fn pairing_code(&self, jukebox: JukeboxId, role: ScreenRole) -> Result<PairingCode, ClientError> {
        self.post(format!("/api/jukeboxes/{jukebox}/pairing-codes"), &serde_json::json!({ "role": role })).await
    }

    /// `POST /api/jukeboxes/{jukebox}/skip`, by staff: names the play it means.
    pub async fn skip(&self, jukebox: JukeboxId, play: PlayId, reason: SkipReason) -> Result<(), ClientError> {
        let body = json(&serde_json::json!({ "play": play, "reason": reason }))?;
        self.tell(Method::Post, format!("/api/jukeboxes/{jukebox}/skip"), Some(body)).await
    }

    /// `PUT /api/jukeboxes/{jukebox}/paused`, by staff.
    pub async fn set_paused(&self, jukebox: JukeboxId, paused: bool) -> Result<(), ClientError> {
        let body = json(&serde_json::json!({ "paused": paused }))?;
        self.tell(Method::Put, format!("/api/jukeboxes/{jukebox}/paused"), Some(body)).await
    }

    /// `PUT /api/jukeboxes/{jukebox}/stop-after`, by staff: pause once this song is over.
    pub async fn stop_after(&self, jukebox: JukeboxId, play: PlayId) -> Result<(), ClientError> {
        let body = json(&serde_json::json!({ "play": play }))?;
        self.tell(Method::Put, format!("/api/jukeboxes/{jukebox}/stop-after"), Some(body)).await
    }

    /// `PUT /api/jukeboxes/{jukebox}/sound-off`, by staff: the house has its sound off, or on again.
    pub async fn set_sound_off(&self, jukebox: JukeboxId, off: bool) -> Result<(), ClientError> {
        let body = json(&serde_json::json!({ "off": off }))?;
        self.tell(Method::Put, format!("/api/jukeboxes/{jukebox}/sound-off"), Some(body)).await
    }

    /// `GET /api/jukeboxes/{jukebox}/floor`, by staff.
    pub async fn staff_floor(&self, jukebox: JukeboxId) -> Result<StaffFloor, ClientError> {
        self.get(format!("/api/jukeboxes/{jukebox}/floor")).await
    }

    /// `GET /api/staff/jukeboxes`: where one is staff.
    pub async fn staff_jukeboxes(&self) -> Result<Vec<StaffJukebox>, ClientError> {
        self.get("/api/staff/jukeboxes".into()).await
    }

    /// `PUT /api/jukeboxes/{jukebox}/volume`, by staff: 0 to 100.
    pub async fn set_volume(&self, jukebox: JukeboxId, volume: u8) -> Result<(), ClientError> {
        let body = json(&serde_json::json!({ "volume": volume }))?;
        self.tell(Method::Put, format!("/api/jukeboxes/{jukebox}/volume"), Some(body)).await
    }

    /// `GET /api/jukeboxes/{jukebox}/rules`, by staff.
    pub async fn rules(&self, jukebox: JukeboxId) -> Result<HouseRules, ClientError> {
        self.get(format!("/api/jukeboxes/{jukebox}/rules")).await
    }

    /// `PUT /api/jukeboxes/{jukebox}/rules`, by staff: `rules.version` must be the one they read.
    pub async fn set_rules(&self, jukebox: JukeboxId, rules: &HouseRules) -> Result<HouseRules, ClientError> {
        self.read(Method::Put, format!("/api/jukeboxes/{jukebox}/rules"), Some(json(rules)?)).await
    }

    /// `GET /api/venues/{venue}/staff`, by its managers.
    pub async fn staff(&self, venue: VenueId) -> Result<Staff, ClientError> {
        self.get(format!("/api/venues/{venue}/staff")).await
    }

    /// `PUT /api/venues/{venue}/staff/{account}`, by its managers.
    pub async fn change_role(&self, venue: VenueId, account: AccountId, role: Role) -> Result<(), ClientError> {
        let body = json(&ChangeRole { role })?;
        self.tell(Method::Put, format!("/api/venues/{venue}/staff/{account}"), Some(body)).await
    }

    /// `DELETE /api/venues/{venue}/staff/{account}`, by its managers: their rights end at once.
    pub async fn dismiss(&self, venue: VenueId, account: AccountId) -> Result<(), ClientError> {
        self.tell(Method::Delete, format!("/api/venues/{venue}/staff/{account}"), None).await
    }

    /// `POST /api/venues/{venue}/invitations`, by its managers.
    pub async fn invite(&self, venue: VenueId, invite: &Invite) -> Result<Invited, ClientError> {
        self.post(format!("/api/venues/{venue}/invitations"), invite).await
    }

    /// `DELETE /api/venues/{venue}/invitations/{invitation}`, by its managers.
    pub async fn revoke_invitation(&self, venue: VenueId, invitation: InvitationId) -> Result<(), ClientError> {
        self.tell(Method::Delete, format!("/api/venues/{venue}/invitations/{invitation}"), None).await
    }

    /// `GET /api/operators`, by operators.
    pub async fn operators(&self) -> Result<Staff, ClientError> {
        self.get("/api/operators".into()).await
    }

    /// `DELETE /api/operators/{account}`, by operators: their rights end at once.
    pub async fn dismiss_operator(&self, account: AccountId) -> Result<(), ClientError> {
        self.tell(Method::Delete, format!("/api/operators/{account}"), None).await
    }

    /// `POST /api/operators/invitations`, by operators.
    pub async fn invite_operator(&self, invite: &Invite) -> Result<Invited, ClientError> {
        self.post("/api/operators/invitations".into(), invite).await
    }

    /// `DELETE /api/operators/invitations/{invitation}`, by operators.
    pub async fn revoke_operator_invitation(&self, invitation: InvitationId) -> Result<(), ClientError> {
        self.tell(Method::Delete, format!("/api/operators/invitations/{invitation}"), None).await
    }

    /// `POST /api/appointments`: take up an invitation by its code.
    pub async fn take_up_invitation(&self, code: &str) -> Result<Appointed, ClientError> {
        self.post("/api/appointments".into(), &TakeUpInvitation { code: code.into() }).await
    }

    /// `GET /api/setup`
    pub async fn setup(&self) -> Result<SetupState, ClientError> {
        self.get("/api/setup".into()).await
    }

    /// `POST /api/setup/operator`: signs the operator in.
    pub async fn make_operator(&self, make: &MakeOperator) -> Result<SessionStarted, ClientError> {
        self.post("/api/setup/operator".into(), make).await
    }

    /// `POST /api/setup/venue`, by the operator.
    pub async fn make_venue(&self, make: &MakeVenue) -> Result<SetupRoom, ClientError> {
        self.post("/api/setup/venue".into(), make).await
    }

    /// `POST /api/setup/import`, by the operator: starts it; [`Client::setup`] shows how far it is.
    pub async fn import_music(&self, import: &ImportMusic) -> Result<(), ClientError> {
        self.tell(Method::Post, "/api/setup/import".into(), Some(json(import)?)).await
    }
}

fn json(body: &impl Serialize) -> Result<String, ClientError> {
    serde_json::to_string(body).map_err(|e| ClientError::Garbled(e.to_string()))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 §2.3.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn song_query(query: &SongQuery) -> String {
    let decade = query.decade.map(|d| d.to_string());
    let page = query.page.to_string();
    [
        ("q", query.q.as_deref()),
        ("artist", query.artist.as_deref()),
        ("album", query.album.as_deref()),
        ("genre", query.genre.as_deref()),
        ("decade", decade.as_deref()),
        ("list", query.list.as_deref()),
        ("page", Some(page.as_str())),
    ]
    .into_iter()
    .filter_map(|(key, value)| value.map(|value| format!("{key}={}", escape(value))))
    .collect::<Vec<_>>()
    .join("&")
}
