//! A desktop's tray, played by the test: programs register their icons with it, and it reads their menus and chooses from
//! them as a panel does (org.kde.StatusNotifierItem, com.canonical.dbusmenu).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use zbus::{
    Connection, Proxy, connection, interface,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

use crate::eventually;

const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
/// How long a program may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The names of programs with an icon.
type Registered = Arc<Mutex<Vec<String>>>;

/// A node of a menu: its number, what is said of it, its children.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

struct Watcher(Registered);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, name: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(name);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

/// A line of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    id: i32,
    /// What it says.
    pub words: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

/// A tray; it is gone with this value.
#[derive(Debug)]
pub struct Tray {
    connection: Connection,
    registered: Registered,
}

impl Tray {
    /// Puts a tray on a session's bus.
    ///
    /// # Errors
    /// There is no bus, or another tray.
    pub async fn on(bus: &str) -> Result<Tray> {
        let registered = Registered::default();
        let built = connection::Builder::address(bus)?
            .serve_at("/StatusNotifierWatcher", Watcher(registered.clone()))?
            .name("org.kde.StatusNotifierWatcher")?;
        Ok(Tray { connection: built.build().await?, registered })
    }

    /// The lines of the first icon's menu, without those that part them.
    ///
    /// # Errors
    /// There is no icon, or it has no menu.
    pub async fn menu(&self) -> Result<Vec<Line>> {
        let (_, (_, _, children)): (u32, Node) =
            self.of_menu().await?.call("GetLayout", &(0, -1, Vec::<&str>::new())).await?;
        let lines = children.into_iter().map(|child| {
            let (id, said, _): Node = child.try_into()?;
            let words = said.get("label").and_then(|words| <&str>::try_from(words).ok()).unwrap_or_default();
            let enabled = said.get("enabled").and_then(|enabled| bool::try_from(enabled).ok());
            Ok(Line { id, words: words.to_owned(), enabled: enabled.unwrap_or(true) })
        });
        let lines: Result<Vec<Line>> = lines.collect();
        Ok(lines?.into_iter().filter(|line| !line.words.is_empty()).collect())
    }

    /// Waits until the menu has a line with these words that can be chosen, and gives all lines.
    ///
    /// # Errors
    /// It hasn't within a minute.
    pub async fn offers(&self, words: &str) -> Result<Vec<Line>> {
        eventually(words, PATIENCE, || async {
            let lines = self.menu().await?;
            ensure!(lines.iter().any(|line| line.words == words && line.enabled), "{lines:?}");
            Ok(lines)
        })
        .await
    }

    /// Chooses the line with these words, as soon as that is possible.
    ///
    /// # Errors
    /// It can't be chosen within a minute.
    pub async fn choose(&self, words: &str) -> Result<()> {
        let lines = self.offers(words).await?;
        let line = lines.iter().find(|line| line.words == words).context("no such line")?;
        Ok(self.of_menu().await?.call("Event", &(line.id, "clicked", Value::I32(0), 0_u32)).await?)
    }

    /// Clicks the first icon itself.
    ///
    /// # Errors
    /// There is none.
    pub async fn click(&self) -> Result<()> {
        Ok(self.of_item().await?.call("Activate", &(0, 0)).await?)
    }

    async fn of_item(&self) -> Result<Proxy<'static>> {
        let first = self.registered.lock().unwrap_or_else(PoisonError::into_inner).first().cloned();
        Ok(Proxy::new(&self.connection, first.context("no icon")?, "/StatusNotifierItem", ITEM).await?)
    }

    async fn of_menu(&self) -> Result<Proxy<'static>> {
        let item = self.of_item().await?;
        let path: OwnedObjectPath = item.get_property("Menu").await?;
        Ok(Proxy::new(&self.connection, item.destination().to_owned(), path, MENU).await?)
    }
}
