//! Each operation in one line or two.

use super::{Described, number_schema, text_schema, truth_schema, uuid_schema};
use crate::http::sessions::{AskForResetCode, ResetCode};
use axum::http::Method;
use jukeline_app::{
    api::{
        AccountTerm, AddressAndPassword, Appointed, AskForSong, AskForTicket, BookBalance, Browse, BuyPack, ChangeMe,
        ChangeRole, Chart, ChartScope, ChartWindow, Code, CodeRedeemed, Complaints, Difference, Elsewhere,
        ElsewhereScope, Favourites, ForgotPassword, Goodwill, History, ImportMusic, Invite, Invited, IsFavourite,
        MakeOperator, MakeVenue, Me, MyPlay, MyPlays, MyPurchase, MyPurchases, NearbyQuery, NearbyRoom, Packs,
        PaidCreditsLeft, PairScreen, PairingCode, Pass, PictureFormat, PosterFormat, PurchaseLine, Quote, RefundDone,
        RefundPurchase, ResetPassword, RoomSnapshot, ScreenInfo, ScreenPaired, ScreenRole, SessionStarted,
        SettlementLine, SetupRoom, SetupState, ShowPresence, SongPage, Staff, StaffFloor, StaffJukebox, Staples,
        StartAsGuest, TakeUpInvitation, Ticket, TypedCode, VenueSettings, Wallet, WishForSong, Wishes, Year, Yours,
    },
    play::SkipReason,
    purchase::PaidCredits,
    rules::HouseRules,
};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, Type},
};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// Every operation.
pub(super) fn all() -> Vec<Described> {
    [people(), purchases(), rooms(), plays(), past(), screens(), staff(), appointments(), books(), setup()]
        .into_iter()
        .flatten()
        .collect()
}

fn people() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "people", summary);
    let mut leave = op(
        DELETE,
        "/api/me",
        "Delete the account with everything personal; paid_credits says what becomes of unspent credits that were paid for",
    );
    let paid_credits = leave.reference::<PaidCredits>();
    leave.reference::<PaidCreditsLeft>();
    let leave = leave
        .query("paid_credits", paid_credits)
        .gives_other(204, "")
        .refuses(&[Code::LastManager, Code::PaidCreditsLeft]);
    vec![
        op(POST, "/api/guests", "Start as a guest, or hear who one is already")
            .takes::<StartAsGuest>()
            .gives::<SessionStarted>(200)
            .gives::<SessionStarted>(201)
            .refuses(&[Code::SignInNeeded, Code::SlowDown]),
        op(POST, "/api/accounts", "Keep what one has under an address and a password")
            .takes::<AddressAndPassword>()
            .gives::<SessionStarted>(201)
            .refuses(&[
                Code::WrongCredentials,
                Code::NeedsHttps,
                Code::AlreadyDone,
                Code::Invalid,
                Code::WeakPassword,
                Code::SlowDown,
            ]),
        op(GET, "/api/me", "Who one is").gives::<Me>(200),
        op(PATCH, "/api/me", "Change one's name, or whether it is shown")
            .takes::<ChangeMe>()
            .gives::<Me>(200)
            .refuses(&[Code::Invalid]),
        leave,
        op(POST, "/api/sessions", "Sign in; a guest's credits and history come along")
            .takes::<AddressAndPassword>()
            .gives::<SessionStarted>(201)
            .refuses(&[Code::WrongCredentials, Code::NeedsHttps, Code::Invalid, Code::SlowDown]),
        op(DELETE, "/api/sessions", "Sign out everywhere").gives_other(204, ""),
        op(DELETE, "/api/sessions/current", "Sign out here").gives_other(204, ""),
        op(
            POST,
            "/api/passwords/forgotten",
            "Send a link for a new password; the answer is the same for every address",
        )
        .takes::<ForgotPassword>()
        .gives_other(202, "")
        .refuses(&[Code::NeedsHttps, Code::NoMail, Code::Invalid, Code::SlowDown]),
        op(POST, "/api/passwords", "Set a new password by a one-time code; every session ends")
            .takes::<ResetPassword>()
            .gives_other(204, "")
            .refuses(&[Code::NeedsHttps, Code::LinkSpent, Code::WeakPassword, Code::SlowDown]),
        op(POST, "/api/people/reset-codes", "Make a one-time code for somebody who lost their password")
            .takes::<AskForResetCode>()
            .gives::<ResetCode>(201)
            .refuses(&[Code::NeedsHttps, Code::Invalid, Code::SlowDown]),
        op(POST, "/api/tickets", "A single-use ticket of 60 s for a websocket or a sound")
            .takes::<AskForTicket>()
            .gives::<Ticket>(200),
        {
            let mut picture = op(
                GET,
                "/api/years/{year}/pictures/{picture}",
                "A picture of one's year to share: numbers, songs, artists or months",
            );
            let format = picture.reference::<PictureFormat>();
            picture
                .needs("format", format)
                .query("lang", text_schema())
                .gives_other(200, "image/png")
                .refuses(&[Code::BadRequest])
        },
        op(GET, "/api/wallet", "What became of each credit").gives::<Wallet>(200),
        op(GET, "/api/openapi.json", "This description").gives_other(200, "application/json"),
    ]
}

fn purchases() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "purchases", summary);
    vec![
        op(GET, "/api/packs", "What is on sale").gives::<Packs>(200),
        op(GET, "/api/purchases", "One's own purchases, newest first").gives::<MyPurchases>(200),
        op(POST, "/api/purchases", "Buy a pack: gives the provider's page; the same id again gives the same page")
            .takes::<BuyPack>()
            .gives::<MyPurchase>(201)
            .refuses(&[Code::NotOnSale, Code::IdInUse, Code::Invalid, Code::SlowDown, Code::ProviderUnavailable]),
        op(GET, "/api/purchases/{purchase}", "A purchase of one's own").gives::<MyPurchase>(200),
        op(
            GET,
            "/api/purchases/by-token/{token}",
            "A purchase by the token of its return address, signed out too; asks the provider at once",
        )
        .gives::<MyPurchase>(200),
        op(POST, "/api/purchases/{purchase}/refunds", "Give money back: the whole price, or what is unspent")
            .takes::<RefundPurchase>()
            .gives::<RefundDone>(201)
            .refuses(&[Code::NothingToRefund]),
        op(POST, "/api/vouchers/redeem", "Use a voucher")
            .takes::<TypedCode>()
            .gives::<CodeRedeemed>(200)
            .refuses(&[Code::LinkSpent, Code::SlowDown]),
        op(POST, "/api/claims", "Bring back what a guest had who lost their cookie, by the code on a receipt")
            .takes::<TypedCode>()
            .gives::<CodeRedeemed>(200)
            .refuses(&[Code::LinkSpent, Code::AlreadyDone, Code::SlowDown]),
        op(POST, "/api/plays/{play}/not-heard", "Say that one didn't hear a song that was paid for")
            .gives::<Goodwill>(200)
            .refuses(&[Code::AlreadyOver]),
        op(POST, "/api/payments/webhook", "The payment provider's word, signed over the raw body")
            .gives_other(200, "")
            .refuses(&[Code::Unsigned, Code::BadRequest, Code::NotFound, Code::BodyTooLarge]),
    ]
}

fn rooms() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "rooms", summary);
    vec![
        op(GET, "/api/rooms/{room}", "A room as everybody sees it").gives::<RoomSnapshot>(200),
        op(POST, "/api/venues/nearby", "Rooms that have a jukebox, near ones first")
            .takes::<NearbyQuery>()
            .lists::<NearbyRoom>(200)
            .refuses(&[Code::Invalid]),
        op(POST, "/api/rooms/{room}/presence", "Show that one is in the room")
            .takes::<ShowPresence>()
            .gives::<Pass>(200)
            .refuses(&[Code::TooFar, Code::PositionUnclear, Code::WrongCode, Code::Invalid, Code::SlowDown]),
        op(GET, "/api/rooms/{room}/browse", "The front page of the catalogue").gives::<Browse>(200),
        op(
            GET,
            "/api/rooms/{room}/songs",
            "Search or list songs: exactly one of q, artist, album, genre, decade and list",
        )
        .query("q", text_schema())
        .query("artist", text_schema())
        .query("album", text_schema())
        .query("genre", text_schema())
        .query("decade", number_schema(i64::from(i32::MIN), i64::from(i32::MAX)))
        .query("list", text_schema())
        .query("page", number_schema(0, i64::from(u32::MAX)))
        .gives::<SongPage>(200)
        .refuses(&[Code::Invalid]),
        {
            let mut charts = op(
                GET,
                "/api/rooms/{room}/charts",
                "What was heard most: here, in the city or in the network, tonight, this week, this month or ever",
            );
            let (window, scope) = (charts.reference::<ChartWindow>(), charts.reference::<ChartScope>());
            charts
                .needs("window", window)
                .needs("scope", scope)
                .query("genre", text_schema())
                .gives::<Chart>(200)
                .refuses(&[Code::Invalid, Code::BadRequest])
        },
        {
            let mut elsewhere = op(
                GET,
                "/api/rooms/{room}/elsewhere",
                "What was heard at other venues a moment ago, and whether it can be here; never by whom",
            );
            let scope = elsewhere.reference::<ElsewhereScope>();
            elsewhere.needs("scope", scope).gives::<Elsewhere>(200).refuses(&[Code::BadRequest])
        },
        op(
            GET,
            "/api/rooms/{room}/yours",
            "More by the artists that one has played, and what the room plays at this hour",
        )
        .gives::<Yours>(200),
        op(GET, "/api/rooms/{room}/songs/{song}/also", "What people who played this also played")
            .gives::<SongPage>(200),
        op(GET, "/api/rooms/{room}/songs/{song}/quote", "What a song would cost and when it would play")
            .gives::<Quote>(200),
    ]
}

fn past() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "past", summary);
    let favourite = "/api/favourites/{song}";
    vec![
        op(
            GET,
            "/api/history",
            "What one heard of one's own songs, newest first; with a room, whether it can be again",
        )
        .query("room", text_schema())
        .query("q", text_schema())
        .query("venue", uuid_schema())
        .query("from", number_schema(0, i64::from(u32::MAX)))
        .query("to", number_schema(0, i64::from(u32::MAX)))
        .query("before", uuid_schema())
        .gives::<History>(200)
        .refuses(&[Code::Invalid, Code::NotFound]),
        op(GET, "/api/history.csv", "All that one heard, for a spreadsheet").gives_other(200, "text/csv"),
        op(GET, "/api/history/staples", "The songs that one heard most, and the night a year ago")
            .query("room", text_schema())
            .gives::<Staples>(200)
            .refuses(&[Code::NotFound]),
        op(GET, "/api/favourites", "One's favourites, newest first")
            .query("room", text_schema())
            .gives::<Favourites>(200)
            .refuses(&[Code::NotFound]),
        op(POST, "/api/rooms/{room}/wishes", "Ask for a song that isn't in the catalogue")
            .takes::<WishForSong>()
            .gives_other(204, "")
            .refuses(&[Code::Invalid, Code::SlowDown]),
        {
            let format = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["csv", "json"])).build();
            op(GET, "/api/wishes", "What people asked for most that no search finds")
                .query("format", format.into())
                .gives::<Wishes>(200)
                .gives_other(200, "text/csv")
        },
        op(GET, favourite, "Whether a song is a favourite of one's own").gives::<IsFavourite>(200),
        op(PUT, favourite, "Make a song a favourite").gives_other(204, "").refuses(&[Code::FavouritesFull]),
        op(DELETE, favourite, "Make a song a favourite no more").gives_other(204, ""),
        op(GET, "/api/years/{year}", "The numbers of one's year").gives::<Year>(200),
    ]
}

fn plays() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "plays", summary);
    vec![
        op(POST, "/api/rooms/{room}/plays", "Ask for a song; 202 when it is not decided yet")
            .takes::<AskForSong>()
            .gives::<MyPlay>(201)
            .gives_other(202, "")
            .refuses(&[
                Code::NotInTheRoom,
                Code::Declined,
                Code::NotEnoughCredits,
                Code::IdInUse,
                Code::Invalid,
                Code::SlowDown,
            ]),
        op(GET, "/api/plays", "One's own plays, newest first").query("before", uuid_schema()).gives::<MyPlays>(200),
        op(GET, "/api/plays/{play}", "A play of one's own").gives::<MyPlay>(200),
        op(DELETE, "/api/plays/{play}", "Take a song back out of the queue")
            .gives::<MyPlay>(200)
            .gives_other(202, "")
            .refuses(&[Code::AlreadyStarted, Code::AlreadyOver]),
    ]
}

fn screens() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "screens", summary);
    vec![
        op(POST, "/api/screens", "Pair a screen by a one-time code")
            .takes::<PairScreen>()
            .gives::<ScreenPaired>(201)
            .refuses(&[Code::LinkSpent, Code::Invalid, Code::SlowDown]),
        op(GET, "/api/screens/me", "Which screen this is").gives::<ScreenInfo>(200),
    ]
}

fn staff() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "staff", summary);
    let mut pairing = op(POST, "/api/jukeboxes/{jukebox}/pairing-codes", "Make a pairing code for a screen");
    let role = pairing.reference::<ScreenRole>();
    let charts = |path, summary| {
        let mut charts = op(GET, path, summary);
        let (window, scope) = (charts.reference::<ChartWindow>(), charts.reference::<ChartScope>());
        charts
            .needs("window", window)
            .needs("scope", scope)
            .query("genre", text_schema())
            .refuses(&[Code::Invalid, Code::BadRequest])
    };
    let mut skip =
        op(POST, "/api/jukeboxes/{jukebox}/skip", "Stop a song or take it out of the queue; its credits go back");
    let reason = skip.reference::<SkipReason>();
    let mut picture = op(
        GET,
        "/api/jukeboxes/{jukebox}/years/{year}/pictures/{picture}",
        "A picture of the venue's year to share: numbers, songs, artists or months",
    );
    let format = picture.reference::<PictureFormat>();
    let mut poster =
        op(GET, "/api/jukeboxes/{jukebox}/poster.pdf", "A page for the tables: the code that opens the room, to print");
    let poster_format = poster.reference::<PosterFormat>();
    vec![
        poster
            .query("format", poster_format)
            .query("lang", text_schema())
            .gives_other(200, "application/pdf")
            .gives_other(200, "image/png")
            .refuses(&[Code::PrivateAddress, Code::BadRequest]),
        picture
            .needs("format", format)
            .query("lang", text_schema())
            .gives_other(200, "image/png")
            .refuses(&[Code::BadRequest]),
        pairing.takes_fields(&[("role", role)]).gives::<PairingCode>(201),
        skip.takes_fields(&[("play", uuid_schema()), ("reason", reason)])
            .gives_other(204, "")
            .refuses(&[Code::AnotherPlays, Code::AlreadyOver]),
        op(PUT, "/api/jukeboxes/{jukebox}/paused", "Hold the sound, or go on")
            .takes_fields(&[("paused", truth_schema())])
            .gives_other(204, ""),
        op(PUT, "/api/jukeboxes/{jukebox}/stop-after", "Pause once the song that sounds is over")
            .takes_fields(&[("play", uuid_schema())])
            .gives_other(204, "")
            .refuses(&[Code::AnotherPlays]),
        op(PUT, "/api/jukeboxes/{jukebox}/sound-off", "Say that the house has its sound off, or on again")
            .takes_fields(&[("off", truth_schema())])
            .gives_other(204, ""),
        op(
            GET,
            "/api/jukeboxes/{jukebox}/floor",
            "What staff see beyond the room: prices, states, how the sound is held",
        )
        .gives::<StaffFloor>(200),
        op(GET, "/api/staff/jukeboxes", "The jukeboxes at which one is staff").lists::<StaffJukebox>(200),
        op(PUT, "/api/jukeboxes/{jukebox}/volume", "Set the volume")
            .takes_fields(&[("volume", number_schema(0, 100))])
            .gives_other(204, "")
            .refuses(&[Code::Invalid]),
        charts("/api/jukeboxes/{jukebox}/charts", "What was heard most, up to 1000 songs").gives::<Chart>(200),
        charts("/api/jukeboxes/{jukebox}/charts.csv", "What was heard most, up to 1000 songs, for a spreadsheet")
            .gives_other(200, "text/csv"),
        op(GET, "/api/jukeboxes/{jukebox}/years/{year}", "The numbers of a venue's year").gives::<Year>(200),
        op(GET, "/api/jukeboxes/{jukebox}/rules", "The house's rules").gives::<HouseRules>(200),
        op(PUT, "/api/jukeboxes/{jukebox}/rules", "Change the house's rules, by the version that was read")
            .takes::<HouseRules>()
            .gives::<HouseRules>(200)
            .refuses(&[Code::Stale, Code::Invalid]),
    ]
}

fn books() -> Vec<Described> {
    fn op<Line: ToSchema>(path: &'static str, summary: &'static str) -> Described {
        let format = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["csv", "json"])).build();
        Described::new(GET, path, "books", summary)
            .query("format", format.into())
            .lists::<Line>(200)
            .gives_other(200, "text/csv")
    }
    vec![
        op::<BookBalance>("/api/books/balance", "Every account of the books with its balance"),
        op::<AccountTerm>("/api/books/accounts/{account}", "One person's credits: what came in and what became of it"),
        op::<PurchaseLine>("/api/books/purchases/{purchase}", "Every movement of one purchase"),
        op::<SettlementLine>(
            "/api/books/settlements/{month}",
            "What each venue earned in a month, such as 2026-01, of its own time zone",
        )
        .refuses(&[Code::Invalid]),
        op::<Difference>(
            "/api/books/reconciliation",
            "Each difference between the provider's own list of payments and the books",
        )
        .query("days", number_schema(1, 400))
        .refuses(&[Code::Invalid, Code::NotOnSale, Code::ProviderUnavailable]),
    ]
}

fn appointments() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "appointments", summary);
    let invite = |path, summary| {
        op(POST, path, summary).takes::<Invite>().gives::<Invited>(201).refuses(&[
            Code::NeedsHttps,
            Code::NoMail,
            Code::Invalid,
            Code::SlowDown,
        ])
    };
    vec![
        op(GET, "/api/venues/{venue}/complaints", "Songs that somebody didn't hear, newest first")
            .query("before", uuid_schema())
            .gives::<Complaints>(200),
        op(GET, "/api/venues/{venue}/settings", "What a venue decides about itself").gives::<VenueSettings>(200),
        op(PUT, "/api/venues/{venue}/settings", "Decide it; whether what is heard there is shown at other venues")
            .takes::<VenueSettings>()
            .gives_other(204, ""),
        op(GET, "/api/venues/{venue}/staff", "Who works at a venue, and who is invited").gives::<Staff>(200),
        op(PUT, "/api/venues/{venue}/staff/{account}", "Give somebody who works there another role")
            .takes::<ChangeRole>()
            .gives_other(204, "")
            .refuses(&[Code::LastManager, Code::NeedsHttps, Code::Invalid]),
        op(DELETE, "/api/venues/{venue}/staff/{account}", "Dismiss somebody: their rights there end at once")
            .gives_other(204, "")
            .refuses(&[Code::LastManager]),
        invite("/api/venues/{venue}/invitations", "Invite somebody to work there, by mail or by a one-time code"),
        op(DELETE, "/api/venues/{venue}/invitations/{invitation}", "Take an invitation back").gives_other(204, ""),
        op(GET, "/api/operators", "The operators, and who is invited to be one").gives::<Staff>(200),
        op(DELETE, "/api/operators/{account}", "Dismiss an operator: their rights end at once")
            .gives_other(204, "")
            .refuses(&[Code::LastManager]),
        invite("/api/operators/invitations", "Invite an operator, by mail or by a one-time code"),
        op(DELETE, "/api/operators/invitations/{invitation}", "Take an invitation back").gives_other(204, ""),
        op(POST, "/api/appointments", "Take up an invitation by its code")
            .takes::<TakeUpInvitation>()
            .gives::<Appointed>(201)
            .refuses(&[Code::LinkSpent, Code::AccountNeeded, Code::NeedsHttps, Code::SlowDown]),
    ]
}

fn setup() -> Vec<Described> {
    let op = |method, path, summary| Described::new(method, path, "setup", summary);
    vec![
        op(GET, "/api/setup", "How far the setup has come")
            .gives::<SetupState>(200)
            .refuses(&[Code::SignInNeeded, Code::Forbidden]),
        op(POST, "/api/setup/operator", "Make the operator by the one-time link")
            .takes::<MakeOperator>()
            .gives::<SessionStarted>(201)
            .refuses(&[
                Code::NeedsHttps,
                Code::AlreadyDone,
                Code::LinkSpent,
                Code::Invalid,
                Code::WeakPassword,
                Code::SlowDown,
            ]),
        op(POST, "/api/setup/venue", "Make a venue with its jukebox")
            .takes::<MakeVenue>()
            .gives::<SetupRoom>(201)
            .refuses(&[Code::AlreadyDone, Code::Invalid]),
        op(POST, "/api/setup/import", "Start importing a folder of music")
            .takes::<ImportMusic>()
            .gives_other(202, "")
            .refuses(&[Code::AlreadyDone, Code::Invalid]),
    ]
}
