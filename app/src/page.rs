//! The frame of a page: what loads a surface's program, the same from a server and in a shell.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write};

/// The pages' ground (`--ink` of their style): of the app's frame, and of what shows before a page.
pub const GROUND: &str = "#130e11";

/// What one surface loads. Paths are relative to the folder of the built pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The module to import; its default export takes the program's address.
    pub js: String,
    /// The program.
    pub wasm: String,
    /// Modules that the first one imports, worth a `modulepreload`.
    #[serde(default)]
    pub snippets: Vec<String>,
}

/// `manifest.json`: what the built files are called, whose names carry a hash of their content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// From an asset's name in the checkout, such as `base.css`, to its path.
    #[serde(default)]
    pub assets: BTreeMap<String, String>,
    /// One bundle a surface.
    #[serde(flatten)]
    pub surfaces: BTreeMap<String, Bundle>,
}

impl Manifest {
    /// The address of an asset.
    pub fn asset(&self, name: &str) -> Option<String> {
        self.assets.get(name).map(|path| format!("/ui/{path}"))
    }

    /// The addresses of all assets by their names, for the page's program.
    pub fn addresses(&self) -> BTreeMap<&str, String> {
        self.assets.iter().map(|(name, path)| (name.as_str(), format!("/ui/{path}"))).collect()
    }
}

/// The path of a room's page.
pub const ROOM: &str = "/r/{room}";
/// The paths of the pages within a room that no other surface has.
pub const WITHIN_A_ROOM: &str = "/r/{room}/{*rest}";

/// The paths of each surface's pages; parts in braces stand for anything, one with a star for all the rest.
pub const PAGES: &[(&str, &[&str])] = &[
    (
        "patron",
        &[
            "/",
            "/played",
            "/me",
            "/signin",
            "/signup",
            "/forgot",
            "/reset",
            "/reset/{code}",
            "/privacy",
            ROOM,
            WITHIN_A_ROOM,
        ],
    ),
    ("past", &["/history", "/favourites", "/years/{year}", "/r/{room}/charts", "/r/{room}/elsewhere"]),
    ("wallet", &["/wallet", "/paid/{token}"]),
    ("screen", &["/screen"]),
    ("setup", &["/setup", "/setup/{token}", "/staff/join/{code}"]),
    ("staff", &["/staff", "/staff/{jukebox}"]),
];

/// The paths of a surface's pages.
pub fn paths_of(surface: &str) -> &'static [&'static str] {
    PAGES.iter().find(|(name, _)| *name == surface).map_or(&[], |(_, paths)| *paths)
}

/// The stylesheets of a surface. Wallet and past look like the phone that they belong to, and have pieces of their own.
fn styles(surface: &str) -> &'static [&'static str] {
    match surface {
        "patron" => &["base.css", "patron.css"],
        "wallet" => &["base.css", "patron.css", "wallet.css"],
        "past" => &["base.css", "patron.css", "past.css"],
        "screen" => &["base.css", "screen.css"],
        "staff" => &["base.css", "staff.css"],
        _ => &["base.css", "setup.css"],
    }
}

/// A page before it is written.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Whose.
    pub surface: &'a str,
    /// Its title, escaped.
    pub title: &'a str,
    /// What comes first in its head: HTML.
    pub head: &'a str,
    /// What shows before the program has loaded: HTML.
    pub first_paint: &'a str,
    /// What the program starts from.
    pub boot: &'a serde_json::Value,
}

impl Page<'_> {
    /// The whole page; nothing where the surface isn't built.
    pub fn html(&self, manifest: &Manifest) -> Option<String> {
        let bundle = manifest.surfaces.get(self.surface)?;
        let mut head = String::new();
        for address in styles(self.surface).iter().filter_map(|style| manifest.asset(style)) {
            let _ = write!(head, "<link rel=\"stylesheet\" href=\"{address}\">");
        }
        if let Some(font) = manifest.asset("bricolage-grotesque.woff2") {
            let _ = write!(head, "<link rel=\"preload\" as=\"font\" type=\"font/woff2\" crossorigin href=\"{font}\">");
        }
        let _ = write!(
            head,
            "<link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" crossorigin href=\"/ui/{}\">",
            bundle.wasm
        );
        for module in std::iter::once(&bundle.js).chain(&bundle.snippets) {
            let _ = write!(head, "<link rel=\"modulepreload\" href=\"/ui/{module}\">");
        }
        let touch_icon = manifest.asset("apple-touch-icon.png").unwrap_or_else(|| "/icon.svg".into());
        let Page { surface, title, head: first, first_paint, boot } = self;
        // JSON that can't end its script element.
        let boot = boot.to_string().replace('<', "\\u003c");
        Some(format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">{first}\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1,viewport-fit=cover\">\
             <meta name=\"theme-color\" content=\"{GROUND}\"><title>{title}</title>{head}\
             <link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\
             <link rel=\"apple-touch-icon\" href=\"{touch_icon}\"><link rel=\"manifest\" href=\"/manifest.webmanifest\"></head>\
             <body><div id=\"main\">{first_paint}</div>\
             <script type=\"application/json\" id=\"boot\">{boot}</script>\
             <script type=\"module\" src=\"/ui/boot/{surface}.js\"></script></body></html>"
        ))
    }
}

/// The module that starts a bundle: modules named in the page can't be told the program's address. `first` is run before.
pub fn start(bundle: &Bundle, first: &str) -> String {
    let Bundle { js, wasm, .. } = bundle;
    format!("import init from \"/ui/{js}\";\n{first}await init({{ module_or_path: \"/ui/{wasm}\" }});\n")
}
