//! Links that the system hands to the app: a room's address on the web, or the same with the app's own scheme where a
//! system has no other way. Any program may claim that scheme, so such a link leads to a room and carries nothing else: no
//! code, no page with a secret in its address.

use crate::server::{NoServer, Server};
use url::Url;

/// The app's own scheme, which the patron's package alone claims.
const SCHEME: &str = "jukeline";

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Whose page.
    pub(crate) server: Server,
    /// The page: path and query.
    pub(crate) page: String,
}

impl Link {
    /// Reads a link.
    pub(crate) fn read(text: &str) -> Result<Link, NoServer> {
        let (on_the_web, is_own) = match text.split_once("://") {
            Some((SCHEME, rest)) => (format!("https://{rest}"), true),
            _ => (text.to_owned(), false),
        };
        let url = Url::parse(&on_the_web).map_err(|_| NoServer)?;
        // Below a window's own address this would be another host.
        if url.path().starts_with("//") {
            return Err(NoServer);
        }
        if is_own && url.path() != "/" && !url.path().starts_with("/r/") {
            return Err(NoServer);
        }
        let page = match url.query().filter(|_| !is_own) {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Link { server: Server::read(&on_the_web)?, page })
    }

    /// The address of its page in a window that shows another now.
    #[cfg(any(mobile, test))]
    pub(crate) fn in_window(&self, shown: &Url) -> Url {
        let (path, query) = match self.page.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&*self.page, None),
        };
        let mut address = shown.clone();
        address.set_path(path);
        address.set_query(query);
        address.set_fragment(None);
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_page_of_a_server() {
        let read = |text: &str| Link::read(text).map(|link| (String::from(link.server), link.page));
        let copper = Ok(("https://jukebox.example".to_owned(), "/r/copper?c=123456".to_owned()));
        assert_eq!(read("https://jukebox.example/r/copper?c=123456"), copper);
        let without_code = Ok(("https://jukebox.example".to_owned(), "/r/copper".to_owned()));
        assert_eq!(read("jukeline://jukebox.example/r/copper?c=123456"), without_code);
        assert_eq!(read("jukeline://jukebox.example"), Ok(("https://jukebox.example".into(), "/".into())));
        for bad in [
            "",
            "copper",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://me:secret@jukebox.example/",
            "https://jukebox.example//evil.example/",
            "jukeline://jukebox.example/reset/abc",
            "jukeline://jukebox.example/paid/abc",
        ] {
            assert_eq!(read(bad), Err(NoServer), "{bad}");
        }
    }

    #[test]
    fn a_window_stays_at_home_whatever_a_link_says() {
        let shown = Url::parse("http://tauri.localhost/r/birch?song=1#top").expect("an address");
        let opened = |link: &str| Link::read(link).expect("a link").in_window(&shown).to_string();
        assert_eq!(opened("https://jukebox.example/r/copper?c=123456"), "http://tauri.localhost/r/copper?c=123456");
        assert_eq!(opened("jukeline://jukebox.example"), "http://tauri.localhost/");
        assert_eq!(opened("https://jukebox.example/paid/abc#x"), "http://tauri.localhost/paid/abc");
    }

    /// The settings are the patron's package: another one replaces them, and with them what it claims.
    #[test]
    fn the_patrons_package_alone_claims_the_scheme() {
        let settings: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).expect("settings");
        assert_eq!(settings["identifier"], crate::role::Role::Patron.identifier());
        let claimed = serde_json::json!({ "mobile": [{ "scheme": [SCHEME] }] });
        assert_eq!(settings["plugins"]["deep-link"], claimed, "hosts come when a package is built");
        let claims = |entry: &str| entry.contains("x-scheme-handler");
        assert!(claims(include_str!("../../packaging/apps/patron/jukeline-patron.desktop")));
        assert!(!claims(include_str!("../../packaging/apps/staff/jukeline-staff.desktop")));
        assert!(!claims(include_str!("../../packaging/apps/screen/jukeline-screen.desktop")));
    }
}
