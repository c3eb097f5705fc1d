//! What the server put into the page beside its HTML, so that the first screen needs no request.

use jukeline_app::api::RoomSnapshot;
use serde::Deserialize;
use std::{collections::BTreeMap, rc::Rc};

/// The content of `<script type="application/json" id="boot">`. Whatever is absent has its default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Boot {
    /// `patron`, `wallet`, `screen` or `setup`.
    pub surface: String,
    /// The room, as it is drawn in the page already.
    pub room: Option<RoomSnapshot>,
    /// Addresses of assets by the names of their files, such as `sprite.svg`.
    pub assets: BTreeMap<String, String>,
    /// Which pages these are.
    pub build: String,
    /// Plain http: guests only.
    pub trial: bool,
    /// Passwords can be used here. Absent: decided by `trial`.
    pub passwords: Option<bool>,
    /// Whether this browser holds a pass for the room, where the server says.
    pub in_the_room: Option<bool>,
    /// The browser sent no cookie back: it may forget the guest.
    pub no_cookie: bool,
}

impl Boot {
    /// Whether one can sign in with a password here.
    pub fn has_passwords(&self) -> bool {
        self.passwords.unwrap_or(!self.trial)
    }
}

thread_local! {
    static BOOT: Rc<Boot> = Rc::new(read().unwrap_or_default());
}

/// The page's boot data; all defaults where there is none or it can't be read.
pub fn boot() -> Rc<Boot> {
    BOOT.with(Rc::clone)
}

fn read() -> Option<Boot> {
    let element = web_sys::window()?.document()?.get_element_by_id("boot")?;
    super::lean::from_str(&element.text_content()?).ok()
}
