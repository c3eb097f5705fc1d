//! Words of what was heard: charts, one's own history.

use super::{Lang, patron::ordinal, texts};
use jukeline_app::api::{ChartScope, ChartWindow, NightRule, YearPicture};

texts! {
    charts = "Charts", "Charts";
    which_nights = "Which nights", "Welche Nächte";
    where_heard = "Where", "Wo";
    chart_place = "Place", "Platz";
    same_place = "Same place", "Gleicher Platz";
    new_in_chart = "New", "Neu";
    nothing_heard_hint = "The first song that plays stands at the top.", "Das erste Lied, das läuft, steht ganz oben.";
    history = "Heard", "Gehört";
    whole_history = "All you have heard", "Alles, was du gehört hast";
    search_history = "Search what you heard", "In Gehörtem suchen";
    your_top_songs = "Your top songs", "Deine liebsten Lieder";
    a_year_ago = "A year ago tonight", "Heute vor einem Jahr";
    no_history_yet = "None of your songs was heard yet", "Von dir war noch kein Lied zu hören";
    no_history_yet_hint = "Songs of yours that play stand here, from every venue.", "Hier stehen deine Lieder, die gelaufen sind, aus jedem Lokal.";
    what_was_heard = "What was heard", "Was zu hören war";
    your_songs = "Your songs", "Deine Lieder";
    venue_and_nights = "Venue and nights", "Lokal und Nächte";
    venue_filter = "Venue", "Lokal";
    all_venues = "All venues", "Alle Lokale";
    from_night = "From the night of", "Ab der Nacht vom";
    to_night = "To the night of", "Bis zur Nacht vom";
    nothing_heard_like_that = "You heard nothing like that", "Davon hast du nichts gehört";
    show_all = "Show all", "Alles zeigen";
    older = "Older", "Ältere";
    as_a_table = "Save it as a table", "Als Tabelle speichern";
    takes_none_now = "no songs are taken now.", "Jetzt werden keine Lieder angenommen.";
    not_now = "Not now", "Jetzt nicht";
    genre = "Genre", "Genre";
    all_genres = "All genres", "Alle Genres";
    elsewhere = "Elsewhere", "Anderswo";
    heard_elsewhere = "Just played elsewhere", "Gerade anderswo";
    everywhere = "Everywhere", "Überall";
    near_you = "Near you", "In deiner Nähe";
    elsewhere_rule = "Songs of other venues, as they are heard. Tap one to play it here.", "Lieder aus anderen Lokalen, so wie sie laufen. Tippe eines an, um es hier zu spielen.";
    nothing_elsewhere_hint = "Songs of other venues stand here as soon as they were heard.", "Lieder aus anderen Lokalen stehen hier, sobald sie zu hören waren.";
    at_another_venue = "at another venue", "in einem anderen Lokal";
    favourites = "Favourites", "Favoriten";
    no_favourites = "No favourites yet", "Noch keine Favoriten";
    no_favourites_hint = "Tap the heart beside a song, and it waits for you here.", "Tippe auf das Herz neben einem Lied, dann wartet es hier auf dich.";
    select_several = "Select several and queue them", "Mehrere wählen und wünschen";
    chosen_songs = "Songs you chose", "Gewählte Lieder";
    choose_songs = "Choose songs above", "Wähle oben Lieder";
    cancel_choice = "Never mind", "Doch nicht";
    asking_for_them = "Asking for your songs", "Deine Lieder werden gewünscht";
    not_asked_for = "Not asked for. Nothing was taken.", "Nicht gewünscht. Nichts wurde abgebucht.";
    done = "Done", "Fertig";
    your_year_short = "Your year", "Dein Jahr";
    year_rule = "Pictures to keep or to share. A night counts for the year of its date.", "Bilder zum Behalten oder Teilen. Eine Nacht zählt für das Jahr ihres Datums.";
    empty_year_so_far = "Your year has no songs yet", "Dein Jahr hat noch keine Lieder";
    years = "Years", "Jahre";
    share = "Share", "Teilen";
    download = "Save the picture", "Bild speichern";
}

impl Lang {
    /// The nights that count, on a button.
    pub fn chart_window(self, window: ChartWindow) -> &'static str {
        match (self, window) {
            (Lang::En, ChartWindow::Tonight) => "Today",
            (Lang::De, ChartWindow::Tonight) => "Heute",
            (Lang::En, ChartWindow::Week) => "This week",
            (Lang::De, ChartWindow::Week) => "Woche",
            (Lang::En, ChartWindow::Month) => "This month",
            (Lang::De, ChartWindow::Month) => "Monat",
            (Lang::En, ChartWindow::Ever) => "Ever",
            (Lang::De, ChartWindow::Ever) => "Seit je",
        }
    }

    /// Where songs count, on a button.
    pub fn chart_scope(self, scope: ChartScope) -> &'static str {
        match (self, scope) {
            (Lang::En, ChartScope::Here) => "Here",
            (Lang::De, ChartScope::Here) => "Hier",
            (Lang::En, ChartScope::City) => "In town",
            (Lang::De, ChartScope::City) => "In der Stadt",
            (Lang::En, ChartScope::Network) => "Everywhere",
            (Lang::De, ChartScope::Network) => "Überall",
        }
    }

    /// What a night is, in a sentence.
    pub fn night_rule(self, window: ChartWindow, rule: NightRule) -> &'static str {
        match (self, window, rule) {
            (Lang::En, ChartWindow::Ever, _) => "Every night since the first song counts.",
            (Lang::De, ChartWindow::Ever, _) => "Jede Nacht seit dem ersten Lied zählt.",
            (Lang::En, _, NightRule::OpeningToClosing) => {
                "A night runs from opening to closing and counts for the day it began."
            }
            (Lang::De, _, NightRule::OpeningToClosing) => {
                "Eine Nacht geht von der Öffnung bis zum Schluss und zählt für den Tag, an dem sie begann."
            }
            (Lang::En, _, NightRule::TurnsAtSix) => "A day ends at 6:00: a song at 2:00 counts for the evening before.",
            (Lang::De, _, NightRule::TurnsAtSix) => {
                "Ein Tag endet um 6:00: ein Lied um 2:00 zählt für den Abend davor."
            }
            (Lang::En, _, NightRule::EachVenuesOwn) => {
                "A song counts for the night of the venue where it was heard, even past midnight."
            }
            (Lang::De, _, NightRule::EachVenuesOwn) => {
                "Ein Lied zählt für die Nacht des Lokals, in dem es lief, auch nach Mitternacht."
            }
        }
    }

    /// An empty chart.
    pub fn nothing_heard(self, window: ChartWindow, scope: ChartScope) -> String {
        let (place, when) = match self {
            Lang::En => (
                match scope {
                    ChartScope::Here => "here",
                    ChartScope::City => "in town",
                    ChartScope::Network => "anywhere",
                },
                match window {
                    ChartWindow::Tonight => " today",
                    ChartWindow::Week => " this week",
                    ChartWindow::Month => " this month",
                    ChartWindow::Ever => "",
                },
            ),
            Lang::De => (
                match scope {
                    ChartScope::Here => "hier",
                    ChartScope::City => "in der Stadt",
                    ChartScope::Network => "irgendwo",
                },
                match window {
                    ChartWindow::Tonight => "heute ",
                    ChartWindow::Week => "diese Woche ",
                    ChartWindow::Month => "diesen Monat ",
                    ChartWindow::Ever => "",
                },
            ),
        };
        match self {
            Lang::En => format!("Nothing was heard {place} yet{when}"),
            Lang::De => format!("Noch war {when}{place} nichts zu hören"),
        }
    }

    /// A genre of which nothing was heard.
    pub fn nothing_of_genre(self, genre: &str) -> String {
        match self {
            Lang::En => format!("Of the genre {genre}. Others may have their songs."),
            Lang::De => format!("Vom Genre {genre}. Andere haben vielleicht ihre Lieder."),
        }
    }

    /// Nothing elsewhere, near by or at all.
    pub fn nothing_elsewhere(self, near: bool) -> &'static str {
        match (self, near) {
            (Lang::En, true) => "Nothing was heard near you a moment ago",
            (Lang::De, true) => "In deiner Nähe war eben nichts zu hören",
            (Lang::En, false) => "Nothing was heard elsewhere a moment ago",
            (Lang::De, false) => "Anderswo war eben nichts zu hören",
        }
    }

    /// `These songs are as of 21:04.`
    pub fn elsewhere_as_of(self, time: &str) -> String {
        match self {
            Lang::En => format!("These songs are as of {time}."),
            Lang::De => format!("Diese Lieder sind von {time}."),
        }
    }

    /// `Play here, 2 credits`
    pub fn play_here_for(self, price: &str) -> String {
        match self {
            Lang::En => format!("Play here, {price}"),
            Lang::De => format!("Hier spielen, {price}"),
        }
    }

    /// `4th`
    pub fn nth(self, place: i64) -> String {
        match (self, place) {
            (Lang::En, 1) => "next".into(),
            (Lang::De, 1) => "als Nächstes".into(),
            (Lang::En, n) => ordinal(n),
            (Lang::De, n) => format!("Platz {n}"),
        }
    }

    /// Today's price, after the venue's name: `2 credits a song.`
    pub fn today(self, price: i64) -> String {
        match (self, price) {
            (Lang::En, 0) => "songs are free.".into(),
            (Lang::De, 0) => "Lieder sind gratis.".into(),
            (Lang::En, n) => format!("{} a song.", self.credits(n)),
            (Lang::De, n) => format!("{} pro Lied.", self.credits(n)),
        }
    }

    /// The same with today's place: `2 credits a song. Yours would be 4th, after 3 songs, about 21:19.`
    pub fn today_with_place(self, price: i64, place: &str, about: &str) -> String {
        let price = self.today(price);
        match self {
            Lang::En => format!("{price} Yours would be {place}, about {about}."),
            Lang::De => format!("{price} Deins käme {place}, etwa {about}."),
        }
    }

    /// A venue in a list: `The Copper Still, 12 plays`
    pub fn venue_with_plays(self, venue: &str, plays: u32) -> String {
        match self {
            Lang::En => format!("{venue}, {plays} {}", self.plays_word(plays)),
            Lang::De => format!("{venue}, {plays}-mal"),
        }
    }

    /// The name of a heart's button.
    pub fn favourite_of(self, title: &str) -> String {
        match self {
            Lang::En => format!("Favourite: {title}"),
            Lang::De => format!("Favorit: {title}"),
        }
    }

    /// What a heart did.
    pub fn favourite_said(self, title: &str, is_one: bool) -> String {
        match (self, is_one) {
            (Lang::En, true) => format!("{title} is a favourite."),
            (Lang::De, true) => format!("{title} ist ein Favorit."),
            (Lang::En, false) => format!("{title} is no favourite any more."),
            (Lang::De, false) => format!("{title} ist kein Favorit mehr."),
        }
    }

    /// `Queue 3 songs`
    pub fn queue_n(self, n: i64) -> String {
        match self {
            Lang::En => format!("Queue {}", self.songs(n)),
            Lang::De => format!("{} wünschen", self.songs(n)),
        }
    }

    /// What is missing for all that was chosen.
    pub fn too_few_for_all(self, total: i64, have: i64) -> String {
        match self {
            Lang::En => format!("Together they are {} and you have\u{a0}{have}.", self.credits(total)),
            Lang::De => format!("Zusammen kosten sie {}, du hast\u{a0}{have}.", self.credits(total)),
        }
    }

    /// `2 of 3 are in line`
    pub fn in_line_of(self, accepted: i64, of: i64) -> String {
        match (self, accepted == of) {
            (Lang::En, true) => format!("In line: {}", self.songs(of)),
            (Lang::De, true) => format!("In der Schlange: {}", self.songs(of)),
            (Lang::En, false) => format!("In line: {accepted} of {of}"),
            (Lang::De, false) => format!("In der Schlange: {accepted} von {of}"),
        }
    }

    /// `In line: 4th, after 3 songs, about 21:19.`
    pub fn in_line_at(self, place: Option<&str>, about: Option<&str>) -> String {
        let head = match self {
            Lang::En => "In line",
            Lang::De => "In der Schlange",
        };
        match (self, place, about) {
            (Lang::En, Some(place), Some(about)) => format!("{head}: {place}, about {about}."),
            (Lang::De, Some(place), Some(about)) => format!("{head}: {place}, etwa {about}."),
            (_, Some(place), None) => format!("{head}: {place}."),
            (_, None, _) => format!("{head}."),
        }
    }

    /// `Your 2026`
    pub fn your_year(self, year: u16) -> String {
        match self {
            Lang::En => format!("Your {year}"),
            Lang::De => format!("Dein {year}"),
        }
    }

    /// A year without songs.
    pub fn empty_year(self, year: u16) -> String {
        match self {
            Lang::En => format!("No song of yours was heard in {year}"),
            Lang::De => format!("{year} war kein Lied von dir zu hören"),
        }
    }

    /// What a picture is about.
    pub fn picture_name(self, picture: YearPicture) -> &'static str {
        match (self, picture) {
            (Lang::En, YearPicture::Numbers) => "The year in numbers",
            (Lang::De, YearPicture::Numbers) => "Das Jahr in Zahlen",
            (Lang::En, YearPicture::Songs) => "Songs heard most",
            (Lang::De, YearPicture::Songs) => "Meistgehörte Lieder",
            (Lang::En, YearPicture::Artists) => "Artists heard most",
            (Lang::De, YearPicture::Artists) => "Meistgehörte Acts",
            (Lang::En, YearPicture::Months) => "Month by month",
            (Lang::De, YearPicture::Months) => "Monat für Monat",
        }
    }

    /// A year's numbers in words: plays, songs, artists, nights.
    pub fn year_in_numbers(self, year: u16, [plays, songs, artists, nights]: [u32; 4]) -> String {
        let songs = self.songs(i64::from(songs));
        match self {
            Lang::En => format!(
                "{year}: {plays} {}, {songs}, {artists} {}, {nights} {}.",
                self.plays_word(plays),
                self.plural(i64::from(artists), "artist", "artists"),
                self.plural(i64::from(nights), "night", "nights"),
            ),
            Lang::De => format!(
                "{year}: {plays}-mal gehört, {songs}, {artists} {}, {nights} {}.",
                self.plural(i64::from(artists), "Act", "Acts"),
                self.plural(i64::from(nights), "Nacht", "Nächte"),
            ),
        }
    }

    /// A list of a year in words: each with how often it was heard.
    pub fn year_listed(self, head: &str, year: u16, listed: impl Iterator<Item = (String, u32)>) -> String {
        let listed: Vec<String> =
            listed.map(|(name, plays)| format!("{name}: {plays} {}", self.plays_word(plays))).collect();
        format!("{head} {year}. {}.", listed.join("; "))
    }

    /// `plays`, beside a figure.
    pub fn plays_word(self, n: u32) -> &'static str {
        match self {
            Lang::En => self.plural(i64::from(n), "play", "plays"),
            Lang::De => "mal",
        }
    }

    /// `Up from 4`
    pub fn up_from(self, before: Option<u32>) -> String {
        match (self, before) {
            (Lang::En, Some(before)) => format!("Up from {before}"),
            (Lang::De, Some(before)) => format!("Von {before} herauf"),
            (Lang::En, None) => "Up".into(),
            (Lang::De, None) => "Herauf".into(),
        }
    }

    /// `Down from 1`
    pub fn down_from(self, before: Option<u32>) -> String {
        match (self, before) {
            (Lang::En, Some(before)) => format!("Down from {before}"),
            (Lang::De, Some(before)) => format!("Von {before} herunter"),
            (Lang::En, None) => "Down".into(),
            (Lang::De, None) => "Herunter".into(),
        }
    }

    /// `These are the charts of 21:04.`
    pub fn chart_as_of(self, time: &str) -> String {
        match self {
            Lang::En => format!("These are the charts of {time}."),
            Lang::De => format!("Das sind die Charts von {time}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_chart_says_where_and_when() {
        let (here, ever) = (ChartScope::Here, ChartWindow::Ever);
        assert_eq!(Lang::En.nothing_heard(ever, here), "Nothing was heard here yet");
        assert_eq!(Lang::En.nothing_heard(ChartWindow::Week, here), "Nothing was heard here yet this week");
        let heute = Lang::De.nothing_heard(ChartWindow::Tonight, ChartScope::City);
        assert_eq!(heute, "Noch war heute in der Stadt nichts zu hören");
    }
}
