//! Words of what was heard: charts, one's own history.

use super::{Lang, texts};
use jukeline_app::api::{ChartScope, ChartWindow, NightRule};

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
    you_come_back_to = "You come back to", "Dahin kommst du zurück";
    a_year_ago = "Tonight a year ago", "Heute vor einem Jahr";
    no_history_yet = "None of your songs was heard yet", "Von dir war noch kein Lied zu hören";
    no_history_yet_hint = "Songs of yours that play stand here, from every venue.", "Hier stehen deine Lieder, die gelaufen sind, aus jedem Lokal.";
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
