//! Cutting names and queries into the same words.

use super::fold::fold;

/// Longer words are cut: nobody types them, and an index has limits.
const LONGEST_WORD: usize = 40;

/// The folded words of a name, in their order. Apostrophes vanish ("don't" is "dont"); Chinese characters and
/// Japanese kana, written without spaces, are a word each.
pub(super) fn words(text: &str) -> Vec<String> {
    pieces(text).into_iter().flatten().collect()
}

/// Like [`words`], and also what is written in one go as one word: "AC/DC" gives "ac", "dc" and "acdc".
pub(super) fn words_and_joined(text: &str) -> Vec<String> {
    let pieces = pieces(text);
    let joined = pieces.iter().filter(|words| words.len() > 1 && words.iter().any(|word| word.len() < 4));
    let joined: Vec<String> = joined.map(|words| words.concat()).filter(|word| word.is_ascii()).collect();
    pieces.into_iter().flatten().chain(joined).map(shortened).collect()
}

/// For each piece between spaces, its words.
fn pieces(text: &str) -> Vec<Vec<String>> {
    fold(text).split_whitespace().map(words_of_piece).filter(|words| !words.is_empty()).collect()
}

fn words_of_piece(piece: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in piece.chars() {
        if stands_alone(letter) {
            words.extend([letter.to_string(), String::new()]);
        } else if !letter.is_alphanumeric() && !is_mark_inside_words(letter) {
            if !matches!(letter, '\'' | '’' | 'ʼ') {
                words.push(String::new());
            }
        } else if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).map(shortened).collect()
}

fn shortened(word: String) -> String {
    if word.chars().count() <= LONGEST_WORD { word } else { word.chars().take(LONGEST_WORD).collect() }
}

fn stands_alone(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
        || matches!(letter, '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// Vowel signs of Indian and Thai scripts are no letters of their own, but parts of words.
fn is_mark_inside_words(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{e7f}')
}

/// The beginnings of a word of up to `longest` letters.
pub(super) fn starts(word: &str, longest: usize) -> impl Iterator<Item = &str> {
    word.char_indices().take(longest).map(|(at, letter)| &word[..at + letter.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_names_into_words() {
        assert_eq!(words("Don't Stop 'til You Get Enough"), ["dont", "stop", "til", "you", "get", "enough"]);
        assert_eq!(words("夜のJukebox"), ["夜", "の", "jukebox"]);
        assert_eq!(words("Чёрный, кот"), ["черныи", "кот"]);
        assert_eq!(words("  ?!  "), [""; 0]);
        assert_eq!(words(&"x".repeat(500))[0].len(), LONGEST_WORD);
    }

    #[test]
    fn joins_what_is_written_in_one_go() {
        assert_eq!(words_and_joined("AC/DC"), ["ac", "dc", "acdc"]);
        assert_eq!(words_and_joined("P!nk"), ["p", "nk", "pnk"]);
        assert_eq!(words_and_joined("夜の"), ["夜", "の"]);
    }

    #[test]
    fn beginnings_are_cut_between_letters() {
        assert_eq!(starts("чай", 2).collect::<Vec<_>>(), ["ч", "ча"]);
    }
}
