//! Whether a song is meant by a few typed words, for lists too short for an index.

use super::words::{words, words_and_joined};

/// What somebody typed, folded as the search folds it.
#[derive(Clone, Debug)]
pub(crate) struct Typed(Vec<String>);

impl Typed {
    /// Folds a text.
    pub(crate) fn new(text: &str) -> Typed {
        Typed(words(text))
    }

    /// The folded words in their order; nothing where there was no letter.
    pub(crate) fn spelled(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(" "))
    }

    /// Whether each typed word begins a word of these names.
    pub(crate) fn is_in<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> bool {
        let there: Vec<String> = names.into_iter().flat_map(words_and_joined).collect();
        self.0.iter().all(|typed| there.iter().any(|word| word.starts_with(typed.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_typed_word_begins_a_word_of_the_song() {
        let song = ["Jóga", "Björk"];
        for typed in ["joga", "bj jo", "BJÖRK", "", "  ?"] {
            assert!(Typed::new(typed).is_in(song), "{typed}");
        }
        for typed in ["oga", "joga hunter", "björks"] {
            assert!(!Typed::new(typed).is_in(song), "{typed}");
        }
        assert_eq!(Typed::new("  BJÖRK,  jóga ").spelled().as_deref(), Some("bjork joga"));
        assert_eq!(Typed::new(" ?! ").spelled(), None);
        assert!(Typed::new("acdc").is_in(["Thunderstruck", "AC/DC"]));
    }
}
