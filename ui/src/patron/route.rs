//! The phone's addresses.

use jukeline_app::{client::escape, id::SongId};

/// Which part of the catalogue is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Shelf {
    /// Its front page.
    #[default]
    Front,
    /// What was typed.
    Search(String),
    /// An artist's songs.
    Artist(String),
    /// An album's songs.
    Album(String),
    /// A genre's songs.
    Genre(String),
    /// A decade's songs, by the year it begins with.
    Decade(String),
    /// `newest` or `most_played`.
    List(String),
}

/// Where in the surface one is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// Nearby venues.
    Venues,
    /// A room.
    Room(String),
    /// Its catalogue.
    Find(String, Shelf),
    /// The sheet of a song, over what is behind it.
    Song(String, SongId),
    /// Typing its code.
    Code(String),
    /// One's own requests.
    Played,
    /// Oneself.
    Me,
    /// Signing in.
    SignIn,
    /// Keeping what the guest has.
    SignUp,
    /// A lost password.
    Forgot,
    /// A new password, by a one-time code that may still have to be typed.
    Reset(String),
    /// What is known of one.
    Privacy,
}

impl Route {
    /// The route of a path with its query; `None` for addresses that aren't this surface's.
    pub(crate) fn parse(address: &str) -> Option<Route> {
        let address = address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(unescape).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        Some(match segments.as_slice() {
            [] => Route::Venues,
            ["r", room] => Route::Room(room.to_string()),
            ["r", room, "find"] => Route::Find(room.to_string(), Shelf::parse(query)),
            ["r", room, "song", song] => Route::Song(room.to_string(), song.parse().ok()?),
            ["r", room, "code"] => Route::Code(room.to_string()),
            ["played"] => Route::Played,
            ["me"] => Route::Me,
            ["signin"] => Route::SignIn,
            ["signup"] => Route::SignUp,
            ["forgot"] => Route::Forgot,
            ["reset"] => Route::Reset(String::new()),
            ["reset", code] => Route::Reset(code.to_string()),
            ["privacy"] => Route::Privacy,
            _ => return None,
        })
    }

    /// The path with its query.
    pub(crate) fn path(&self) -> String {
        match self {
            Route::Venues => "/".into(),
            Route::Room(room) => format!("/r/{}", escape(room)),
            Route::Find(room, shelf) => format!("/r/{}/find{}", escape(room), shelf.query()),
            Route::Song(room, song) => format!("/r/{}/song/{song}", escape(room)),
            Route::Code(room) => format!("/r/{}/code", escape(room)),
            Route::Played => "/played".into(),
            Route::Me => "/me".into(),
            Route::SignIn => "/signin".into(),
            Route::SignUp => "/signup".into(),
            Route::Forgot => "/forgot".into(),
            Route::Reset(code) if code.is_empty() => "/reset".into(),
            Route::Reset(code) => format!("/reset/{}", escape(code)),
            Route::Privacy => "/privacy".into(),
        }
    }

    /// The room it is about.
    pub(crate) fn room(&self) -> Option<&str> {
        match self {
            Route::Room(room) | Route::Find(room, _) | Route::Song(room, _) | Route::Code(room) => Some(room),
            _ => None,
        }
    }
}

impl Shelf {
    fn parse(query: &str) -> Shelf {
        let pair = query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            Some((key, unescape(&value.replace('+', " ")))).filter(|(_, value)| !value.is_empty())
        });
        match pair {
            Some(("q", value)) => Shelf::Search(value),
            Some(("artist", value)) => Shelf::Artist(value),
            Some(("album", value)) => Shelf::Album(value),
            Some(("genre", value)) => Shelf::Genre(value),
            Some(("decade", value)) => Shelf::Decade(value),
            Some(("list", value)) => Shelf::List(value),
            _ => Shelf::Front,
        }
    }

    fn query(&self) -> String {
        let (key, value) = match self {
            Shelf::Front => return String::new(),
            Shelf::Search(value) => ("q", value),
            Shelf::Artist(value) => ("artist", value),
            Shelf::Album(value) => ("album", value),
            Shelf::Genre(value) => ("genre", value),
            Shelf::Decade(value) => ("decade", value),
            Shelf::List(value) => ("list", value),
        };
        format!("?{key}={}", escape(value))
    }
}

/// Undoes percent-encoding; what isn't valid stays as it is.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_survives_its_own_address() {
        let room = || "copper".to_string();
        let song = SongId(uuid::Uuid::from_u128(7));
        let text = || "Ida & Marlow / 銅 50%".to_string();
        for route in [
            Route::Venues,
            Route::Room(room()),
            Route::Find(room(), Shelf::Front),
            Route::Find(room(), Shelf::Search(text())),
            Route::Find(room(), Shelf::Artist(text())),
            Route::Find(room(), Shelf::Album(text())),
            Route::Find(room(), Shelf::Genre(text())),
            Route::Find(room(), Shelf::Decade("1980".into())),
            Route::Find(room(), Shelf::List("newest".into())),
            Route::Song(room(), song),
            Route::Code(room()),
            Route::Played,
            Route::Me,
            Route::SignIn,
            Route::SignUp,
            Route::Forgot,
            Route::Reset(String::new()),
            Route::Reset("a-b".into()),
            Route::Privacy,
        ] {
            assert_eq!(Route::parse(&route.path()), Some(route));
        }
    }

    #[test]
    fn what_is_not_ours_is_left_to_the_server() {
        assert_eq!(Route::parse("/api/me"), None);
        assert_eq!(Route::parse("/wallet"), None, "another surface's");
        assert_eq!(Route::parse("/r/copper/song/none"), None);
        assert_eq!(Route::parse("/r/copper?utm=1#top"), Some(Route::Room("copper".into())));
        assert_eq!(unescape("100%é%zz%4"), "100%é%zz%4");
    }
}
