//! Which face of the system stands in for letters that ours lack: one that looks like ours, and has all of the text, as
//! a text that is put together from several faces falls apart where letters join.

use resvg::usvg::{
    FallbackSelectionFn,
    fontdb::{Database, FaceInfo, Stretch, Style},
};
use skrifa::{FontRef, MetadataProvider};
use std::sync::Arc;

/// Chooses for the texts of `svg`, a drawing of this program.
pub(super) fn for_texts(svg: &str) -> FallbackSelectionFn<'_> {
    Box::new(|letter, tried, fonts: &mut Arc<Database>| {
        let first = fonts.face(*tried.first()?)?.weight.0;
        let text = texts(svg).find(|text| text.contains(letter)).unwrap_or_default();
        let lacking = |face: &FaceInfo| {
            let lacking = fonts.with_face_data(face.id, |font, index| lacks(font, index, letter, text)).flatten()?;
            Some((lacking, differs(face), face.weight.0.abs_diff(first)))
        };
        let others = fonts.faces().filter(|face| !tried.contains(&face.id));
        let usable = others.filter_map(|face| Some((lacking(face)?, face.id)));
        Some(usable.min_by_key(|(rank, _)| *rank)?.1)
    })
}

/// What stands between marks.
fn texts(svg: &str) -> impl Iterator<Item = &str> {
    svg.split('>').filter_map(|part| part.split('<').next()).filter(|text| !text.is_empty())
}

/// How many letters of the text the font lacks; none where it lacks the very one.
fn lacks(font: &[u8], index: u32, letter: char, text: &str) -> Option<usize> {
    let letters = FontRef::from_index(font, index).ok()?.charmap();
    letters.map(letter)?;
    Some(text.chars().filter(|c| c.is_alphanumeric() && letters.map(*c).is_none()).count())
}

/// In how many ways a face looks unlike ours, which are upright, of normal width and without serifs.
fn differs(face: &FaceInfo) -> usize {
    let is_sans = face.families.iter().any(|(name, _)| name.contains("Sans") || name.contains("Gothic"));
    let differences = [face.monospaced, face.style != Style::Normal, face.stretch != Stretch::Normal, !is_sans];
    differences.into_iter().filter(|differs| *differs).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::face::{DISPLAY, TEXT};

    #[test]
    fn a_font_is_judged_by_all_of_a_text() {
        assert_eq!(lacks(TEXT, 0, 'Ω', "Ωμέγα & Café"), Some(0));
        assert_eq!(lacks(TEXT, 0, 'Ω', "Ω مقهى"), Some(4));
        assert_eq!(lacks(DISPLAY, 0, 'م', "مقهى"), None, "it lacks the very letter");
        assert_eq!(lacks(b"no font", 0, 'a', "a"), None);
    }

    #[test]
    fn a_text_is_found_between_marks() {
        let svg = "<svg><text x=\"1\">مقهى Luna</text><text>喫茶店</text></svg>";
        assert_eq!(texts(svg).collect::<Vec<_>>(), ["مقهى Luna", "喫茶店"]);
    }

    #[test]
    fn what_looks_like_ours_comes_first() {
        let mut fonts = Database::new();
        fonts.load_font_data(TEXT.to_vec());
        fonts.load_font_data(DISPLAY.to_vec());
        let mut faces = fonts.faces();
        assert_eq!(faces.next().map(differs), Some(0), "Noto Sans");
        assert_eq!(faces.next().map(differs), Some(1), "nothing says that this one has no serifs");
    }
}
