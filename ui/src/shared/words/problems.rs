//! What went wrong, money first.

use super::{Lang, texts};
use jukeline_app::{
    api::{Code, DeclineReason, Problem},
    cashier::CannotPay,
    client::ClientError,
    rules::SongRefusal,
};

texts! {
    nothing_taken = "Nothing was taken.", "Es wurde nichts abgebucht.";
    unreachable = "The server didn’t answer. Check your connection and try again.", "Der Server antwortet nicht. Prüfe deine Verbindung und versuche es noch einmal.";
    garbled = "The server’s answer makes no sense to this page. Load it again.", "Die Antwort des Servers ergibt für diese Seite keinen Sinn. Lade sie neu.";
}

impl Lang {
    /// What became of a call that failed, without a word about money: for calls that move none.
    pub fn client_error(self, error: &ClientError) -> String {
        match error {
            ClientError::Problem(problem) => self.problem(problem),
            ClientError::Unreachable(_) => self.unreachable().into(),
            ClientError::Garbled(_) => self.garbled().into(),
        }
    }

    /// What a problem means for the person who reads it.
    pub fn problem(self, problem: &Problem) -> String {
        let param = |name: &str| problem.params.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
        match problem.code {
            Code::Declined => match decline_reason(problem) {
                Some(reason) => self.decline_reason(reason),
                None => problem.title.clone(),
            },
            Code::NotEnoughCredits => self.too_few_credits(param("need"), param("have")),
            Code::SlowDown => self.slow_down(param("seconds").max(1)),
            Code::Other | Code::Invalid => self.unknown_problem(problem),
            code => self.code(code).into(),
        }
    }

    fn unknown_problem(self, problem: &Problem) -> String {
        let detail = problem.params.get("detail").and_then(serde_json::Value::as_str);
        match (self, problem.code, detail) {
            (Lang::En, Code::Invalid, Some(detail)) => format!("That can’t be: {detail}."),
            (Lang::De, Code::Invalid, Some(detail)) => format!("Das geht so nicht: {detail}."),
            _ => problem.title.clone(),
        }
    }

    /// `Too many tries. Try again in 20 s.`
    pub fn slow_down(self, seconds: i64) -> String {
        match self {
            Lang::En => format!("Too many tries. Try again in {seconds} s."),
            Lang::De => format!("Zu viele Versuche. Versuche es in {seconds} s wieder."),
        }
    }

    /// `This song is 2 credits and you have 1.` The last number stays with its word.
    pub fn too_few_credits(self, need: i64, have: i64) -> String {
        match self {
            Lang::En => format!("This song is {} and you have\u{a0}{have}.", self.credits(need)),
            Lang::De => format!("Dieses Lied kostet {}, du hast\u{a0}{have}.", self.credits(need)),
        }
    }

    /// A problem that needs no parameters.
    fn code(self, code: Code) -> &'static str {
        let (en, de) = code_words(code);
        match self {
            Lang::En => en,
            Lang::De => de,
        }
    }

    /// Why a request was declined. (Nothing was taken: that is said before it.)
    pub fn decline_reason(self, reason: DeclineReason) -> String {
        let (en, de) = match reason {
            DeclineReason::Song { refusal } => return self.song_refusal(refusal),
            DeclineReason::Pay { cannot: CannotPay::Credits { need, have } } => {
                return self.too_few_credits(need, have);
            }
            DeclineReason::Pay { cannot: CannotPay::FreeCap { cap } } => return self.free_cap(i64::from(cap)),
            DeclineReason::PatronCap { cap } => return self.patron_cap(i64::from(cap)),
            DeclineReason::Dearer { price } => return self.dearer(i64::from(price)),
            DeclineReason::QueueFull => (
                "The queue is full. Try again after a few songs.",
                "Die Schlange ist voll. Versuche es nach ein paar Liedern wieder.",
            ),
            DeclineReason::Closed => ("This room is closed now.", "Dieser Raum ist jetzt geschlossen."),
            DeclineReason::JukeboxOffline => (
                "No screen plays here now. Try again once one does.",
                "Hier spielt gerade kein Bildschirm. Versuche es, sobald einer spielt.",
            ),
            DeclineReason::TooLate => (
                "The jukebox took too long to answer. Ask again.",
                "Die Jukebox hat zu lange gebraucht. Frag noch einmal.",
            ),
            DeclineReason::NotBeforeClosing => {
                ("It would not play before the room closes.", "Es käme nicht mehr vor der Schließung.")
            }
            DeclineReason::UnknownSong => {
                ("This song is no longer in the catalogue.", "Dieses Lied ist nicht mehr im Katalog.")
            }
            DeclineReason::IdInUse => {
                ("This request was used already. Ask again.", "Diese Anfrage gab es schon. Frag noch einmal.")
            }
            DeclineReason::AccountGone => (
                "This account is gone. Open the room again to start anew.",
                "Dieses Konto gibt es nicht mehr. Öffne den Raum neu.",
            ),
        };
        match self {
            Lang::En => en.into(),
            Lang::De => de.into(),
        }
    }

    fn free_cap(self, cap: i64) -> String {
        match self {
            Lang::En => {
                format!("{} an hour are free, and you have had yours. Try again a little later.", self.songs(cap))
            }
            Lang::De => {
                format!("{} pro Stunde sind gratis, und du hattest deine. Versuche es etwas später.", self.songs(cap))
            }
        }
    }

    fn patron_cap(self, cap: i64) -> String {
        match self {
            Lang::En => format!(
                "You have {} waiting, which is as many as one person may. Ask again when one has played.",
                self.songs(cap)
            ),
            Lang::De => format!(
                "Du hast {} in der Schlange, mehr geht nicht auf einmal. Frag wieder, wenn eines gelaufen ist.",
                self.songs(cap)
            ),
        }
    }

    fn dearer(self, price: i64) -> String {
        match self {
            Lang::En => format!("The price is {} now.", self.credits(price)),
            Lang::De => format!("Der Preis ist jetzt {}.", self.credits(price)),
        }
    }

    /// Why a song can't be played here now.
    pub fn song_refusal(self, refusal: SongRefusal) -> String {
        match (self, refusal) {
            (Lang::En, SongRefusal::BlockedSong) => "The house doesn’t play this song.".into(),
            (Lang::De, SongRefusal::BlockedSong) => "Das Haus spielt dieses Lied nicht.".into(),
            (Lang::En, SongRefusal::BlockedArtist) => "The house doesn’t play this artist.".into(),
            (Lang::De, SongRefusal::BlockedArtist) => "Das Haus spielt diesen Act nicht.".into(),
            (Lang::En, SongRefusal::Codec) => "The player here can’t read this recording.".into(),
            (Lang::De, SongRefusal::Codec) => "Das Gerät hier kann diese Aufnahme nicht lesen.".into(),
            (Lang::En, SongRefusal::Explicit) => "Not here: explicit.".into(),
            (Lang::De, SongRefusal::Explicit) => "Nicht hier: anstößiger Text.".into(),
            (Lang::En, SongRefusal::ExplicitBefore { minute }) => {
                format!("Not here before {}: explicit.", minute_of_day(minute))
            }
            (Lang::De, SongRefusal::ExplicitBefore { minute }) => {
                format!("Hier erst ab {}: anstößiger Text.", minute_of_day(minute))
            }
            (Lang::En, SongRefusal::Cooldown { minutes }) => {
                format!("It played a short while ago. Again in {minutes} min.")
            }
            (Lang::De, SongRefusal::Cooldown { minutes }) => format!("Es lief vor Kurzem. Wieder in {minutes} min."),
            (Lang::En, SongRefusal::Queued) => "Already coming.".into(),
            (Lang::De, SongRefusal::Queued) => "Kommt schon.".into(),
        }
    }
}

fn minute_of_day(minute: u16) -> String {
    format!("{}:{:02}", minute / 60, minute % 60)
}

/// The reason inside a `declined` problem, where this build knows it.
pub(crate) fn decline_reason(problem: &Problem) -> Option<DeclineReason> {
    let params = &problem.params;
    let inner = params.get("reason").filter(|reason| reason.is_object());
    // By way of text, for which the reading code is in the bundle anyway.
    crate::shared::lean::from_str(&inner.unwrap_or(params).to_string()).ok()
}

fn code_words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::BadRequest | Code::UnsupportedMediaType | Code::MethodNotAllowed | Code::RangeNotSatisfiable => (
            "This page and the server don’t understand each other. Load the page again.",
            "Seite und Server verstehen sich nicht. Lade die Seite neu.",
        ),
        Code::SignInNeeded => (
            "You are signed out. Open the room again, or sign in.",
            "Du bist abgemeldet. Öffne den Raum neu oder melde dich an.",
        ),
        Code::WrongCredentials => (
            "E-mail and password don’t match. Your credits are safe.",
            "E-Mail und Passwort passen nicht zusammen. Deine Credits sind sicher.",
        ),
        Code::Forbidden => ("You may not do that here.", "Das darfst du hier nicht."),
        Code::AccountNeeded => (
            "Sign up or sign in with your e-mail address first.",
            "Registriere dich zuerst mit deiner E-Mail-Adresse oder melde dich an.",
        ),
        Code::LastManager => (
            "You are the last one who can appoint here. Appoint somebody first.",
            "Außer dir kann hier niemand jemanden ernennen. Ernenne zuerst jemanden.",
        ),
        Code::NotInTheRoom => ("Show that you are in the room first.", "Zeig zuerst, dass du im Raum bist."),
        Code::TooFar => (
            "You seem to be somewhere else. The code on the screen works too.",
            "Du scheinst woanders zu sein. Der Code auf dem Bildschirm geht auch.",
        ),
        Code::PositionUnclear => (
            "Your position is too vague. Type the code from the screen.",
            "Deine Position ist zu ungenau. Tippe den Code vom Bildschirm ein.",
        ),
        Code::WrongCode => (
            "That code is not on the screen now. Try the one you see.",
            "Dieser Code steht jetzt nicht auf dem Bildschirm. Nimm den, den du siehst.",
        ),
        Code::LinkSpent => (
            "This link or code was used or is too old. Ask for a new one.",
            "Dieser Link oder Code wurde benutzt oder ist zu alt. Hol dir einen neuen.",
        ),
        Code::NotFound => ("There is nothing here.", "Hier ist nichts."),
        Code::TimedOut => ("That took too long. Try again.", "Das hat zu lange gedauert. Versuche es noch einmal."),
        Code::IdInUse => ("This request was used already. Ask again.", "Diese Anfrage gab es schon. Frag noch einmal."),
        Code::Stale => {
            ("It changed in the meantime. Look again.", "Es hat sich inzwischen geändert. Sieh noch einmal nach.")
        }
        Code::AlreadyDone => ("That is done already.", "Das ist schon erledigt."),
        Code::AnotherPlays => ("Another song is playing.", "Ein anderes Lied läuft."),
        Code::AlreadyStarted => ("It is playing already.", "Es läuft schon."),
        Code::AlreadyOver => ("It is over already.", "Es ist schon vorbei."),
        Code::BodyTooLarge => ("That is too long.", "Das ist zu lang."),
        Code::WeakPassword => (
            "Choose a longer password: at least 10 characters, not your address, not one character over and over.",
            "Wähle ein längeres Passwort: mindestens 10 Zeichen, nicht deine Adresse, nicht immer dasselbe Zeichen.",
        ),
        Code::NeedsHttps => (
            "This server runs in trial mode without https: guests only.",
            "Dieser Server läuft im Probebetrieb ohne https: nur für Gäste.",
        ),
        Code::PrivateAddress => (
            "Nobody outside can reach this server’s address.",
            "Die Adresse dieses Servers ist von außen nicht erreichbar.",
        ),
        Code::NoMail => (
            "This server can’t send mail. Ask the staff for a one-time code.",
            "Dieser Server kann keine Mail senden. Frag das Personal nach einem Einmalcode.",
        ),
        Code::Unavailable => (
            "The server is out of reach for the moment. Try again in a minute.",
            "Der Server ist gerade nicht erreichbar. Versuche es in einer Minute wieder.",
        ),
        Code::Owing => (
            "Your bank took a payment of yours back. Make good what is owed, then you can play again.",
            "Deine Bank hat eine Zahlung zurückgeholt. Begleiche, was offen ist, dann kannst du wieder spielen.",
        ),
        Code::FavouritesFull => (
            "You have as many favourites as there may be. Take one out first.",
            "Mehr Favoriten gehen nicht. Nimm erst einen heraus.",
        ),
        Code::NotOnSale => ("That is not on sale any more.", "Das gibt es nicht mehr zu kaufen."),
        Code::ProviderUnavailable => (
            "The card payment is out of reach for the moment. Nothing was charged.",
            "Die Kartenzahlung ist gerade nicht erreichbar. Es wurde nichts abgebucht.",
        ),
        Code::PaidCreditsLeft => (
            "You paid for credits that are left. Shall the money go back?",
            "Du hast bezahlte Credits übrig. Soll das Geld zurück?",
        ),
        Code::NothingToRefund => ("There is nothing left to refund.", "Es ist nichts mehr zu erstatten."),
        Code::Internal
        | Code::Unsigned
        | Code::Declined
        | Code::NotEnoughCredits
        | Code::SlowDown
        | Code::Invalid
        | Code::Other => (
            "A mistake on our side. Try again in a minute.",
            "Ein Fehler auf unserer Seite. Versuche es in einer Minute wieder.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_declined_problem_is_worded_by_its_reason() {
        let reason = DeclineReason::Song { refusal: SongRefusal::ExplicitBefore { minute: 22 * 60 } };
        let problem = Problem::with(Code::Declined, json!({ "reason": reason }));
        assert_eq!(Lang::En.problem(&problem), "Not here before 22:00: explicit.");
        let flat = Problem::with(Code::Declined, json!(DeclineReason::Dearer { price: 1 }));
        assert_eq!(Lang::De.problem(&flat), "Der Preis ist jetzt 1 Credit.");
    }

    #[test]
    fn every_code_has_words_of_its_own_language() {
        for code in Code::ALL {
            let (en, de) = code_words(*code);
            assert!(!en.is_empty() && en != de && !en.contains('!') && !de.contains('!'), "{code:?}");
        }
    }
}
