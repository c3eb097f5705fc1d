//! Who each route is for: the one table of all routes. A test compares it with what the router really has, and another
//! walks it with every kind of visitor.

use axum::http::Method;
use jukeline_app::account::Role;

/// Who a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anyone at all.
    Anyone,
    /// Whoever has a session, guests included.
    Session,
    /// Whoever has a session; for what is theirs alone: another's is "not found".
    Owner,
    /// Staff with at least this role at the place.
    Staff(Role),
    /// Operators.
    Operator,
    /// A paired screen.
    Screen,
    /// A session or a paired screen.
    SessionOrScreen,
    /// A ticket or a cookie of a session or a screen.
    Ticket,
    /// Whoever holds the one-time link of the first run; afterwards operators.
    SetupLink,
    /// Those who run the server: close it to the world at the proxy.
    Operations,
}

use Audience::{Anyone, Operations, Operator, Owner, Screen, Session, SessionOrScreen, SetupLink, Staff, Ticket};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// Every route with its audience. `GET` includes `HEAD`.
pub const ROUTES: &[(Method, &str, Audience)] = &[
    (POST, "/api/guests", Anyone),
    (POST, "/api/accounts", Anyone),
    (GET, "/api/me", Session),
    (PATCH, "/api/me", Session),
    (DELETE, "/api/me", Session),
    (POST, "/api/sessions", Anyone),
    (DELETE, "/api/sessions", Session),
    (DELETE, "/api/sessions/current", Session),
    (POST, "/api/passwords/forgotten", Anyone),
    (POST, "/api/passwords", Anyone),
    (POST, "/api/people/reset-codes", Staff(Role::VenueManager)),
    (POST, "/api/tickets", SessionOrScreen),
    (GET, "/api/wallet", Session),
    // By a ticket too, where neither cookie nor token can be sent.
    (GET, "/api/wallet/live", Session),
    (GET, "/api/packs", Anyone),
    (GET, "/api/purchases", Session),
    (POST, "/api/purchases", Session),
    (GET, "/api/purchases/{purchase}", Owner),
    (POST, "/api/purchases/{purchase}/refunds", Operator),
    (POST, "/api/vouchers/redeem", Session),
    (POST, "/api/claims", Session),
    (POST, "/api/plays/{play}/not-heard", Owner),
    (GET, "/api/purchases/by-token/{token}", Anyone),
    (POST, "/api/payments/webhook", Anyone),
    (GET, "/api/rooms/{room}", Anyone),
    (POST, "/api/venues/nearby", Anyone),
    (POST, "/api/rooms/{room}/presence", Anyone),
    (GET, "/api/rooms/{room}/browse", Anyone),
    (GET, "/api/rooms/{room}/songs", Anyone),
    (GET, "/api/rooms/{room}/charts", Anyone),
    (GET, "/api/rooms/{room}/elsewhere", Anyone),
    // With a session it tells more.
    (GET, "/api/rooms/{room}/yours", Anyone),
    (GET, "/api/rooms/{room}/songs/{song}/also", Anyone),
    (POST, "/api/rooms/{room}/wishes", Session),
    (GET, "/api/wishes", Operator),
    (GET, "/api/years/{year}/pictures/{picture}", Session),
    (GET, "/api/rooms/{room}/songs/{song}/quote", Anyone),
    (POST, "/api/rooms/{room}/plays", Session),
    (GET, "/api/plays", Session),
    (GET, "/api/plays/{play}", Owner),
    (DELETE, "/api/plays/{play}", Owner),
    (GET, "/api/history", Session),
    (GET, "/api/history.csv", Session),
    (GET, "/api/history/staples", Session),
    (GET, "/api/favourites", Session),
    (GET, "/api/favourites/{song}", Session),
    (PUT, "/api/favourites/{song}", Session),
    (DELETE, "/api/favourites/{song}", Session),
    (GET, "/api/years/{year}", Session),
    (GET, "/api/rooms/{room}/live", Anyone),
    (GET, "/api/rooms/{room}/past/live", Anyone),
    (POST, "/api/screens", Anyone),
    (GET, "/api/screens/me", Screen),
    (GET, "/api/screens/live", Ticket),
    (GET, "/api/songs/{song}/sound", Ticket),
    (POST, "/api/jukeboxes/{jukebox}/pairing-codes", Staff(Role::VenueManager)),
    (POST, "/api/jukeboxes/{jukebox}/skip", Staff(Role::Attendant)),
    (PUT, "/api/jukeboxes/{jukebox}/paused", Staff(Role::Attendant)),
    (PUT, "/api/jukeboxes/{jukebox}/stop-after", Staff(Role::Attendant)),
    (PUT, "/api/jukeboxes/{jukebox}/sound-off", Staff(Role::Attendant)),
    (PUT, "/api/jukeboxes/{jukebox}/volume", Staff(Role::Attendant)),
    (GET, "/api/jukeboxes/{jukebox}/floor", Staff(Role::Attendant)),
    // Whoever is staff nowhere gets an empty list.
    (GET, "/api/staff/jukeboxes", Session),
    (GET, "/api/jukeboxes/{jukebox}/poster.pdf", Staff(Role::Attendant)),
    (GET, "/api/jukeboxes/{jukebox}/charts", Staff(Role::Attendant)),
    (GET, "/api/jukeboxes/{jukebox}/charts.csv", Staff(Role::Attendant)),
    (GET, "/api/jukeboxes/{jukebox}/years/{year}", Staff(Role::Attendant)),
    (GET, "/api/jukeboxes/{jukebox}/years/{year}/pictures/{picture}", Staff(Role::Attendant)),
    (GET, "/api/jukeboxes/{jukebox}/rules", Staff(Role::Attendant)),
    (PUT, "/api/jukeboxes/{jukebox}/rules", Staff(Role::MusicManager)),
    (GET, "/api/venues/{venue}/settings", Staff(Role::VenueManager)),
    (PUT, "/api/venues/{venue}/settings", Staff(Role::VenueManager)),
    (GET, "/api/venues/{venue}/staff", Staff(Role::VenueManager)),
    (PUT, "/api/venues/{venue}/staff/{account}", Staff(Role::VenueManager)),
    (DELETE, "/api/venues/{venue}/staff/{account}", Staff(Role::VenueManager)),
    (POST, "/api/venues/{venue}/invitations", Staff(Role::VenueManager)),
    (DELETE, "/api/venues/{venue}/invitations/{invitation}", Staff(Role::VenueManager)),
    (GET, "/api/venues/{venue}/complaints", Staff(Role::Attendant)),
    (GET, "/api/books/balance", Operator),
    (GET, "/api/books/accounts/{account}", Operator),
    (GET, "/api/books/purchases/{purchase}", Operator),
    (GET, "/api/books/settlements/{month}", Operator),
    (GET, "/api/books/reconciliation", Operator),
    (GET, "/api/operators", Operator),
    (DELETE, "/api/operators/{account}", Operator),
    (POST, "/api/operators/invitations", Operator),
    (DELETE, "/api/operators/invitations/{invitation}", Operator),
    (POST, "/api/appointments", Session),
    (GET, "/api/setup", SetupLink),
    (POST, "/api/setup/operator", SetupLink),
    (POST, "/api/setup/venue", Operator),
    (POST, "/api/setup/import", Operator),
    (GET, "/api/openapi.json", Anyone),
    (GET, "/livez", Operations),
    (GET, "/readyz", Operations),
    (GET, "/metrics", Operations),
    (GET, "/covers/{song}", Anyone),
    (GET, "/", Anyone),
    (GET, "/r/{room}", Anyone),
    (GET, "/r/{room}/{*rest}", Anyone),
    (GET, "/r/{room}/charts", Anyone),
    (GET, "/r/{room}/elsewhere", Anyone),
    (GET, "/played", Anyone),
    (GET, "/history", Anyone),
    (GET, "/favourites", Anyone),
    (GET, "/years/{year}", Anyone),
    (GET, "/wallet", Anyone),
    (GET, "/paid/{token}", Anyone),
    (GET, "/receipts/{token}", Anyone),
    (GET, "/receipts/{token}/pdf", Anyone),
    (GET, "/me", Anyone),
    (GET, "/signin", Anyone),
    (GET, "/signup", Anyone),
    (GET, "/forgot", Anyone),
    (GET, "/reset", Anyone),
    (GET, "/reset/{code}", Anyone),
    (GET, "/privacy", Anyone),
    (GET, "/screen", Anyone),
    (GET, "/setup", Anyone),
    (GET, "/setup/{token}", Anyone),
    (GET, "/staff", Anyone),
    (GET, "/staff/{jukebox}", Anyone),
    (GET, "/staff/join/{code}", Anyone),
    (GET, "/ui/boot/{file}", Anyone),
    (GET, "/ui/{*path}", Anyone),
    (GET, "/favicon.svg", Anyone),
    (GET, "/icon.svg", Anyone),
    (GET, "/manifest.webmanifest", Anyone),
    (GET, "/sw.js", Anyone),
    (GET, "/.well-known/assetlinks.json", Anyone),
    (GET, "/.well-known/apple-app-site-association", Anyone),
];
