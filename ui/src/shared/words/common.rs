//! Words that several surfaces use.

use super::{Lang, texts};
use crate::shared::taking::Taking;
use jukeline_app::{
    api::PlayerStatus,
    play::{ReturnReason, SkipReason},
};

texts! {
    playing_now = "Playing now", "Läuft gerade";
    paused_by_staff = "Paused by staff", "Vom Personal angehalten";
    up_next = "Up next", "Als Nächstes";
    how_far = "How far the song is", "Wie weit das Lied ist";
    back = "Back", "Zurück";
    close = "Close", "Schließen";
    try_again = "Try again", "Noch einmal";
    free = "free", "gratis";
    jukebox_offline = "The jukebox is offline.", "Die Jukebox ist offline.";
    no_connection = "No connection.", "Keine Verbindung.";
    e_mail = "E-mail", "E-Mail";
    password = "Password", "Passwort";
    password_hint = "At least 10 characters. A sentence is good.", "Mindestens 10 Zeichen. Ein Satz ist gut.";
    quiet = "The jukebox is quiet", "Die Jukebox ist still";
    downloads_refuse = "It could not be written to your downloads.", "Es ließ sich nicht in deine Downloads schreiben.";
    one_moment = "One moment", "Einen Moment";
}

impl Lang {
    /// `12 credits`
    pub fn credits(self, n: i64) -> String {
        match self {
            Lang::En => format!("{n} {}", self.plural(n, "credit", "credits")),
            Lang::De => format!("{n} {}", self.plural(n, "Credit", "Credits")),
        }
    }

    /// Where a file is now.
    pub fn file_kept(self, name: &str) -> String {
        match self {
            Lang::En => format!("The file is in your downloads: {name}."),
            Lang::De => format!("Die Datei liegt in deinen Downloads: {name}."),
        }
    }

    /// `6 songs`
    pub fn songs(self, n: i64) -> String {
        match self {
            Lang::En => format!("{n} {}", self.plural(n, "song", "songs")),
            Lang::De => format!("{n} {}", self.plural(n, "Lied", "Lieder")),
        }
    }

    /// `6 songs, 23 min`
    pub fn songs_and_minutes(self, n: i64, minutes: i64) -> String {
        format!("{}, {minutes} min", self.songs(n))
    }

    /// `2:14 of 3:51`
    pub fn of_length(self, position: &str, length: &str) -> String {
        match self {
            Lang::En => format!("{position} of {length}"),
            Lang::De => format!("{position} von {length}"),
        }
    }

    /// `for Jo`
    pub fn for_name(self, name: &str) -> String {
        match self {
            Lang::En => format!("for {name}"),
            Lang::De => format!("für {name}"),
        }
    }

    /// Whether the player is there; `None` when there is nothing to say.
    pub fn player(self, status: PlayerStatus) -> Option<&'static str> {
        match (self, status) {
            (_, PlayerStatus::Online) => None,
            (Lang::En, PlayerStatus::None) => Some("No screen plays here yet."),
            (Lang::De, PlayerStatus::None) => Some("Hier spielt noch kein Bildschirm."),
            (_, PlayerStatus::Silent) => Some(self.jukebox_offline()),
        }
    }

    /// What an empty line means now.
    pub fn nothing_waits(self, taking: Taking) -> &'static str {
        match (self, taking) {
            (Lang::En, Taking::Songs) => "Nothing is waiting. The next song is yours.",
            (Lang::De, Taking::Songs) => "Kein Lied wartet. Das nächste ist deins.",
            (Lang::En, Taking::NothingWhileClosed) => "Nothing is waiting. You can ask for songs again when it opens.",
            (Lang::De, Taking::NothingWhileClosed) => "Kein Lied wartet. Wünschen kannst du wieder ab der Öffnung.",
            (Lang::En, Taking::NothingWithoutPlayer) => {
                "Nothing is waiting. You can ask for songs once a screen plays here."
            }
            (Lang::De, Taking::NothingWithoutPlayer) => {
                "Kein Lied wartet. Wünschen kannst du, sobald hier ein Bildschirm spielt."
            }
            (Lang::En, Taking::NothingWhileOffline) => {
                "Nothing is waiting. You can ask for songs again when the jukebox is back."
            }
            (Lang::De, Taking::NothingWhileOffline) => {
                "Kein Lied wartet. Wünschen kannst du wieder, sobald die Jukebox zurück ist."
            }
        }
    }

    /// Why staff skipped a song: `too loud`.
    pub fn skip_reason(self, reason: SkipReason) -> &'static str {
        match (self, reason) {
            (Lang::En, SkipReason::TooLoud) => "too loud",
            (Lang::De, SkipReason::TooLoud) => "zu laut",
            (Lang::En, SkipReason::WrongMood) => "it didn’t fit the room",
            (Lang::De, SkipReason::WrongMood) => "es passte nicht zum Raum",
            (Lang::En, SkipReason::Unsuitable) => "not for this audience",
            (Lang::De, SkipReason::Unsuitable) => "nichts für dieses Publikum",
            (Lang::En, SkipReason::BadSound) => "the recording sounds bad",
            (Lang::De, SkipReason::BadSound) => "die Aufnahme klingt schlecht",
            (Lang::En, SkipReason::HouseNeedsQuiet) => "the house needed quiet",
            (Lang::De, SkipReason::HouseNeedsQuiet) => "das Haus brauchte Ruhe",
            (Lang::En, SkipReason::Other) => "for another reason",
            (Lang::De, SkipReason::Other) => "aus einem anderen Grund",
        }
    }

    /// Why a song didn't play: `Skipped by staff: too loud`.
    pub fn return_reason(self, reason: ReturnReason) -> String {
        match (self, reason) {
            (Lang::En, ReturnReason::Staff { said }) => format!("Skipped by staff: {}", self.skip_reason(said)),
            (Lang::De, ReturnReason::Staff { said }) => {
                format!("Vom Personal übersprungen: {}", self.skip_reason(said))
            }
            (Lang::En, ReturnReason::TakenBack) => "You took it back".into(),
            (Lang::De, ReturnReason::TakenBack) => "Du hast es zurückgenommen".into(),
            (Lang::En, ReturnReason::Blocked) => "The house no longer plays it".into(),
            (Lang::De, ReturnReason::Blocked) => "Das Haus spielt es nicht mehr".into(),
            (Lang::En, ReturnReason::Failed) => "The recording could not be played".into(),
            (Lang::De, ReturnReason::Failed) => "Die Aufnahme ließ sich nicht abspielen".into(),
            (Lang::En, ReturnReason::Dark) => "The jukebox went offline".into(),
            (Lang::De, ReturnReason::Dark) => "Die Jukebox war offline".into(),
            (Lang::En, ReturnReason::Closed) => "The room closed before it came".into(),
            (Lang::De, ReturnReason::Closed) => "Der Raum schloss, bevor es dran war".into(),
            (Lang::En, ReturnReason::AccountDeleted) => "The account was deleted".into(),
            (Lang::De, ReturnReason::AccountDeleted) => "Das Konto wurde gelöscht".into(),
        }
    }

    /// `Closed until 17:00`
    pub fn closed_until(self, time: &str) -> String {
        match self {
            Lang::En => format!("Closed until {time}"),
            Lang::De => format!("Geschlossen bis {time}"),
        }
    }

    /// `Your 2 credits are back.`, or that nothing was paid.
    pub fn credits_are_back(self, price: i64) -> String {
        match (self, price) {
            (Lang::En, 0) => "It was free: nothing to pay back.".into(),
            (Lang::De, 0) => "Es war gratis: nichts zurückzuzahlen.".into(),
            (Lang::En, 1) => "Your credit is back.".into(),
            (Lang::De, 1) => "Dein Credit ist zurück.".into(),
            (Lang::En, n) => format!("Your {} are back.", self.credits(n)),
            (Lang::De, n) => format!("Deine {} sind zurück.", self.credits(n)),
        }
    }
}
