//! Which of the three apps this is.

use clap::ValueEnum;
#[cfg(desktop)]
use tauri::{image::Image, include_image};

/// The app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// The patron's, on a phone.
    Patron,
    /// The venue's, on a desktop.
    Staff,
    /// The jukebox's screen.
    Screen,
}

impl Role {
    /// Its name: of its window, its capability, its package.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Role::Patron => "patron",
            Role::Staff => "staff",
            Role::Screen => "screen",
        }
    }

    /// What names its folders and its entries in the keyring, apart from those of the other two.
    pub(crate) fn identifier(self) -> String {
        format!("app.jukeline.{}", self.name())
    }

    /// What stands for it in a list of windows, and in the tray.
    #[cfg(desktop)]
    pub(crate) fn icon(self) -> Image<'static> {
        match self {
            Role::Patron => include_image!("../packaging/apps/patron/hicolor/128x128/apps/jukeline-patron.png"),
            Role::Staff => include_image!("../packaging/apps/staff/hicolor/128x128/apps/jukeline-staff.png"),
            Role::Screen => include_image!("../packaging/apps/screen/hicolor/128x128/apps/jukeline-screen.png"),
        }
    }

    /// The window's title before a page says another.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Role::Patron => "Jukeline",
            Role::Staff => "Jukeline Staff",
            Role::Screen => "Jukeline Screen",
        }
    }

    /// The page that it opens with.
    pub(crate) const fn home(self) -> &'static str {
        match self {
            Role::Patron => "/",
            Role::Staff => "/staff",
            Role::Screen => "/screen",
        }
    }

    /// The window's first size, in logical pixels: width, height.
    pub(crate) const fn size(self) -> (f64, f64) {
        match self {
            Role::Patron => (390.0, 844.0),
            Role::Staff => (1280.0, 800.0),
            Role::Screen => (1280.0, 720.0),
        }
    }

    /// The role of a package, fixed when it was built.
    pub(crate) fn of_build() -> Option<Role> {
        Role::named(option_env!("JUKELINE_ROLE")?)
    }

    fn named(name: &str) -> Option<Role> {
        Role::from_str(name, true).ok()
    }

    /// What was asked for at the start, else the package's, else the patron's.
    pub(crate) fn chosen(asked: Option<Role>, of_build: Option<Role>) -> Role {
        asked.or(of_build).unwrap_or(Role::Patron)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_its_role_unless_another_is_asked_for() {
        let built = Role::named("screen");
        assert_eq!(Role::chosen(None, built), Role::Screen);
        assert_eq!(Role::chosen(Some(Role::Staff), built), Role::Staff);
        assert_eq!(Role::chosen(None, Role::named("jukebox")), Role::Patron, "no role of ours");
    }
}
