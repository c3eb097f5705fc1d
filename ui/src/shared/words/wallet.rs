//! Words of buying: packs, the way back from the card page, purchases, codes.

use super::{Lang, texts};

texts! {
    buy_credits = "Buy credits", "Credits kaufen";
    best_value = "Best value", "Am günstigsten";
    opening_card_page = "Opening the card page", "Die Kartenseite wird geöffnet";
    paid_by_card = "You pay by card on the next page. Credits you buy never expire.", "Du zahlst auf der nächsten Seite mit Karte. Gekaufte Credits verfallen nie.";
    sandbox_note = "Trial: no real money. Pay with the test card 4242 4242 4242 4242, any date ahead, any CVC.", "Probebetrieb: kein echtes Geld. Zahl mit der Testkarte 4242 4242 4242 4242, beliebiges späteres Datum, beliebige Prüfziffer.";
    nothing_charged = "Nothing was charged.", "Es wurde nichts abgebucht.";
    i_did_not_hear_it = "I didn’t hear it", "Ich habe es nicht gehört";
    noted_staff_told = "Noted: the staff will look at it. Your quick credits of this month are used up.", "Notiert: das Personal sieht es sich an. Deine schnellen Credits dieses Monats sind aufgebraucht.";
    owed_title = "A payment of yours was taken back", "Eine deiner Zahlungen wurde zurückgeholt";
    owed_how = "Until then you can’t ask for songs. Buy credits or enter a code: what is owed is taken from them first. If this is a mistake, ask the staff.", "Bis dahin kannst du keine Lieder wünschen. Kauf Credits oder gib einen Code ein: was offen ist, geht zuerst davon ab. Wenn das ein Irrtum ist, frag das Personal.";
    spent_first = "They are spent first.", "Sie werden zuerst ausgegeben.";
    code_title = "I have a voucher or a receipt’s code", "Ich habe einen Gutschein oder einen Belegcode";
    code_label_any = "Voucher, promotion or receipt code", "Code vom Gutschein, aus einer Aktion oder vom Beleg";
    code_hint_any = "Twelve letters and digits. A receipt’s code brings back what this browser forgot.", "Zwölf Buchstaben und Ziffern. Der Code vom Beleg bringt zurück, was dieser Browser vergaß.";
    use_code = "Use the code", "Code einlösen";
    code_unknown = "This code isn’t ours, or it was used or is too old. Check the letters.", "Diesen Code gibt es nicht, oder er wurde benutzt oder ist zu alt. Prüfe die Zeichen.";
    code_missing = "Type the code first.", "Tippe zuerst den Code ein.";
    code_yours_already = "These credits are yours already.", "Diese Credits hast du schon.";
    code_of_account = "That receipt belongs to an account. Sign in, and its credits are there.", "Dieser Beleg gehört zu einem Konto. Melde dich an, dann sind seine Credits da.";
    code_worked = "The code worked.", "Der Code hat funktioniert.";
    purchases = "Purchases", "Käufe";
    go_on_paying = "Go on paying", "Weiter bezahlen";
    what_is_this_charge = "What is this charge?", "Was ist diese Abbuchung?";
    charge_what = "What", "Was";
    charge_when = "When", "Wann";
    charge_where = "Room", "Raum";
    charge_amount = "Amount", "Betrag";
    charge_seller = "Seller", "Verkauft von";
    claim_code = "Code for lost credits", "Code für verlorene Credits";
    charge_statement = "On your statement", "Auf der Abrechnung";
    help_note = "Something is wrong? Show the staff this page: they can pay it back. That is quicker than your bank.", "Etwas stimmt nicht? Zeig dem Personal diese Seite: es kann das Geld zurückgeben. Das geht schneller als über die Bank.";
    state_open = "Not paid yet. Nothing was charged.", "Noch nicht bezahlt. Es wurde nichts abgebucht.";
    state_waiting = "Your bank has not answered yet", "Deine Bank hat noch nicht geantwortet";
    state_paid = "Paid. The credits are on their way.", "Bezahlt. Die Credits sind unterwegs.";
    state_failed = "It didn’t work. Nothing was charged.", "Es hat nicht geklappt. Es wurde nichts abgebucht.";
    state_expired = "Not paid in time. Nothing was charged.", "Nicht rechtzeitig bezahlt. Es wurde nichts abgebucht.";
    state_refunded = "Refunded to your card", "Auf deine Karte erstattet";
    state_refunded_part = "Partly refunded to your card", "Zum Teil auf deine Karte erstattet";
    state_disputed = "Your bank disputes this payment. What was unspent is taken back.", "Deine Bank beanstandet diese Zahlung. Was nicht ausgegeben war, ist zurückgeholt.";
    state_dispute_lost = "Your bank took this payment back.", "Deine Bank hat diese Zahlung zurückgeholt.";
    state_dispute_won = "Paid. Your bank’s dispute is over, the credits are back.", "Bezahlt. Die Beanstandung ist vorbei, die Credits sind zurück.";
    declined_poor = "there is not enough money on it", "darauf ist nicht genug Geld";
    declined_expired = "it has expired", "sie ist abgelaufen";
    declined_cvc = "the security code is wrong", "die Prüfziffer stimmt nicht";
    declined_number = "the number is wrong", "die Nummer stimmt nicht";
    declined_bank = "your bank didn’t confirm that it’s you", "deine Bank hat dich nicht bestätigt";
    declined_other = "your bank gave no reason", "deine Bank nannte keinen Grund";
    your_purchase = "Your purchase", "Dein Kauf";
    back_to_song = "Back to the song", "Zurück zum Lied";
    leading_back = "You are led back to your song.", "Gleich bist du wieder bei deinem Lied.";
    then_back_to_song = "After paying you are back at your song.", "Nach dem Bezahlen bist du wieder bei deinem Lied.";
    as_an_app = "Jukeline as an app", "Jukeline als App";
    as_an_app_hint = "It opens from your home screen, without a network, too.", "Sie öffnet sich vom Startbildschirm, auch ohne Netz.";
    add_to_home_screen = "Add to home screen", "Zum Startbildschirm";
    add_by_hand = "Tap Share in the browser, then “Add to Home Screen”.", "Tippe im Browser auf „Teilen“, dann auf „Zum Home-Bildschirm“.";
    to_the_wallet = "To the wallet", "Zum Guthaben";
    waiting_title = "Waiting for your bank", "Warten auf deine Bank";
    waiting_text = "It may take a minute. You can leave this page: the credits come by themselves.", "Das kann eine Minute dauern. Du kannst diese Seite verlassen: die Credits kommen von selbst.";
    waiting_long = "It takes longer than usual. You need not wait here: the credits come by themselves, and the wallet shows them.", "Es dauert länger als sonst. Du musst hier nicht warten: die Credits kommen von selbst, und das Guthaben zeigt sie.";
    look_again = "Look again", "Noch einmal nachsehen";
    left_title = "Not paid", "Nicht bezahlt";
    left_text = "You left the card page. Nothing was charged.", "Du hast die Kartenseite verlassen. Es wurde nichts abgebucht.";
    failed_title = "The payment didn’t work", "Die Zahlung hat nicht geklappt";
    expired_title = "The card page is over", "Die Kartenseite ist abgelaufen";
    declined_title = "The card was declined", "Die Karte wurde abgelehnt";
    paid_title = "Paid", "Bezahlt";
    no_such_purchase = "This address belongs to no purchase", "Zu dieser Adresse gehört kein Kauf";
    no_such_purchase_hint = "Look in the wallet: every purchase of yours stands there.", "Sieh im Guthaben nach: dort steht jeder deiner Käufe.";
    elsewhere_title = "You began elsewhere", "Du hast woanders begonnen";
    elsewhere_text = "The credits are there already: go back to the app or the browser where you began. To have them here instead, type the code below into this browser’s wallet.", "Dort sind die Credits schon: geh zurück in die App oder den Browser, wo du begonnen hast. Willst du sie lieber hier, tippe den Code von unten ins Guthaben dieses Browsers.";
    keep_code = "Keep this code. If the browser forgets you, it brings the credits back.", "Behalte diesen Code. Wenn der Browser dich vergisst, bringt er die Credits zurück.";
}

impl Lang {
    /// `Buy 10 credits`
    pub fn buy_n(self, credits: i64) -> String {
        match self {
            Lang::En => format!("Buy {}", self.credits(credits)),
            Lang::De => format!("{} kaufen", self.credits(credits)),
        }
    }

    /// `and 2 bonus until Friday, 27 March`
    pub fn bonus_on_top(self, bonus: i64, until: Option<&str>) -> String {
        match (self, until) {
            (Lang::En, Some(day)) => format!("and {bonus} bonus until {day}"),
            (Lang::De, Some(day)) => format!("und {bonus} Bonus bis {day}"),
            (Lang::En, None) => format!("and {bonus} bonus"),
            (Lang::De, None) => format!("und {bonus} Bonus"),
        }
    }

    /// `10 credits and 2 bonus`
    pub fn pack_name(self, credits: i64, bonus: i64) -> String {
        if bonus == 0 {
            return self.credits(credits);
        }
        format!("{} {}", self.credits(credits), self.bonus_on_top(bonus, None))
    }

    /// `2 credits are back, on the house.`
    pub fn goodwill_back(self, credits: i64) -> String {
        match self {
            Lang::En if credits == 1 => "1 credit is back, on the house. The staff have been told.".into(),
            Lang::De if credits == 1 => "1 Credit ist zurück, aufs Haus. Das Personal weiß es.".into(),
            Lang::En => format!("{credits} credits are back, on the house. The staff have been told."),
            Lang::De => format!("{credits} Credits sind zurück, aufs Haus. Das Personal weiß es."),
        }
    }

    /// What is owed after a dispute.
    pub fn owed(self, credits: i64) -> String {
        match self {
            Lang::En => format!(
                "Your bank took the money back after {} of it had played. They are owed.",
                self.credits(credits)
            ),
            Lang::De => format!(
                "Deine Bank hat das Geld zurückgeholt, als {} davon schon gespielt waren. Die sind offen.",
                self.credits(credits)
            ),
        }
    }

    /// `2 of them are a bonus until Friday, 27 March.`
    pub fn expire_on(self, credits: i64, day: &str) -> String {
        match (self, credits) {
            (Lang::En, 1) => format!("1 of them is a bonus until {day}."),
            (Lang::De, 1) => format!("Davon 1 als Bonus bis {day}."),
            (Lang::En, n) => format!("{n} of them are a bonus until {day}."),
            (Lang::De, n) => format!("Davon {n} als Bonus bis {day}."),
        }
    }

    /// The word before bonus credits expire.
    pub fn expire_soon(self, credits: i64, when: &str) -> String {
        match (self, credits) {
            (Lang::En, 1) => format!("1 bonus credit expires on {when}."),
            (Lang::De, 1) => format!("1 Bonus-Credit verfällt am {when}."),
            (Lang::En, n) => format!("{n} bonus credits expire on {when}."),
            (Lang::De, n) => format!("{n} Bonus-Credits verfallen am {when}."),
        }
    }

    /// A venue in free play needs no credits.
    pub fn free_here(self, venue: &str, an_hour: i64) -> String {
        match self {
            Lang::En => format!(
                "Songs are free at {venue}: you need no credits there. {} an hour are yours.",
                self.songs(an_hour)
            ),
            Lang::De => format!(
                "Im {venue} sind die Lieder gratis: du brauchst dort keine Credits. {} pro Stunde gehören dir.",
                self.songs(an_hour)
            ),
        }
    }

    /// `Came in: 5 credits.`
    pub fn code_gave(self, credits: i64) -> String {
        match self {
            Lang::En => format!("{} came in.", self.credits(credits)),
            Lang::De => format!("{} eingegangen.", self.credits(credits)),
        }
    }

    /// Why a card was declined, by the provider's code.
    pub fn declined_why(self, code: &str) -> &'static str {
        match code {
            "insufficient_funds" => self.declined_poor(),
            "expired_card" => self.declined_expired(),
            "incorrect_cvc" | "invalid_cvc" => self.declined_cvc(),
            "incorrect_number" | "invalid_number" => self.declined_number(),
            "payment_intent_authentication_failure" | "authentication_required" => self.declined_bank(),
            _ => self.declined_other(),
        }
    }

    /// `The card was declined: it has expired. Nothing was charged.`
    pub fn state_declined(self, code: &str) -> String {
        let why = self.declined_why(code);
        format!("{}: {why}. {}", self.declined_title(), self.nothing_charged())
    }

    /// `Paid. 12 credits are yours.`
    pub fn paid_and_yours(self, credits: i64) -> String {
        match (self, credits) {
            (Lang::En, 1) => "Paid. 1 credit is yours.".into(),
            (Lang::De, 1) => "Bezahlt. 1 Credit gehört dir.".into(),
            (Lang::En, n) => format!("Paid. {} are yours.", self.credits(n)),
            (Lang::De, n) => format!("Bezahlt. {} gehören dir.", self.credits(n)),
        }
    }

    /// `Receipt 12`
    pub fn receipt_n(self, number: i64) -> String {
        match self {
            Lang::En => format!("Receipt {number}"),
            Lang::De => format!("Beleg {number}"),
        }
    }

    /// `Paid on Friday, 27 March, 21:04`
    pub fn paid_on(self, when: &str) -> String {
        match self {
            Lang::En => format!("Paid on {when}"),
            Lang::De => format!("Bezahlt am {when}"),
        }
    }

    /// `Bought for €9.50`
    pub fn bought_for(self, price: &str) -> String {
        match self {
            Lang::En => format!("Bought for {price}"),
            Lang::De => format!("Gekauft für {price}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declined_card_says_why_and_that_nothing_was_charged() {
        let words = Lang::En.state_declined("insufficient_funds");
        assert_eq!(words, "The card was declined: there is not enough money on it. Nothing was charged.");
        assert!(Lang::De.state_declined("of_a_newer_provider").ends_with("Es wurde nichts abgebucht."));
    }
}
