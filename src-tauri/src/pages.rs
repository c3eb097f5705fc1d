//! The pages in the program: the same bundles that a server serves, in frames of the shell's own.

use crate::{
    role::Role,
    server::{Home, Server},
};
use jukeline_app::page::{Manifest, PAGES, Page, start};
use rust_embed::Embed;
use serde_json::json;
use std::{borrow::Cow, sync::Arc};
use tauri::{
    Assets, Runtime,
    utils::assets::{AssetKey, AssetsIter, CspHash},
};

/// What `cargo xtask ui` built.
#[derive(Embed)]
#[folder = "$JUKELINE_UI"]
#[allow_missing = true]
#[exclude = "*.br"]
#[exclude = "*.gz"]
struct Built;

/// Answers for `tauri://localhost`.
pub(crate) struct Pages {
    manifest: Manifest,
    surfaces: matchit::Router<&'static str>,
    role: Role,
    home: Arc<Home>,
}

impl Pages {
    /// The built pages, for the server that is home; those of an unbuilt checkout say so.
    pub(crate) fn new(role: Role, home: Arc<Home>) -> Pages {
        let manifest = Built::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok());
        let mut surfaces = matchit::Router::new();
        for (surface, paths) in PAGES {
            for path in *paths {
                // The list is the server's, whose router takes the same patterns.
                let _ = surfaces.insert(*path, *surface);
            }
        }
        Pages { manifest: manifest.unwrap_or_default(), surfaces, role, home }
    }

    fn find(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        if let Some(file) = path.strip_prefix("/ui/boot/").and_then(|file| file.strip_suffix(".js")) {
            return Some(start(self.manifest.surfaces.get(file)?, "").into_bytes().into());
        }
        if let Some(file) = path.strip_prefix("/ui/") {
            return Some(Built::get(file)?.data);
        }
        if path == "/connect.js" {
            return Some(include_bytes!("connect.js").as_slice().into());
        }
        // So Tauri calls the page at the root.
        let path = if path == "/index.html" { "/" } else { path };
        let surface = *self.surfaces.at(path).ok()?.value;
        match (self.home.server(), self.home.led_to()) {
            (Some(server), None) => Some(self.frame(surface, &server).into_bytes().into()),
            (home, led_to) => Some(self.connect(home, led_to).into_bytes().into()),
        }
    }

    /// The page that asks for the server. An origin has nothing in it that HTML could take for something else.
    fn connect(&self, home: Option<Server>, led_to: Option<Server>) -> String {
        let origin = |server: Option<Server>| server.map(|server| server.origin()).unwrap_or_default();
        let style = self.manifest.asset("base.css").unwrap_or_default();
        let page = include_str!("connect.html").replacen("/connect.css", &style, 1);
        let page = page.replacen("data-home=\"\"", &format!("data-home=\"{}\"", origin(home)), 1);
        let page = page.replacen("data-led-to=\"\"", &format!("data-led-to=\"{}\"", origin(led_to)), 1);
        page.replacen("data-first=\"\"", &format!("data-first=\"{}\"", self.role.home()), 1)
    }

    /// A page of a surface, without anything that only its server could know.
    fn frame(&self, surface: &str, server: &Server) -> String {
        let boot = json!({
            "surface": surface,
            "assets": self.manifest.addresses(),
            // Of no build that a server could have another of: these pages come with the program.
            "build": "",
            "passwords": true,
            "server": server.origin(),
            "phone": cfg!(mobile),
        });
        let head = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", policy(server));
        let page = Page { surface, title: "Jukeline", head: &head, first_paint: "", boot: &boot };
        page.html(&self.manifest).unwrap_or_else(|| UNBUILT.into())
    }
}

/// Own scripts only, and the app's own server beside the shell's own answers.
fn policy(server: &Server) -> String {
    let (origin, socket) = (server.origin(), server.socket_origin());
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob: {origin}; media-src 'self' blob: http://127.0.0.1:* {origin}; \
         connect-src 'self' ipc: http://ipc.localhost {origin} {socket}; object-src 'none'; base-uri 'none'; \
         form-action 'self'"
    )
}

const UNBUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>Jukeline</title>\
                       <body style=\"background:#130e11;color:#fbf4ec;font-family:sans-serif\"><h1>The pages are not built</h1>\
                       <p>Build them with <code>cargo xtask ui</code>, and this program again.</p>";

impl<R: Runtime> Assets<R> for Pages {
    fn get(&self, key: &AssetKey) -> Option<Cow<'_, [u8]>> {
        self.find(key.as_ref())
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(Built::iter().filter_map(|name| Some((Cow::from(format!("/ui/{name}")), Built::get(&name)?.data))))
    }

    fn csp_hashes(&self, _: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}
