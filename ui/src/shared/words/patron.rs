//! Words of the phone: room, search, song.

use super::{Lang, texts};

texts! {
    main_nav = "Main", "Hauptmenü";
    tab_room = "Room", "Raum";
    tab_find = "Find", "Finden";
    tab_played = "Played", "Gespielt";
    tab_wallet = "Wallet", "Guthaben";
    to_the_songs = "To the songs", "Zu den Liedern";
    in_the_room = "You’re in the room", "Du bist im Raum";
    not_in_the_room = "Not in the room yet", "Noch nicht im Raum";
    closed_now = "Closed now", "Jetzt geschlossen";
    opening_the_room = "Opening the room", "Der Raum wird geöffnet";
    find_placeholder = "Find a song or an artist", "Lied oder Act suchen";
    find_a_song = "Find a song", "Lied suchen";
    quiet_invitation = "Ask for a song and it starts within seconds.", "Wünsch dir ein Lied, es beginnt in Sekunden.";
    closed_money = "Nothing is asked for or paid until it opens.", "Bis zur Öffnung wird nichts gewünscht und nichts bezahlt.";
    nearby_venues = "Nearby venues", "Orte in der Nähe";
    no_such_room = "No jukebox here", "Hier ist keine Jukebox";
    no_such_room_hint = "Scan the code on the screen again, or check the address under it.", "Scanne den Code auf dem Bildschirm noch einmal oder prüfe die Adresse darunter.";
    yours = "Yours.", "Deins.";
    yours_free = "Yours. Free", "Deins. Gratis";
    offline = "You’re offline.", "Du bist offline.";
    songs_stay = "Your songs stay in line.", "Deine Lieder bleiben in der Schlange.";
    artists = "Artists", "Acts";
    genres = "Genres", "Genres";
    decades = "Decades", "Jahrzehnte";
    most_played = "Most played here", "Hier am meisten gespielt";
    newest = "New here", "Neu hier";
    all = "All", "Alle";
    songs_heading = "Songs", "Lieder";
    not_here = "not here", "nicht hier";
    already_coming = "Already coming", "Kommt schon";
    fewer_letters = "Try fewer letters, or only the artist.", "Versuche weniger Buchstaben oder nur den Act.";
    ask_for_this_song = "Ask for this song", "Um dieses Lied bitten";
    house_told = "We told the house.", "Das Haus weiß Bescheid.";
    house_told_hint = "It sees what people miss. Nothing was taken.", "Es sieht, was den Leuten fehlt. Es wurde nichts abgebucht.";
    type_title_or_artist = "Type a title or an artist, and ask again.", "Tippe einen Titel oder Act und bitte noch einmal.";
    at_this_hour = "Played here at this hour", "Um diese Zeit läuft hier";
    also_played = "People who played this also played", "Wer das spielte, spielte auch";
    favourite = "Favourite", "Favorit";
    favourite_kept = "Among your favourites.", "Unter deinen Favoriten.";
    favourite_gone = "No longer among your favourites.", "Nicht mehr unter deinen Favoriten.";
    my_favourites = "Your favourites", "Deine Favoriten";
    browse_all = "Browse all songs", "Alle Lieder durchsehen";
    nothing_on_this_shelf = "Nothing is here yet.", "Hier ist noch nichts.";
    empty_catalogue = "No music here yet", "Hier ist noch keine Musik";
    empty_catalogue_hint = "The house has still to add some.", "Das Haus muss erst welche hinzufügen.";
    more = "More", "Mehr";
    your_place = "Your place", "Dein Platz";
    should_play = "Should play", "Sollte spielen";
    you_have = "You have", "Du hast";
    this_hour = "This hour", "Diese Stunde";
    by = "By", "Bis";
    set_aside = "Set aside", "Zurückgelegt";
    album = "Album", "Album";
    play_it = "Play it", "Spielen";
    asking = "Asking", "Frage läuft";
    promise = "If it doesn’t play, you get every credit back.", "Wenn es nicht spielt, bekommst du jeden Credit zurück.";
    promise_free = "You can take it back until it starts.", "Du kannst es zurücknehmen, bis es beginnt.";
    find_another = "Find another song", "Ein anderes Lied suchen";
    show_you_are_here = "Songs are for people who hear them. Show that you’re here first.", "Lieder sind für Leute, die sie hören. Zeig zuerst, dass du da bist.";
    here_enter_code = "I’m here: enter the code", "Ich bin da: Code eingeben";
    in_line = "It’s in line. It should play at about", "Es ist in der Schlange und läuft voraussichtlich gegen";
    plays_now = "It plays now.", "Es läuft jetzt.";
    back_to_room = "Back to the room", "Zurück zum Raum";
    no_answer_in_time = "The jukebox didn’t answer in time. Ask again.", "Die Jukebox hat nicht rechtzeitig geantwortet. Frag noch einmal.";
    lost_answer = "No connection. If your song isn’t under Played when you’re back, nothing was taken.", "Keine Verbindung. Steht dein Lied später nicht unter Gespielt, wurde nichts abgebucht.";
    are_you_here = "Are you here?", "Bist du da?";
    here_why = "Songs are for people who hear them. Type the code on the jukebox screen.", "Lieder sind für Leute, die sie hören. Tippe den Code vom Bildschirm ein.";
    code_label = "Code on the screen", "Code auf dem Bildschirm";
    code_hint = "Six digits. It changes every 30 seconds.", "Sechs Ziffern. Er wechselt alle 30 Sekunden.";
    six_digits = "The code has six digits.", "Der Code hat sechs Ziffern.";
    i_am_here = "I’m here", "Ich bin da";
    use_position = "Use my position", "Meine Position nutzen";
    position_promise = "Your position answers one question, then it is dropped. We keep which bar, never where you are.", "Deine Position beantwortet eine Frage, dann ist sie weg. Wir merken uns, welche Bar, nie, wo du bist.";
    position_refused = "The browser gave no position. The code works as well.", "Der Browser gab keine Position heraus. Der Code geht genauso.";
    venues_sorted = "Sorted by your position, which was used once and dropped.", "Nach deiner Position sortiert, die einmal benutzt wurde und dann weg war.";
    scan_the_code = "Scan the code on the jukebox screen, and you are in its room.", "Scanne den Code auf dem Bildschirm der Jukebox, und du bist in ihrem Raum.";
    no_venues = "No venue is set up here yet.", "Hier ist noch kein Ort eingerichtet.";
    room_name = "Room name", "Name des Raums";
    room_name_hint = "It stands under the code on the screen, after /r/.", "Er steht unter dem Code auf dem Bildschirm, nach /r/.";
    open_room = "Open the room", "Raum öffnen";
    open_now = "Open", "Offen";
    closed = "Closed", "Geschlossen";
    news_next = "Your song is next.", "Dein Lied kommt als Nächstes.";
    news_playing = "Your song is playing.", "Dein Lied läuft.";
    notice_offer = "Shall we tell you when your songs are next?", "Bescheid, wenn deine Lieder drankommen?";
    notice_why = "A notification on this device while this page is out of sight: for your own songs only, once each.", "Eine Mitteilung auf diesem Gerät, wenn diese Seite nicht zu sehen ist: nur für deine Lieder, je einmal.";
    notice_yes = "Tell me", "Ja, bitte";
    notice_no = "No, thanks", "Nein, danke";
    notice_on = "You’ll be told. You can turn it off under “You”.", "Du bekommst Bescheid. Ausschalten kannst du es unter „Du“.";
    notice_denied = "This device shows no notifications from Jukeline. You can change that in its settings.", "Dieses Gerät zeigt keine Mitteilungen von Jukeline. In seinen Einstellungen kannst du das ändern.";
    notice_switch = "Tell me when my songs are next", "Bescheid, wenn meine Lieder drankommen";
    in_app_title = "Open this page in your browser first", "Öffne diese Seite zuerst in deinem Browser";
    in_app_text = "This window belongs to another app and forgets you when it closes: your credits would be out of reach.", "Dieses Fenster gehört einer anderen App und vergisst dich beim Schließen: deine Credits wären weg.";
    in_app_how = "Use that app’s menu, “Open in browser”, or paste the address.", "Nimm das Menü der App, „Im Browser öffnen“, oder füge die Adresse ein.";
    copy_address = "Copy the address", "Adresse kopieren";
    copied = "Copied", "Kopiert";
    no_cookie = "This browser keeps no cookies, so it forgets you when you leave. Allow them for this page first.", "Dieser Browser behält keine Cookies und vergisst dich, wenn du gehst. Erlaube sie zuerst für diese Seite.";
}

impl Lang {
    /// `asked for by Mara`
    pub fn asked_for_by(self, name: &str) -> String {
        match self {
            Lang::En => format!("asked for by {name}"),
            Lang::De => format!("gewünscht von {name}"),
        }
    }

    /// `Yours. 2 credits if it plays`
    pub fn yours_if_it_plays(self, price: i64) -> String {
        match (self, price) {
            (_, 0) => self.yours_free().into(),
            (Lang::En, n) => format!("Yours. {} if it plays", self.credits(n)),
            (Lang::De, n) => format!("Deins. {}, wenn es spielt", self.credits(n)),
        }
    }

    /// `More from Ida`
    pub fn more_from(self, artist: &str) -> String {
        match self {
            Lang::En => format!("More from {artist}"),
            Lang::De => format!("Mehr von {artist}"),
        }
    }

    /// `Because you played Old Copper Moon`
    pub fn because_you_played(self, title: &str) -> String {
        match self {
            Lang::En => format!("Because you played {title}"),
            Lang::De => format!("Weil du {title} gespielt hast"),
        }
    }

    /// A price on a button or in a list: `2 credits`, or `free`.
    pub fn price(self, price: i64) -> String {
        if price == 0 { self.free().into() } else { self.credits(price) }
    }

    /// `You see the room as it was at 21:06.`
    pub fn room_as_of(self, time: &str) -> String {
        match self {
            Lang::En => format!("You see the room as it was at {time}."),
            Lang::De => format!("Du siehst den Raum, wie er um {time} war."),
        }
    }

    /// What becomes of one's credits while the jukebox is offline.
    pub fn back_unless_it_plays(self, credits: i64, time: &str) -> String {
        match self {
            Lang::En => format!("Your {} come back by {time} unless your song plays.", self.credits(credits)),
            Lang::De => {
                format!("Deine {} kommen bis {time} zurück, wenn dein Lied nicht spielt.", self.credits(credits))
            }
        }
    }

    /// `The Copper Still is closed`
    pub fn venue_is_closed(self, venue: &str) -> String {
        match self {
            Lang::En => format!("{venue} is closed"),
            Lang::De => format!("{venue} ist geschlossen"),
        }
    }

    /// `4th, after 3 songs`
    pub fn place(self, place: i64) -> String {
        let before = self.songs(place - 1);
        let before_dative = if place == 2 { "1 Lied".into() } else { format!("{} Liedern", place - 1) };
        match (self, place) {
            (Lang::En, 1) => "next".into(),
            (Lang::De, 1) => "als Nächstes".into(),
            (Lang::En, n) => format!("{}, after {before}", ordinal(n)),
            (Lang::De, n) => format!("{n}., nach {before_dative}"),
        }
    }

    /// `about 21:19, by 21:40 at the latest`
    pub fn about_and_latest(self, about: &str, latest: &str) -> String {
        match self {
            Lang::En => format!("about {about}, by {latest} at the latest"),
            Lang::De => format!("etwa {about}, spätestens {latest}"),
        }
    }

    /// `21:40 at the latest`
    pub fn at_the_latest(self, time: &str) -> String {
        match self {
            Lang::En => format!("{time} at the latest"),
            Lang::De => format!("spätestens {time}"),
        }
    }

    /// `at 21:16`
    pub fn at_time(self, time: &str) -> String {
        match self {
            Lang::En => format!("at {time}"),
            Lang::De => format!("um {time}"),
        }
    }

    /// `Already coming at 21:16`
    pub fn already_coming_at(self, time: &str) -> String {
        match self {
            Lang::En => format!("Already coming at {time}"),
            Lang::De => format!("Kommt schon um {time}"),
        }
    }

    /// `free, 1 of 3 left`
    pub fn free_left(self, left: i64, of: i64) -> String {
        match self {
            Lang::En => format!("free, {left} of {of} left"),
            Lang::De => format!("gratis, noch {left} von {of}"),
        }
    }

    /// `Play it sooner, about 21:12`
    pub fn play_sooner(self, time: &str) -> String {
        match self {
            Lang::En => format!("Play it sooner, about {time}"),
            Lang::De => format!("Früher spielen, etwa {time}"),
        }
    }

    /// What is true while the jukebox decides.
    pub fn asking_until(self, time: &str) -> String {
        match self {
            Lang::En => format!("Asking the jukebox. Nothing is taken until it says yes, at the latest at {time}."),
            Lang::De => {
                format!("Die Jukebox wird gefragt. Nichts wird abgebucht, bis sie ja sagt, spätestens um {time}.")
            }
        }
    }

    /// `2 credits, paid only if it plays`
    pub fn paid_only_if(self, price: i64) -> String {
        match (self, price) {
            (_, 0) => self.free().into(),
            (Lang::En, n) => format!("{}, paid only if it plays", self.credits(n)),
            (Lang::De, n) => format!("{}, bezahlt nur, wenn es spielt", self.credits(n)),
        }
    }

    /// `Take it back, refund 2`
    pub fn take_back(self, price: i64) -> String {
        match (self, price) {
            (Lang::En, 0) => "Take it back".into(),
            (Lang::De, 0) => "Zurücknehmen".into(),
            (Lang::En, n) => format!("Take it back, refund {n}"),
            (Lang::De, n) => format!("Zurücknehmen, {n} zurück"),
        }
    }

    /// `Nothing here sounds like “coprmoonn”`
    pub fn nothing_like(self, query: &str) -> String {
        match self {
            Lang::En => format!("Nothing here sounds like “{query}”"),
            Lang::De => format!("Nichts hier klingt wie „{query}“"),
        }
    }

    /// `the 1980s`, from the year it begins with.
    pub fn decade(self, year: &str) -> String {
        match self {
            Lang::En => format!("{year}s"),
            Lang::De => format!("{year}er"),
        }
    }

    /// `350 m` or `1.2 km`
    pub fn distance(self, metres: u32) -> String {
        if metres < 1_000 {
            return format!("{metres} m");
        }
        let (km, tenth) = (metres / 1_000, metres % 1_000 / 100);
        match self {
            Lang::En => format!("{km}.{tenth} km"),
            Lang::De => format!("{km},{tenth} km"),
        }
    }

    /// `Open, 4 songs waiting`
    pub fn open_with_waiting(self, waiting: i64) -> String {
        match self {
            Lang::En => format!("Open, {} waiting", self.songs(waiting)),
            Lang::De => format!("Offen, {} in der Schlange", self.songs(waiting)),
        }
    }

    /// `Playing The King Is Dead`
    pub fn playing_title(self, title: &str) -> String {
        match self {
            Lang::En => format!("Playing {title}"),
            Lang::De => format!("Es läuft {title}"),
        }
    }

    /// What a screen reader hears once one's song is in line.
    pub fn said_in_line(self, title: &str, time: &str) -> String {
        match self {
            Lang::En => format!("Your song {title} plays at about {time}."),
            Lang::De => format!("Dein Lied {title} spielt um etwa {time}."),
        }
    }
}

/// `1st`, `2nd`, `3rd`, `11th`
pub(super) fn ordinal(n: i64) -> String {
    let suffix = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_well() {
        assert_eq!(Lang::En.place(1), "next");
        assert_eq!(Lang::En.place(2), "2nd, after 1 song");
        assert_eq!(Lang::En.place(13), "13th, after 12 songs");
        assert_eq!(Lang::De.place(4), "4., nach 3 Liedern");
        assert_eq!([21, 22, 23, 111].map(ordinal), ["21st", "22nd", "23rd", "111th"]);
    }
}
