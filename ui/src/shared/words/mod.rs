//! Every string that people read, in each language.
//!
//! English and German stand side by side in one `match` over [`Lang`], so that a missing translation doesn't compile, and
//! each bundle keeps only the words it uses. What is shared is in `common` and `problems`; each surface has a file.

mod common;
mod past;
mod patron;
mod patron_account;
mod problems;
mod screen;
mod setup;
mod staff;
mod wallet;

pub(crate) use problems::decline_reason;

use super::storage;
use dioxus::prelude::*;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// Where the choice of language is kept.
const KEY: &str = "jukeline.lang";

static LANG: GlobalSignal<Lang> = Signal::global(chosen);

/// Makes methods of [`Lang`] for fixed texts: `name = "English", "German";`
macro_rules! texts {
    ($($name:ident = $en:literal, $de:literal;)*) => {
        impl $crate::shared::words::Lang {
            $(
                #[doc = $en]
                pub fn $name(self) -> &'static str {
                    match self {
                        Self::En => $en,
                        Self::De => $de,
                    }
                }
            )*
        }
    };
}
pub(crate) use texts;

/// The language of the page; a component that asks is drawn again when it changes.
pub fn lang() -> Lang {
    LANG()
}

impl Lang {
    /// All languages.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::De];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
        }
    }

    /// Its own name for itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::De => "Deutsch",
        }
    }

    /// The language of a tag such as `de-AT`, if it is spoken here.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        let primary = tag.split('-').next().unwrap_or_default();
        Lang::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }

    /// Speaks this language from now on, on this device.
    pub fn choose(self) {
        storage::set(KEY, self.tag());
        *LANG.write() = self;
        self.mark_document();
    }

    /// Tells the document its language, which decides how a screen reader pronounces it.
    pub fn mark_document(self) {
        let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
        if let Some(root) = root {
            let _ = root.set_attribute("lang", self.tag());
        }
    }

    /// `one` where `n` is 1, else `many`.
    pub(crate) fn plural(self, n: i64, one: &'static str, many: &'static str) -> &'static str {
        if n == 1 { one } else { many }
    }
}

/// What was chosen on this device, else the browser's first language, else English.
fn chosen() -> Lang {
    let kept = storage::get(KEY).and_then(|tag| Lang::from_tag(&tag));
    let browsers = || Lang::from_tag(&web_sys::window()?.navigator().language()?);
    kept.or_else(browsers).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_does_not_matter() {
        assert_eq!(Lang::from_tag("de-AT"), Some(Lang::De));
        assert_eq!(Lang::from_tag("EN"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr-FR"), None);
    }
}
