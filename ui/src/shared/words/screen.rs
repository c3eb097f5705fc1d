//! Words of the screen.

use super::{Lang, texts};
use jukeline_app::time::MINUTE;

texts! {
    screen_pick_next = "Pick the next song", "Wähle das nächste Lied";
    screen_free_tonight = "Free tonight", "Heute gratis";
    screen_qr_label = "QR code to the room", "QR-Code zum Raum";
    screen_scan_tap_hear = "Scan, tap, hear.", "Scannen, tippen, hören.";
    screen_top_here = "Top 10 here this week", "Top 10 hier diese Woche";
    screen_top_beside = "Top here this week", "Hier diese Woche vorn";
    screen_played_elsewhere = "Just played elsewhere", "Gerade anderswo gespielt";
    screen_goes_on_from_here = "Paused, goes on from here", "Angehalten, geht hier weiter";
    screen_no_output = "No loudspeakers found", "Keine Lautsprecher gefunden";
    screen_no_output_why = "Look at this computer’s sound output. Music goes on by itself as soon as there is one.", "Sieh nach der Tonausgabe dieses Computers. Die Musik läuft von selbst weiter, sobald es eine gibt.";
    screen_touch_for_sound = "Touch to turn the sound on", "Berühren, um den Ton einzuschalten";
    screen_touch_why = "The browser asks for this once after each start.", "Der Browser verlangt das einmal nach jedem Start.";
    screen_memory_only = "Over plain http, songs are kept in memory only: after a restart they are fetched again.", "Über einfaches http liegen Lieder nur im Speicher: nach einem Neustart werden sie neu geladen.";
    screen_on_disk = "Songs are kept on this machine: after a restart they are not fetched again.", "Lieder bleiben auf diesem Gerät: nach einem Neustart werden sie nicht neu geladen.";
    screen_another_screen_plays = "Another screen plays the sound now", "Der Ton kommt jetzt von einem anderen Bildschirm";
    screen_offline = "Offline", "Offline";
    screen_plays_on_from_memory = "Playing on from memory; new songs when the network is back.", "Spielt weiter, was geladen ist; neue Lieder, sobald das Netz wieder da ist.";
    screen_no_network = "No network. New songs when it is back.", "Kein Netz. Neue Lieder, sobald es wieder da ist.";
    screen_player_is_away = "The player is offline. New songs when it is back.", "Der Player ist offline. Neue Lieder, sobald er wieder da ist.";
    screen_waits_for_other_screen = "Another screen plays its song to the end first", "Ein anderer Bildschirm spielt erst sein Lied zu Ende";
    screen_good_night = "Good night. Every credit that was waiting is back.", "Gute Nacht. Alle wartenden Credits sind zurück.";
    screen_pair_title = "Type the pairing code from the setup page", "Gib den Kopplungscode von der Einrichtungsseite ein";
    screen_pairing_code = "Pairing code", "Kopplungscode";
    screen_pair_this_screen = "Pair this screen", "Diesen Bildschirm koppeln";
    screen_pairing_hint = "Eight digits. Each code works once, for ten minutes.", "Acht Ziffern. Jeder Code gilt einmal, zehn Minuten lang.";
    screen_pairing_spent = "This code is used up or too old. Make a new one on the setup page.", "Dieser Code ist verbraucht oder zu alt. Hol dir auf der Einrichtungsseite einen neuen.";
    screen_pairing_eight_digits = "The code has eight digits.", "Der Code hat acht Ziffern.";
    screen_pairing_no_codec = "This browser can play no music file at all. Use Chromium, Firefox or Safari.", "Dieser Browser kann gar keine Musikdateien abspielen. Nimm Chromium, Firefox oder Safari.";
    screen_looking_for_server = "Looking for the server", "Suche den Server";
    screen_screen_title = "Screen", "Bildschirm";
}

impl Lang {
    /// `Playing now, for Mara`
    pub fn playing_now_for(self, name: Option<&str>) -> String {
        match name {
            Some(name) => format!("{}, {}", self.playing_now(), self.for_name(name)),
            None => self.playing_now().into(),
        }
    }

    /// `Up first, for Mara`: it sounds once the screen was touched.
    pub fn up_first_for(self, name: Option<&str>) -> String {
        let first = match self {
            Lang::En => "Up first",
            Lang::De => "Als Erstes",
        };
        match name {
            Some(name) => format!("{first}, {}", self.for_name(name)),
            None => first.into(),
        }
    }

    /// `Songs are free tonight, 3 an hour for each of you.`
    pub fn songs_are_free(self, per_hour: u32) -> String {
        match self {
            Lang::En => format!("Songs are free tonight, {per_hour} an hour for each of you."),
            Lang::De => format!("Heute sind Lieder gratis, {per_hour} pro Stunde für jeden von euch."),
        }
    }

    /// `4 min ago`, from a length in milliseconds.
    pub fn screen_ago(self, ms: i64) -> String {
        match (self, ms.div_euclid(MINUTE)) {
            (Lang::En, ..=0) => "Just now".into(),
            (Lang::De, ..=0) => "Gerade eben".into(),
            (Lang::En, minutes @ ..60) => format!("{minutes} min ago"),
            (Lang::De, minutes @ ..60) => format!("vor {minutes} min"),
            (Lang::En, minutes) => format!("{} h ago", minutes / 60),
            (Lang::De, minutes) => format!("vor {} h", minutes / 60),
        }
    }

    /// `Code 4 8 3 9 2 1`, digit by digit for screen readers.
    pub fn code_aloud(self, code: &str) -> String {
        let digits: Vec<String> = code.chars().map(String::from).collect();
        format!("Code {}", digits.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_is_told_in_whole_minutes_or_hours() {
        let told = |ms| (Lang::En.screen_ago(ms), Lang::De.screen_ago(ms));
        assert_eq!(told(-5), ("Just now".into(), "Gerade eben".into()), "clocks differ a little");
        assert_eq!(told(MINUTE), ("1 min ago".into(), "vor 1 min".into()));
        assert_eq!(told(59 * MINUTE), ("59 min ago".into(), "vor 59 min".into()));
        assert_eq!(told(125 * MINUTE), ("2 h ago".into(), "vor 2 h".into()));
    }
}
