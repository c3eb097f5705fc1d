//! Words of the phone: requests, wallet, account.

use super::{Lang, patron::ordinal, texts};
use jukeline_app::{
    api::{WalletEvent, WalletLine},
    ledger::Origin,
};

texts! {
    my_songs = "My songs", "Meine Lieder";
    earlier = "Earlier", "Früher";
    no_songs_yet = "No song of yours has played yet", "Noch hat kein Lied von dir gespielt";
    no_songs_yet_hint = "It stands here once you have asked for one, with its credits.", "Hier steht es, sobald du dir eines gewünscht hast, mit seinen Credits.";
    play_again = "Play again", "Noch einmal spielen";
    paid_when_played = "paid when it has played", "bezahlt, wenn es gespielt hat";
    your_choice = "Your choice.", "Du entscheidest.";
    wait = "Wait", "Warten";
    not_accepted = "Not accepted", "Nicht angenommen";
    free_song = "A free song", "Ein Gratislied";
    wallet = "Wallet", "Guthaben";
    you = "You", "Du";
    ask_staff = "Ask the staff for credits, or play free songs where a venue gives them.", "Frag das Personal nach Credits, oder spiel Gratislieder, wo es welche gibt.";
    what_became = "What became of each credit", "Was aus jedem Credit wurde";
    no_credits_yet = "No credits yet", "Noch keine Credits";
    no_credits_yet_hint = "Every credit you get, set aside, pay or get back stands here.", "Jeder Credit, den du bekommst, zurücklegst, bezahlst oder zurückbekommst, steht hier.";
    from_the_house = "From the house", "Vom Haus";
    bought = "Bought", "Gekauft";
    bonus = "Bonus", "Bonus";
    came_in = "Came in", "Eingegangen";
    line_set_aside = "Set aside", "Zurückgelegt";
    line_paid = "Paid, it played", "Bezahlt, es hat gespielt";
    line_refunded = "Refunded to your card", "Auf deine Karte erstattet";
    line_clawed_back = "Taken back: your bank disputes the payment", "Zurückgeholt: deine Bank beanstandet die Zahlung";
    line_expired = "Expired unused", "Ungenutzt verfallen";
    voucher = "Voucher", "Gutschein";
    goodwill = "On the house: you didn’t hear it", "Aufs Haus: du hast es nicht gehört";
    line_back = "Back, it didn’t play", "Zurück, es spielte nicht";
    your_name = "Your name", "Dein Name";
    name_hint = "Up to 40 letters. Leave it empty for none.", "Bis 40 Zeichen. Leer heißt: keiner.";
    name_on_screen = "Show my name on the public screen", "Meinen Namen öffentlich zeigen";
    name_off_hint = "Off: your songs carry no name.", "Aus: deine Lieder tragen keinen Namen.";
    save = "Save", "Speichern";
    saved = "Saved.", "Gespeichert.";
    language = "Language", "Sprache";
    privacy = "Privacy", "Datenschutz";
    sign_in = "Sign in", "Anmelden";
    sign_out = "Sign out", "Abmelden";
    sign_out_everywhere = "Sign out everywhere", "Überall abmelden";
    guest_note = "You are a guest: this browser’s cookie holds your credits.", "Du bist Gast: das Cookie dieses Browsers hält deine Credits.";
    keep_credits = "Keep your credits", "Behalte deine Credits";
    keep_account = "Keep my account", "Mein Konto behalten";
    make_account = "Make an account", "Konto anlegen";
    lost_password = "Lost the password", "Passwort vergessen";
    have_account = "Have one?", "Schon eines?";
    forgot_hint = "If there is an account, a link is on its way. It works for 30 minutes.", "Gibt es ein Konto, ist ein Link unterwegs. Er gilt 30 Minuten.";
    forgot_sent = "If there is an account with this address, a link is on its way. It works for 30 minutes.", "Gibt es ein Konto mit dieser Adresse, ist ein Link unterwegs. Er gilt 30 Minuten.";
    send_link = "Send the link", "Link senden";
    no_mail_here = "No mail here? The staff can give you a one-time code.", "Keine Mail hier? Das Personal kann dir einen Einmalcode geben.";
    have_code = "I have a code", "Ich habe einen Code";
    one_time_code = "One-time code", "Einmalcode";
    new_password_title = "A new password", "Ein neues Passwort";
    new_password = "New password", "Neues Passwort";
    new_password_hint = "At least 10 characters. Every other device is signed out.", "Mindestens 10 Zeichen. Jedes andere Gerät wird abgemeldet.";
    set_and_sign_in = "Set it and sign in", "Setzen und anmelden";
    trial_note = "This server runs in trial mode without https: guests only, no passwords.", "Dieser Server läuft im Probebetrieb ohne https: nur Gäste, keine Passwörter.";
    delete_account = "Delete my account", "Mein Konto löschen";
    delete_for_good = "Yes, delete it for good", "Ja, endgültig löschen";
    delete_paid = "Your name, address and songs become unreadable, for good. Receipts are kept, without your name.", "Dein Name, deine Adresse und deine Lieder werden unlesbar, für immer. Belege bleiben, ohne deinen Namen.";
    delete_refund = "Delete, money back to my card", "Löschen, Geld zurück auf meine Karte";
    delete_waive = "Delete and waive it", "Löschen und verzichten";
    keep_it = "No, keep it", "Nein, behalten";
    deleted = "Your account is deleted. Its personal data can’t be read any more.", "Dein Konto ist gelöscht. Seine persönlichen Daten sind nicht mehr lesbar.";
    signed_out = "You are signed out.", "Du bist abgemeldet.";
    email_invalid = "That is no e-mail address.", "Das ist keine E-Mail-Adresse.";
    privacy_intro = "What we know about you, in plain words.", "Was wir über dich wissen, in klaren Worten.";
    privacy_where = "Where you are", "Wo du bist";
    privacy_where_text = "Your position, or the code, is used for one decision and dropped. We keep which bar, never your coordinates.", "Deine Position oder der Code dient einer Entscheidung und ist dann weg. Wir merken uns die Bar, nie deine Koordinaten.";
    privacy_played = "What you played", "Was du gespielt hast";
    privacy_played_text = "Songs, times and credits, so that you can read what became of each credit.", "Lieder, Zeiten und Credits, damit du lesen kannst, was aus jedem Credit wurde.";
    privacy_name = "Your name", "Dein Name";
    privacy_name_text = "It is off the public screen until you say so.", "Er steht nicht auf dem öffentlichen Bildschirm, bis du es willst.";
    privacy_cookie = "Cookies", "Cookies";
    privacy_cookie_text = "One cookie says which guest you are, one which room you are in. Nobody else reads them; there is no tracking.", "Ein Cookie sagt, welcher Gast du bist, eines, in welchem Raum. Niemand sonst liest sie; es gibt kein Tracking.";
    privacy_leaving = "Leaving", "Gehen";
    privacy_leaving_text = "Delete your account and its personal data becomes unreadable everywhere. Receipts kept by law lose your name.", "Lösch dein Konto, und seine persönlichen Daten werden überall unlesbar. Belege, die das Gesetz verlangt, verlieren deinen Namen.";
}

impl Lang {
    /// `Waiting, 3rd. About 21:19, by 21:40`
    pub fn waiting_place(self, place: i64, about: &str, latest: &str) -> String {
        match self {
            Lang::En if place == 1 => format!("Waiting, next. About {about}, by {latest}"),
            Lang::En => format!("Waiting, {}. About {about}, by {latest}", ordinal(place)),
            Lang::De => format!("Wartet, {place}. Etwa {about}, bis {latest}"),
        }
    }

    /// `Next, on the jukebox. About 21:12`
    pub fn next_on_jukebox(self, about: &str) -> String {
        match self {
            Lang::En => format!("Next, on the jukebox. About {about}"),
            Lang::De => format!("Als Nächstes, auf der Jukebox. Etwa {about}"),
        }
    }

    /// `Past 21:40 and not played`
    pub fn past_latest(self, latest: &str) -> String {
        match self {
            Lang::En => format!("Past {latest} and not played"),
            Lang::De => format!("{latest} vorbei und nicht gespielt"),
        }
    }

    /// `Played at 20:41`
    pub fn played_at(self, time: &str) -> String {
        match self {
            Lang::En => format!("Played at {time}"),
            Lang::De => format!("Gespielt um {time}"),
        }
    }

    /// `2 credits set aside`
    pub fn n_set_aside(self, price: i64, sooner: bool) -> String {
        match (self, price, sooner) {
            (_, 0, _) => self.free_song().into(),
            (Lang::En, n, false) => format!("{} set aside", self.credits(n)),
            (Lang::De, n, false) => format!("{} zurückgelegt", self.credits(n)),
            (Lang::En, n, true) => format!("{} set aside, played sooner", self.credits(n)),
            (Lang::De, n, true) => format!("{} zurückgelegt, spielt früher", self.credits(n)),
        }
    }

    /// `2 credits paid`
    pub fn n_paid(self, price: i64) -> String {
        match (self, price) {
            (_, 0) => self.free_song().into(),
            (Lang::En, n) => format!("{} paid", self.credits(n)),
            (Lang::De, n) => format!("{} bezahlt", self.credits(n)),
        }
    }

    /// `My 2 credits back`
    pub fn my_credits_back(self, price: i64) -> String {
        match (self, price) {
            (Lang::En, 0) => "Take it out of the line".into(),
            (Lang::De, 0) => "Aus der Schlange nehmen".into(),
            (Lang::En, n) => format!("My {} back", self.credits(n)),
            (Lang::De, n) => format!("{} zurück", self.credits(n)),
        }
    }

    /// `and 2 set aside for songs that wait`
    pub fn and_set_aside(self, reserved: i64) -> String {
        match self {
            Lang::En => format!("and {reserved} set aside for songs that wait"),
            Lang::De => format!("und {reserved} zurückgelegt für Lieder, die warten"),
        }
    }

    /// `Your 12 credits and your songs move with you.`
    pub fn credits_move_along(self, credits: i64) -> String {
        match (self, credits) {
            (Lang::En, 0) => "Your songs move with you.".into(),
            (Lang::De, 0) => "Deine Lieder ziehen mit dir um.".into(),
            (Lang::En, n) => format!("Your {} and your songs move with you.", self.credits(n)),
            (Lang::De, n) => format!("Deine {} und deine Lieder ziehen mit dir um.", self.credits(n)),
        }
    }

    /// What deleting the account means, the credits first.
    pub fn delete_warning(self, credits: i64) -> String {
        match (self, credits) {
            (Lang::En, 0) => "You have no credits to lose. Your name, address and songs become unreadable, for good.".into(),
            (Lang::De, 0) => "Du hast keine Credits zu verlieren. Dein Name, deine Adresse und deine Lieder werden unlesbar, für immer.".into(),
            (Lang::En, n) => format!("You give up {}. Your name, address and songs become unreadable, for good.", self.credits(n)),
            (Lang::De, n) => format!("Du gibst {} auf. Dein Name, deine Adresse und deine Lieder werden unlesbar, für immer.", self.credits(n)),
        }
    }

    /// A line of the wallet's story: heading and what happened.
    pub fn wallet_line(self, line: &WalletLine) -> (String, &'static str) {
        let source = |origin| match origin {
            Origin::Grant => self.from_the_house(),
            Origin::Purchase => self.bought(),
            Origin::Bonus => self.bonus(),
            Origin::Voucher => self.voucher(),
            Origin::Goodwill => self.goodwill(),
        };
        let title = line.title.clone();
        match line.what {
            WalletEvent::Received { origin } => (title.unwrap_or_else(|| source(origin).into()), self.came_in()),
            WalletEvent::Reserved => (title.unwrap_or_default(), self.line_set_aside()),
            WalletEvent::Captured => (title.unwrap_or_default(), self.line_paid()),
            WalletEvent::Released => (title.unwrap_or_default(), self.line_back()),
            WalletEvent::Refunded => (self.bought().into(), self.line_refunded()),
            WalletEvent::ClawedBack => (self.bought().into(), self.line_clawed_back()),
            WalletEvent::Expired => (self.bonus().into(), self.line_expired()),
        }
    }
}
