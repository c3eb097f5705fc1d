//! The pictures' words, English and German side by side.

use jukeline_app::hours::day_of_week;

/// A language of the pictures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Lang {
    /// The language that a tag such as `de-AT` names; English where that isn't spoken.
    pub fn of(tag: &str) -> Lang {
        let language = tag.split('-').next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") { Lang::De } else { Lang::En }
    }

    /// Its tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
        }
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Lang::En => &EN,
            Lang::De => &DE,
        }
    }
}

/// One thing, and more of it.
pub(super) type Counted = (&'static str, &'static str);

pub(super) struct Words {
    lang: Lang,
    pub(super) in_numbers: &'static str,
    pub(super) played: Counted,
    pub(super) songs: Counted,
    pub(super) artists: Counted,
    pub(super) nights: Counted,
    pub(super) venues: Counted,
    pub(super) top_songs: &'static str,
    pub(super) top_artists: &'static str,
    pub(super) months: &'static str,
    pub(super) busiest: &'static str,
    pub(super) empty: &'static str,
    pub(super) empty_more: &'static str,
}

static EN: Words = Words {
    lang: Lang::En,
    in_numbers: "The year in numbers",
    played: ("song played", "songs played"),
    songs: ("different song", "different songs"),
    artists: ("artist", "artists"),
    nights: ("night", "nights"),
    venues: ("venue", "venues"),
    top_songs: "Most played songs",
    top_artists: "Most played artists",
    months: "Songs, month by month",
    busiest: "The night with most songs",
    empty: "No song yet",
    empty_more: "The first one waits in the jukebox.",
};

static DE: Words = Words {
    lang: Lang::De,
    in_numbers: "Das Jahr in Zahlen",
    played: ("Lied gespielt", "Lieder gespielt"),
    songs: ("verschiedenes Lied", "verschiedene Lieder"),
    artists: ("Act", "Acts"),
    nights: ("Nacht", "Nächte"),
    venues: ("Ort", "Orte"),
    top_songs: "Meistgespielte Lieder",
    top_artists: "Meistgespielte Acts",
    months: "Lieder, Monat für Monat",
    busiest: "Die Nacht mit den meisten Liedern",
    empty: "Noch kein Lied",
    empty_more: "Das erste wartet in der Jukebox.",
};

const EN_DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DE_DAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const EN_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DE_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

impl Words {
    pub(super) fn my_year(&self, year: u16) -> String {
        match self.lang {
            Lang::En => format!("My year {year}"),
            Lang::De => format!("Mein Jahr {year}"),
        }
    }

    /// A number as it is written here, such as 1,204.
    pub(super) fn number(&self, number: u32) -> String {
        let separator = match self.lang {
            Lang::En => ',',
            Lang::De => '.',
        };
        let digits = number.to_string();
        let mut written = String::with_capacity(digits.len() + 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                written.push(separator);
            }
            written.push(digit);
        }
        written
    }

    /// The word for so many.
    pub(super) fn of(&self, number: u32, (one, more): Counted) -> &'static str {
        if number == 1 { one } else { more }
    }

    /// How often, such as 12×.
    pub(super) fn times(&self, number: u32) -> String {
        format!("{}×", self.number(number))
    }

    /// A month's first letter, January 0.
    pub(super) fn initial(&self, month: usize) -> &'static str {
        self.month(month).get(..1).unwrap_or_default()
    }

    fn month(&self, month: usize) -> &'static str {
        let months = match self.lang {
            Lang::En => EN_MONTHS,
            Lang::De => DE_MONTHS,
        };
        months.get(month).copied().unwrap_or_default()
    }

    /// A night's date, such as "Saturday, 14 November".
    pub(super) fn date(&self, night: u32) -> String {
        let (day, month) = (night % 100, self.month((night / 100 % 100).saturating_sub(1) as usize));
        let weekday = usize::from(day_of_week(night)) % 7;
        match self.lang {
            Lang::En => format!("{}, {day} {month}", EN_DAYS[weekday]),
            Lang::De => format!("{}, {day}. {month}", DE_DAYS[weekday]),
        }
    }
}
