//! Words of the staff's surface.

use super::{Lang, texts};
use crate::shared::taking::Taking;
use jukeline_app::{account::Role, hold::Hold, play::SkipReason};

texts! {
    staff_title = "Staff", "Personal";
    staff_sign_in_title = "Sign in to your jukebox", "Bei deiner Jukebox anmelden";
    staff_sign_in = "Sign in", "Anmelden";
    staff_sign_in_wrong = "E-mail and password don’t match.", "E-Mail und Passwort passen nicht zusammen.";
    staff_sign_in_lost = "Lost the password? Your venue’s manager can give you a code for a new one.", "Passwort verloren? Die Leitung deines Lokals kann dir einen Code für ein neues geben.";
    staff_no_passwords = "This server runs in trial mode without https: guests only, no passwords.", "Dieser Server läuft im Probebetrieb ohne https: nur Gäste, keine Passwörter.";
    staff_sign_out = "Sign out", "Abmelden";
    staff_pick = "Which jukebox?", "Welche Jukebox?";
    staff_jukeboxes = "Your jukeboxes", "Deine Jukeboxen";
    staff_not_here = "You are not staff here", "Du gehörst hier nicht zum Personal";
    staff_not_here_hint = "Ask the venue’s manager for an invitation, or sign in with another account.", "Bitte die Leitung des Lokals um eine Einladung, oder melde dich mit einem anderen Konto an.";
    staff_open_the_room = "Open the room", "Den Raum öffnen";
    staff_set_up = "Set up", "Einrichten";
    staff_posters = "Posters for the tables", "Plakate für die Tische";
    staff_room_gone = "The room could not be read", "Der Raum ließ sich nicht lesen";

    staff_pause = "Pause", "Anhalten";
    staff_go_on = "Go on playing", "Weiterspielen";
    staff_stop_after = "Stop after this song", "Nach diesem Lied anhalten";
    staff_do_not_stop = "Don’t stop after this song", "Nach diesem Lied nicht anhalten";
    staff_sound_off = "No sound? Hold the queue", "Kein Ton? Warteschlange halten";
    staff_sound_on = "Sound is back: go on", "Ton ist wieder da: weiter";
    staff_volume = "Volume", "Lautstärke";
    staff_quieter = "Quieter", "Leiser";
    staff_louder = "Louder", "Lauter";
    staff_skip_why_first = "Skip …", "Überspringen …";
    staff_skip_anywhere = "Skip from any window:", "Aus jedem Fenster überspringen:";
    staff_plays_no_more = "That song doesn’t play any more: nothing was skipped.", "Dieses Lied läuft nicht mehr: nichts wurde übersprungen.";
    staff_open_window = "Open", "Öffnen";
    staff_undo = "Undo", "Rückgängig";
    staff_skip_why = "Why?", "Warum?";
    staff_keep_playing = "Keep it", "Doch nicht";
    staff_skipping = "Being skipped", "Wird übersprungen";

    staff_queue = "Queue", "Warteschlange";
    staff_about = "About", "Etwa";
    staff_song = "Song", "Lied";
    staff_for = "For", "Für";
    staff_credits = "Credits", "Credits";
    staff_state = "State", "Stand";
    staff_action = "Skip", "Überspringen";
    staff_waits = "waits", "wartet";
    staff_ready = "ready on the screen", "bereit am Bildschirm";
    staff_held_row = "held", "hält";
    staff_leaving = "being taken out", "wird herausgenommen";

    staff_all_well = "All is well", "Alles in Ordnung";
    staff_look_here = "Look here", "Bitte nachsehen";
    staff_held = "Held by staff", "Vom Personal angehalten";
    staff_is_all_well = "Is all well?", "Ist alles in Ordnung?";
    staff_screen = "Screen", "Bildschirm";
    staff_online = "online", "online";
    staff_no_screen = "none paired yet", "noch keiner gekoppelt";
    staff_sound = "Sound", "Ton";
    staff_set_aside = "Set aside", "Zurückgelegt";
    staff_set_aside_hint = "Each credit goes back if its song doesn’t play.", "Jeder Credit geht zurück, wenn sein Lied nicht läuft.";
    staff_nothing_in_line = "empty", "leer";
    staff_house = "House", "Haus";
    staff_open = "open", "geöffnet";
    staff_closed = "closed", "geschlossen";
    staff_connection = "This page", "Diese Seite";
    staff_live = "live", "live";
    staff_cut_off = "without a connection", "ohne Verbindung";
    staff_offline_hint = "The jukebox plays on by itself. Nothing can be skipped or changed from here until the connection is back.", "Die Jukebox spielt von selbst weiter. Überspringen und alles andere wird nicht gesendet, bis die Verbindung zurück ist.";
    staff_no_answer = "No answer came: look whether it was done before you press it again.", "Es kam keine Antwort: sieh nach, ob es geschehen ist, bevor du noch einmal drückst.";
}

impl Lang {
    /// What an empty queue means now.
    pub fn staff_nothing_waits(self, taking: Taking) -> &'static str {
        match (self, taking) {
            (Lang::En, Taking::Songs) => "Nothing waits. Songs that people ask for show up here at once.",
            (Lang::De, Taking::Songs) => "Nichts wartet. Was Gäste sich wünschen, steht sofort hier.",
            (Lang::En, Taking::NothingWhileClosed) => "Nothing waits. Songs are taken again when the house opens.",
            (Lang::De, Taking::NothingWhileClosed) => "Nichts wartet. Lieder gibt es wieder ab der Öffnung.",
            (Lang::En, Taking::NothingWithoutPlayer) => "Nothing waits. Songs are taken once a screen plays here.",
            (Lang::De, Taking::NothingWithoutPlayer) => {
                "Nichts wartet. Lieder gibt es, sobald hier ein Bildschirm spielt."
            }
            (Lang::En, Taking::NothingWhileOffline) => "Nothing waits. Songs are taken again when the screen is back.",
            (Lang::De, Taking::NothingWhileOffline) => {
                "Nichts wartet. Lieder gibt es wieder, sobald der Bildschirm zurück ist."
            }
        }
    }

    /// What a role is called.
    pub fn staff_role(self, role: Role) -> &'static str {
        match (self, role) {
            (Lang::En, Role::Attendant) => "attendant",
            (Lang::De, Role::Attendant) => "Bedienung",
            (Lang::En, Role::MusicManager) => "music manager",
            (Lang::De, Role::MusicManager) => "Musikleitung",
            (Lang::En, Role::VenueManager) => "venue manager",
            (Lang::De, Role::VenueManager) => "Leitung",
            (Lang::En, Role::Operator) => "operator",
            (Lang::De, Role::Operator) => "Betreiber",
        }
    }

    /// `Signed in as dana@bar.example`
    pub fn staff_signed_in_as(self, name: &str) -> String {
        match self {
            Lang::En => format!("Signed in as {name}."),
            Lang::De => format!("Angemeldet als {name}."),
        }
    }

    /// `Skip, refund 2`: what the button does.
    pub fn staff_skip(self, price: u32) -> String {
        match (self, price) {
            (Lang::En, 0) => "Skip".into(),
            (Lang::De, 0) => "Überspringen".into(),
            (Lang::En, n) => format!("Skip, refund {n}"),
            (Lang::De, n) => format!("Überspringen, {n} zurück"),
        }
    }

    /// The same with the song, for who doesn't see the row.
    pub fn staff_skip_song(self, title: &str, price: u32) -> String {
        format!("{}: {title}", self.staff_skip(price))
    }

    /// `Skip “Suspense”?`
    pub fn staff_skip_question(self, title: &str) -> String {
        match self {
            Lang::En => format!("Skip “{title}”?"),
            Lang::De => format!("„{title}“ überspringen?"),
        }
    }

    /// What becomes of the credits, and that the reason is read.
    pub fn staff_skip_hint(self, price: u32) -> String {
        let credits = self.credits(i64::from(price));
        match (self, price) {
            (Lang::En, 0) => "Whoever asked for it reads why. It was free.".into(),
            (Lang::De, 0) => "Wer es sich gewünscht hat, liest warum. Es war gratis.".into(),
            (Lang::En, _) => format!("Whoever asked for it reads why and gets {credits} back."),
            (Lang::De, _) => format!("Wer es sich gewünscht hat, liest warum und bekommt {credits} zurück."),
        }
    }

    /// A reason on its button: `Too loud`.
    pub fn staff_reason(self, reason: SkipReason) -> &'static str {
        match (self, reason) {
            (Lang::En, SkipReason::TooLoud) => "Too loud",
            (Lang::De, SkipReason::TooLoud) => "Zu laut",
            (Lang::En, SkipReason::WrongMood) => "Doesn’t fit the room",
            (Lang::De, SkipReason::WrongMood) => "Passt nicht zum Raum",
            (Lang::En, SkipReason::Unsuitable) => "Not for this audience",
            (Lang::De, SkipReason::Unsuitable) => "Nichts für dieses Publikum",
            (Lang::En, SkipReason::BadSound) => "The recording sounds bad",
            (Lang::De, SkipReason::BadSound) => "Die Aufnahme klingt schlecht",
            (Lang::En, SkipReason::HouseNeedsQuiet) => "The house needs quiet",
            (Lang::De, SkipReason::HouseNeedsQuiet) => "Das Haus braucht Ruhe",
            (Lang::En, SkipReason::Other) => "Another reason",
            (Lang::De, SkipReason::Other) => "Ein anderer Grund",
        }
    }

    /// `“Suspense” is skipped in 3 s: too loud.`
    pub fn staff_skips_in(self, title: &str, seconds: i64, reason: SkipReason) -> String {
        let why = self.skip_reason(reason);
        match self {
            Lang::En => format!("“{title}” is skipped in {seconds} s: {why}."),
            Lang::De => format!("„{title}“ wird in {seconds} s übersprungen: {why}."),
        }
    }

    /// What happened to the song and the credits.
    pub fn staff_skipped(self, title: &str, price: u32) -> String {
        let credits = self.credits(i64::from(price));
        match (self, price) {
            (Lang::En, 0) => format!("“{title}” was skipped."),
            (Lang::De, 0) => format!("„{title}“ wurde übersprungen."),
            (Lang::En, _) => format!("“{title}” was skipped: {credits} back."),
            (Lang::De, _) => format!("„{title}“ wurde übersprungen: {credits} zurück."),
        }
    }

    /// It was taken back in time.
    pub fn staff_kept(self, title: &str) -> String {
        match self {
            Lang::En => format!("“{title}” stays. Nothing was sent."),
            Lang::De => format!("„{title}“ bleibt. Nichts wurde gesendet."),
        }
    }

    /// The server refused: that song was over.
    pub fn staff_was_over(self, title: &str) -> String {
        match self {
            Lang::En => format!("“{title}” was over already and another song is playing: nothing was skipped."),
            Lang::De => format!("„{title}“ war schon vorbei, ein anderes Lied läuft: nichts wurde übersprungen."),
        }
    }

    /// The request got no answer.
    pub fn staff_skip_unanswered(self, title: &str) -> String {
        match self {
            Lang::En => format!("No answer came. If “{title}” still plays, skip it again."),
            Lang::De => format!("Es kam keine Antwort. Läuft „{title}“ noch, überspringe es noch einmal."),
        }
    }

    /// What the button beside a jukebox does.
    pub fn staff_open_apart(self, name: &str, room: &str) -> String {
        match self {
            Lang::En => format!("Open {name} (/r/{room}) in a new window"),
            Lang::De => format!("{name} (/r/{room}) in einem neuen Fenster öffnen"),
        }
    }

    /// Where the poster is now.
    pub fn staff_poster_kept(self, name: &str) -> String {
        match self {
            Lang::En => format!("The poster is in your downloads: {name}. Print it on A5."),
            Lang::De => format!("Das Plakat liegt in deinen Downloads: {name}. Drucke es auf A5."),
        }
    }

    /// There is no poster, and why.
    pub fn staff_no_poster(self, why: &str) -> String {
        match self {
            Lang::En => format!("There is no poster. {why}"),
            Lang::De => format!("Es gibt kein Plakat. {why}"),
        }
    }

    /// `Playing now, for Mara, 2 credits`
    pub fn staff_now(self, is_still: bool, name: Option<&str>, price: Option<u32>) -> String {
        let mut words = vec![if is_still { self.paused_by_staff() } else { self.playing_now() }.to_string()];
        words.extend(name.map(|name| self.for_name(name)));
        words.extend(price.map(|price| self.staff_price(price)));
        words.join(", ")
    }

    /// `2 credits`, or that it was free.
    pub fn staff_price(self, price: u32) -> String {
        if price == 0 { self.free().into() } else { self.credits(i64::from(price)) }
    }

    /// A price in the table: `5, sooner`.
    pub fn staff_paid(self, price: u32, sooner: bool) -> String {
        let price = if price == 0 { self.free().to_string() } else { price.to_string() };
        match (self, sooner) {
            (_, false) => price,
            (Lang::En, true) => format!("{price}, sooner"),
            (Lang::De, true) => format!("{price}, eher"),
        }
    }

    /// What holds the sound and what that means; nothing where it goes on.
    pub fn staff_hold(self, hold: Hold) -> Option<(&'static str, &'static str)> {
        match (self, hold) {
            (_, Hold::Free) => None,
            (Lang::En, Hold::AfterSong) => Some(("Stops after this song.", "What waits stays in the queue.")),
            (Lang::De, Hold::AfterSong) => {
                Some(("Hält nach diesem Lied an.", "Was wartet, bleibt in der Warteschlange."))
            }
            (Lang::En, Hold::Paused) => {
                Some(("Paused.", "What waits stays in the queue, and guests read that it is paused."))
            }
            (Lang::De, Hold::Paused) => {
                Some(("Angehalten.", "Was wartet, bleibt in der Warteschlange; die Gäste lesen, dass angehalten ist."))
            }
            (Lang::En, Hold::SoundOff) => Some((
                "Sound is off.",
                "The queue holds and nothing is handed to the screen. Guests read that it is paused; their credits are safe.",
            )),
            (Lang::De, Hold::SoundOff) => Some((
                "Ton ist aus.",
                "Die Warteschlange hält, der Bildschirm bekommt nichts Neues. Die Gäste lesen, dass angehalten ist; ihre Credits sind sicher.",
            )),
        }
    }

    /// How the sound is, in a few words.
    pub fn staff_sound_is(self, hold: Hold, volume: u8) -> String {
        match (self, hold) {
            (Lang::En, Hold::Free) => format!("on, {volume} %"),
            (Lang::De, Hold::Free) => format!("an, {volume} %"),
            (Lang::En, Hold::AfterSong) => "stops after this song".into(),
            (Lang::De, Hold::AfterSong) => "hält nach diesem Lied an".into(),
            (Lang::En, Hold::Paused) => "paused".into(),
            (Lang::De, Hold::Paused) => "angehalten".into(),
            (Lang::En, Hold::SoundOff) => "off, queue holds".into(),
            (Lang::De, Hold::SoundOff) => "aus, Warteschlange hält".into(),
        }
    }

    /// `silent since 21:03`
    pub fn staff_silent_since(self, time: &str) -> String {
        match self {
            Lang::En => format!("silent since {time}"),
            Lang::De => format!("still seit {time}"),
        }
    }

    /// What a silent screen does meanwhile.
    pub fn staff_ready_offline(self, songs: i64) -> String {
        match self {
            Lang::En => format!("{} ready offline", self.songs(songs)),
            Lang::De => format!("{} offline bereit", self.songs(songs)),
        }
    }

    /// `longest wait 14 min`
    pub fn staff_longest_wait(self, minutes: i64) -> String {
        match self {
            Lang::En => format!("longest wait {minutes} min"),
            Lang::De => format!("längste Wartezeit {minutes} min"),
        }
    }

    /// `until 03:00`
    pub fn staff_until(self, time: &str) -> String {
        match self {
            Lang::En => format!("until {time}"),
            Lang::De => format!("bis {time}"),
        }
    }

    /// `No connection since 21:14.`
    pub fn staff_offline_since(self, time: &str) -> String {
        match self {
            Lang::En => format!("No connection since {time}."),
            Lang::De => format!("Keine Verbindung seit {time}."),
        }
    }

    /// What is shown is old: `Shown as of 21:13.`
    pub fn staff_as_of(self, time: &str) -> String {
        match self {
            Lang::En => format!("Shown as of {time}."),
            Lang::De => format!("Stand von {time}."),
        }
    }

    /// A key's name on a button.
    pub fn staff_key(self, key: &str) -> &str {
        match (self, key) {
            (Lang::En, "Control") => "Ctrl",
            (Lang::De, "Control") => "Strg",
            (Lang::De, "Shift") => "Umschalt",
            (Lang::De, "Space") => "Leertaste",
            (_, "ArrowUp") => "↑",
            (_, "ArrowDown") => "↓",
            (_, key) => key,
        }
    }
}
