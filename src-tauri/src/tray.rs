//! The staff's tray: what plays, and the few things that are wished in passing.

use crate::floors::{self, Asked};
use jukeline_app::outside::Floor;
use tauri::{
    App, AppHandle, Wry,
    menu::{MenuBuilder, MenuEvent, MenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

/// A menu's line has so many characters at the most: titles may have hundreds.
const LONGEST: usize = 60;

/// The tray's icon with its menu.
pub(crate) struct Tray {
    icon: TrayIcon,
    now: MenuItem<Wry>,
    pause: MenuItem<Wry>,
    skip: MenuItem<Wry>,
    open: MenuItem<Wry>,
}

impl Tray {
    /// Puts it up. A desktop without a place for it has none: everything in it is on the page as well.
    pub(crate) fn put_up(app: &App) -> Option<Tray> {
        let tray = Tray::build(app);
        if let Err(error) = &tray {
            tracing::warn!(%error, "this desktop has no tray");
        }
        tray.ok()
    }

    fn build(app: &App) -> tauri::Result<Tray> {
        let item = |id: &str, words: &str, enabled: bool| MenuItem::with_id(app, id, words, enabled, None::<&str>);
        let (now, open) = (item("now", "Jukeline", false)?, item("open", "Open", true)?);
        let (pause, skip) = (item("pause", "Pause", false)?, item("skip", "Skip …", false)?);
        let menu =
            MenuBuilder::new(app).item(&now).separator().items(&[&pause, &skip]).separator().item(&open).build()?;
        let mut icon = TrayIconBuilder::with_id("jukeline-staff")
            .menu(&menu)
            .tooltip("Jukeline")
            // Its menu is where macOS expects it; elsewhere a click opens the window.
            .show_menu_on_left_click(cfg!(target_os = "macos"))
            .on_menu_event(chosen)
            .on_tray_icon_event(clicked);
        if let Some(picture) = app.default_window_icon() {
            icon = icon.icon(picture.clone());
        }
        Ok(Tray { icon: icon.build(app)?, now, pause, skip, open })
    }

    /// Shows a floor, in the words of its page; without one only that the app runs.
    pub(crate) fn show(&self, floor: Option<&Floor>) {
        if let Err(error) = self.try_to_show(floor) {
            tracing::warn!(%error, "the tray shows what was before");
        }
    }

    fn try_to_show(&self, floor: Option<&Floor>) -> tauri::Result<()> {
        let can_order = floor.is_some_and(|floor| !floor.is_cut_off);
        self.pause.set_enabled(can_order)?;
        self.skip.set_enabled(can_order && floor.is_some_and(|floor| floor.play.is_some()))?;
        let Some(words) = floor.map(|floor| &floor.words) else {
            self.now.set_text("Jukeline")?;
            return self.icon.set_tooltip(Some("Jukeline"));
        };
        for (item, words) in
            [(&self.now, &words.now), (&self.pause, &words.pause), (&self.skip, &words.skip), (&self.open, &words.open)]
        {
            item.set_text(line(words))?;
        }
        self.icon.set_tooltip(Some(&words.now))
    }
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "pause" => floors::ask(app, Asked::PauseOrGoOn),
        "skip" => floors::ask(app, Asked::AskToSkip),
        "open" => floors::open(app),
        _ => {}
    }
}

fn clicked(icon: &TrayIcon, event: TrayIconEvent) {
    if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
        floors::open(icon.app_handle());
    }
}

/// A line of a menu, in which `&` has a meaning of its own.
fn line(words: &str) -> String {
    let line = match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words.to_owned(),
    };
    line.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_page_said_and_not_too_long() {
        assert_eq!(line("Rock & Roll – Ines"), "Rock && Roll – Ines");
        assert_eq!(line(&"ö".repeat(60)), "ö".repeat(60));
        assert_eq!(line(&"ö".repeat(61)), format!("{}…", "ö".repeat(60)));
    }
}
