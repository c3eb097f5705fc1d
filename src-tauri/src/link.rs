//! Links that the system hands to the app: a room's address on the web, or the same with the app's own scheme where a
//! system has no other way. Neither carries a secret; a code in a link is for the page that it opens.

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
        let on_the_web = match text.split_once("://") {
            Some((SCHEME, rest)) => format!("https://{rest}"),
            _ => text.to_owned(),
        };
        let url = Url::parse(&on_the_web).map_err(|_| NoServer)?;
        let page = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Link { server: Server::read(&on_the_web)?, page })
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
        assert_eq!(read("jukeline://jukebox.example/r/copper?c=123456"), copper);
        assert_eq!(read("jukeline://jukebox.example"), Ok(("https://jukebox.example".into(), "/".into())));
        for bad in ["", "copper", "file:///etc/passwd", "javascript:alert(1)", "https://me:secret@jukebox.example/"] {
            assert_eq!(read(bad), Err(NoServer), "{bad}");
        }
    }
}
