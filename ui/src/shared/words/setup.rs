//! Words of the first run.

use super::{Lang, texts};
use jukeline_app::api::Problem;

texts! {
    setup_step_you = "You", "Du";
    setup_step_venue = "Your venue", "Dein Lokal";
    setup_step_jukebox = "The jukebox", "Die Jukebox";
    setup_step_music = "Your music", "Deine Musik";
    setup_step_screen = "The screen", "Der Bildschirm";
    setup_step_phone = "A phone", "Ein Handy";
    setup_steps = "Steps", "Schritte";
    setup_step_done = "done", "erledigt";
    setup_come_back = "You can stop at any step. The link in the terminal brings you back here.", "Du kannst jederzeit aufhören. Der Link im Terminal führt hierher zurück.";
    setup_come_back_signed_in = "You can stop at any step. Sign in at /setup to go on.", "Du kannst jederzeit aufhören. Melde dich unter /setup an, um weiterzumachen.";

    setup_you_title = "First, you", "Zuerst du";
    setup_you_lead = "You run this server. Staff and patrons come later.", "Du betreibst diesen Server. Personal und Gäste kommen später.";
    setup_your_name = "Your name", "Dein Name";
    setup_e_mail_hint = "To sign in. No mail is sent.", "Zum Anmelden. Es wird keine Mail verschickt.";
    setup_to_venue = "Go on to your venue", "Weiter zu deinem Lokal";

    setup_venue_title = "Your venue", "Dein Lokal";
    setup_venue_lead = "Who may play is decided by where people are and when you are open.", "Wer spielen darf, hängt davon ab, wo die Leute sind und wann du geöffnet hast.";
    setup_venue_name = "Name", "Name";
    setup_time_zone = "Time zone", "Zeitzone";
    setup_town = "Town", "Ort";
    setup_town_hint = "Shown in the list of places. May stay empty.", "Steht in der Liste der Orte. Darf leer bleiben.";
    setup_open_hours = "Open", "Geöffnet";
    setup_always_open = "Always open", "Immer geöffnet";
    setup_opens = "opens", "öffnet";
    setup_closes = "closes", "schließt";
    setup_until = "to", "bis";
    setup_hours_hint = "Leave a day empty when you are closed. A time before noon belongs to the night before.", "Lass einen Tag leer, wenn du geschlossen hast. Eine Zeit vor Mittag gehört zur Nacht davor.";
    setup_latitude = "Latitude", "Breite";
    setup_longitude = "Longitude", "Länge";
    setup_i_am_here = "I am here", "Ich bin hier";
    setup_position_hint = "Without a position, people show that they are here with the code on the screen.", "Ohne Position zeigen Gäste mit dem Code vom Bildschirm, dass sie da sind.";
    setup_position_refused = "This browser gives no position here: it does so over https only, and only if you allow it. Type it in, or leave it empty.", "Dieser Browser verrät hier keine Position: das geht nur über https und nur, wenn du es erlaubst. Tippe sie ein oder lass sie leer.";
    setup_position_impossible = "Latitude is -90 to 90, longitude -180 to 180. Fill in both or neither.", "Breite von -90 bis 90, Länge von -180 bis 180. Fülle beide aus oder keine.";
    setup_radius = "How far around, in metres", "Umkreis in Metern";
    setup_radius_hint = "75 m covers most rooms and the tables outside.", "75 m reichen für die meisten Räume und die Tische draußen.";
    setup_radius_impossible = "20 to 1,000 metres.", "20 bis 1.000 Meter.";
    setup_hours_impossible = "Each day needs both times, and closing must come by noon of the next day.", "Jeder Tag braucht beide Zeiten, und Schluss ist spätestens am nächsten Mittag.";
    setup_name_needed = "It needs a name of at most 60 characters.", "Es braucht einen Namen mit höchstens 60 Zeichen.";
    setup_to_jukebox = "Go on to the jukebox", "Weiter zur Jukebox";

    setup_jukebox_title = "The jukebox", "Die Jukebox";
    setup_jukebox_lead = "One zone of your venue, with one queue.", "Ein Bereich deines Lokals mit einer Warteschlange.";
    setup_zone = "Zone", "Bereich";
    setup_zone_hint = "Where it plays: bar, terrace, upstairs. May stay empty.", "Wo sie spielt: Bar, Terrasse, oben. Darf leer bleiben.";
    setup_room_name = "Room name", "Raumname";
    setup_room_name_hint = "Short, lower case. It stays on posters, so choose it once.", "Kurz und klein geschrieben. Er steht auf Plakaten, wähle ihn also einmal.";
    setup_room_name_impossible = "2 to 24 of a-z, 0-9 and inner hyphens.", "2 bis 24 Zeichen: a-z, 0-9 und Bindestriche dazwischen.";
    setup_people_open = "People will open", "Gäste öffnen";
    setup_to_music = "Go on to your music", "Weiter zu deiner Musik";

    setup_music_lead = "OGG, Opus, MP3, FLAC and M4A. Files stay where they are and are only read.", "OGG, Opus, MP3, FLAC und M4A. Dateien bleiben, wo sie sind, und werden nur gelesen.";
    setup_folder = "Folder on this machine", "Ordner auf diesem Rechner";
    setup_folder_hint = "The full path, such as /srv/music.", "Der volle Pfad, etwa /srv/music.";
    setup_folder_unknown = "There is no such folder on the server. Give the full path, such as /srv/music.", "Diesen Ordner gibt es auf dem Server nicht. Gib den vollen Pfad an, etwa /srv/music.";
    setup_import_runs = "Another folder is being read. Wait until it is done.", "Ein anderer Ordner wird gerade gelesen. Warte, bis er fertig ist.";
    setup_read_folder = "Read this folder", "Diesen Ordner lesen";
    setup_import_progress = "Import", "Import";
    setup_looking_for_files = "Looking for files", "Suche Dateien";
    setup_files_left_out = "Files left out", "Ausgelassene Dateien";
    setup_go_on_meanwhile = "Go on while it reads", "Weiter, während gelesen wird";
    setup_to_screen = "Go on to the screen", "Weiter zum Bildschirm";

    setup_screen_step_title = "The screen that plays", "Der Bildschirm, der spielt";
    setup_screen_lead = "On the machine with the loudspeakers, open the address and type the code.", "Öffne am Rechner mit den Lautsprechern die Adresse und gib den Code ein.";
    setup_screen_lead_paired = "Paired. Now hear it.", "Gekoppelt. Jetzt hör hin.";
    setup_open_verb = "Open", "Öffne";
    setup_open_here = "Open it here", "Hier öffnen";
    setup_new_code = "A new code", "Ein neuer Code";
    setup_code_over = "This code is too old. Make a new one.", "Dieser Code ist zu alt. Hol einen neuen.";
    setup_screen_is_here = "The screen is here.", "Der Bildschirm ist da.";
    setup_screen_is_here_more = "It is paired and connected.", "Er ist gekoppelt und verbunden.";
    setup_test_sound = "Touch the screen once: it answers with two soft notes. That is the test sound.", "Berühre den Bildschirm einmal: er antwortet mit zwei leisen Tönen. Das ist der Testton.";
    setup_test_sound_silent = "Silent? Turn up the loudspeakers, or choose another output on that machine.", "Still? Dreh die Lautsprecher auf oder wähle an dem Rechner einen anderen Ausgang.";
    setup_heard_it = "I hear it. Go on to a phone", "Ich höre es. Weiter zum Handy";
    setup_skip_to_phone = "Later. Go on to a phone", "Später. Weiter zum Handy";

    setup_phone_title = "Connect a phone", "Ein Handy verbinden";
    setup_phone_lead = "Scan this with a phone in the room.", "Scanne das mit einem Handy im Raum.";
    setup_phone_lead_done = "Everything is in place.", "Alles ist bereit.";
    setup_waiting_for_phone = "Waiting for a phone", "Warte auf ein Handy";
    setup_no_phone_yet = "No phone yet", "Noch kein Handy";
    setup_phone_seen = "I see your phone.", "Ich sehe dein Handy.";
    setup_phone_seen_more = "Pick a song on it; it plays on the screen.", "Such darauf ein Lied aus; es läuft auf dem Bildschirm.";
    setup_skip_finish = "Skip, finish setup", "Überspringen, fertig";
    setup_finish = "Finish", "Fertig";
    setup_cause_network = "Same network?", "Gleiches Netz?";
    setup_cause_network_more = "The phone may be on mobile data. Turn on wifi and scan again.", "Das Handy ist vielleicht im Mobilfunk. Schalte WLAN ein und scanne noch einmal.";
    setup_cause_guest = "Guest wifi", "Gäste-WLAN";
    setup_cause_guest_more = "often keeps devices apart. Use the other network, or allow this machine.", "trennt Geräte oft voneinander. Nimm das andere Netz oder erlaube diesen Rechner.";
    setup_cause_firewall = "Firewall:", "Firewall:";
    setup_cause_loopback = "Only this machine can reach this address.", "Diese Adresse erreicht nur dieser Rechner.";
    setup_cause_loopback_more = "Stop the server and start it with --bind 0.0.0.0 (the demo), or set public_url and http.bind.", "Stopp den Server und starte ihn mit --bind 0.0.0.0 (die Demo), oder setze public_url und http.bind.";

    setup_overview_title = "Your jukebox", "Deine Jukebox";
    setup_overview_ready = "Everything is in place.", "Alles ist bereit.";
    setup_overview_open = "What is done, and what is still open.", "Was erledigt ist und was noch fehlt.";
    setup_still_open = "still open", "noch offen";
    setup_open_the_room = "Open the room", "Den Raum öffnen";
    setup_open_the_floor = "Run the floor", "Das Lokal bedienen";
    setup_sign_out = "Sign out", "Abmelden";
    setup_made_already = "It stands as you made it. Changes come with the staff app.", "Es steht, wie du es angelegt hast. Ändern lässt es sich später in der Personal-App.";

    setup_link_used_title = "This link is used up", "Dieser Link ist verbraucht";
    setup_link_used_lead = "It works once. Start the server again, or run jukeline serve, and take the new link from the terminal.", "Er gilt einmal. Starte den Server neu oder führe jukeline serve aus und nimm den neuen Link aus dem Terminal.";
    setup_link_needed_title = "Open the link from the terminal", "Öffne den Link aus dem Terminal";
    setup_link_needed_lead = "The server prints a one-time link when it starts without an operator. It leads here and lets you in.", "Der Server zeigt beim Start ohne Betreiber einen Einmal-Link. Er führt hierher und lässt dich hinein.";
    setup_sign_in_title = "Sign in to your venue", "Bei deinem Lokal anmelden";
    setup_sign_in = "Sign in", "Anmelden";
    setup_sign_in_wrong = "E-mail and password don’t match.", "E-Mail und Passwort passen nicht zusammen.";
    setup_sign_in_not_operator = "This account doesn’t run this server. Sign in with the operator’s.", "Dieses Konto betreibt den Server nicht. Melde dich mit dem des Betreibers an.";
    setup_sign_in_lost = "Lost the password? On the server, run: jukeline accounts reset your@address", "Passwort verloren? Führe auf dem Server aus: jukeline accounts reset deine@adresse";
    setup_title = "Setup", "Einrichtung";
    setup_needs_this_machine = "Without https a password would travel readable. Open this page on the server itself, or set up https first.", "Ohne https ginge ein Passwort lesbar durchs Netz. Öffne diese Seite auf dem Server selbst oder richte zuerst https ein.";
}

impl Lang {
    /// Days of the week, Monday first.
    pub fn weekdays(self) -> [&'static str; 7] {
        match self {
            Lang::En => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
            Lang::De => ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        }
    }

    /// `1842` with the language's thousands mark.
    pub fn number(self, n: u64) -> String {
        let digits = n.to_string();
        let mark = if self == Lang::En { ',' } else { '.' };
        let mut out = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    }

    /// `4,221 songs`
    pub fn songs_counted(self, n: u64) -> String {
        let one = i64::from(n != 1) + 1;
        match self {
            Lang::En => format!("{} {}", self.number(n), self.plural(one, "song", "songs")),
            Lang::De => format!("{} {}", self.number(n), self.plural(one, "Lied", "Lieder")),
        }
    }

    /// `of 4,221 files`
    pub fn of_files(self, n: u64) -> String {
        match self {
            Lang::En => format!("of {} files", self.number(n)),
            Lang::De => format!("von {} Dateien", self.number(n)),
        }
    }

    /// `about 3 min left`
    pub fn minutes_left(self, minutes: i64) -> String {
        match self {
            Lang::En => format!("about {minutes} min left"),
            Lang::De => format!("noch etwa {minutes} min"),
        }
    }

    /// `3 files were left out`
    pub fn left_out(self, n: usize) -> String {
        let n = n as i64;
        match self {
            Lang::En => format!("{n} {} left out", self.plural(n, "file was", "files were")),
            Lang::De => format!("{n} {} ausgelassen", self.plural(n, "Datei wurde", "Dateien wurden")),
        }
    }

    /// `38 new songs, 4 were here before.`
    pub fn imported(self, new: u64, already: u64) -> String {
        let (new, n) = (self.number(new), new as i64);
        let already_text = self.number(already);
        match (self, already) {
            (Lang::En, 0) => format!("{new} new {}.", self.plural(n, "song", "songs")),
            (Lang::De, 0) => format!("{new} {}.", self.plural(n, "neues Lied", "neue Lieder")),
            (Lang::En, _) => format!("{new} new {}, {already_text} here before.", self.plural(n, "song", "songs")),
            (Lang::De, _) => format!("{new} {}, {already_text} schon da.", self.plural(n, "neues Lied", "neue Lieder")),
        }
    }

    /// `There is no music in /srv/pictures.`
    pub fn no_music_in(self, folder: &str) -> String {
        match self {
            Lang::En => format!("There is no music in {folder}."),
            Lang::De => format!("In {folder} ist keine Musik."),
        }
    }

    /// `Reading stopped: …`
    pub fn import_failed(self, why: &str) -> String {
        match self {
            Lang::En => format!("Reading stopped: {why}. Read the folder again to go on."),
            Lang::De => format!("Das Lesen brach ab: {why}. Lies den Ordner noch einmal, um weiterzumachen."),
        }
    }

    /// `“copper” is taken on this server. Try “copper-bar”.`
    pub fn room_taken(self, room: &str, instead: &str) -> String {
        match self {
            Lang::En => format!("“{room}” is taken on this server. Try “{instead}”."),
            Lang::De => format!("„{room}“ ist auf diesem Server vergeben. Versuche „{instead}“."),
        }
    }

    /// `Waiting for the screen. The code works for 9 more minutes.`
    pub fn waiting_for_screen(self, minutes: i64) -> String {
        match self {
            Lang::En => format!(
                "Waiting for the screen. The code works for {minutes} more {}.",
                self.plural(minutes, "minute", "minutes")
            ),
            Lang::De => format!(
                "Warte auf den Bildschirm. Der Code gilt noch {minutes} {}.",
                self.plural(minutes, "Minute", "Minuten")
            ),
        }
    }

    /// `let port 8080 in on this machine.`
    pub fn firewall_port(self, port: &str) -> String {
        match self {
            Lang::En => format!("let port {port} in on this machine."),
            Lang::De => format!("lass Port {port} auf diesem Rechner herein."),
        }
    }

    /// What the server found impossible in the field that `problem` names.
    pub fn setup_field(self, problem: &Problem) -> String {
        let field = problem.params.get("field").and_then(serde_json::Value::as_str).unwrap_or_default();
        let known = match field {
            "name" => self.setup_name_needed(),
            "room" => self.setup_room_name_impossible(),
            "hours" => self.setup_hours_impossible(),
            "position" => self.setup_position_impossible(),
            "radius_m" => self.setup_radius_impossible(),
            "folder" => self.setup_folder_unknown(),
            _ => return self.problem(problem),
        };
        known.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_marked() {
        assert_eq!(
            (Lang::En.number(1_842), Lang::De.number(1_234_567), Lang::En.number(42)),
            ("1,842".into(), "1.234.567".into(), "42".into())
        );
    }
}
