//! Pages and static files.

use super::World;

const MANIFEST: &str = r#"{"patron":{"js":"patron/p-1.js","wasm":"patron/p-1_bg.wasm","snippets":[]},
    "wallet":{"js":"wallet/w-1.js","wasm":"wallet/w-1_bg.wasm","snippets":[]},
    "setup":{"js":"setup/s-1.js","wasm":"setup/s-1_bg.wasm","snippets":[]},
    "staff":{"js":"staff/s-2.js","wasm":"staff/s-2_bg.wasm","snippets":[]},
    "assets":{"base.css":"assets/base-1.css","patron.css":"assets/patron-1.css","favicon.svg":"assets/favicon-1.svg"}}"#;

async fn built() -> World {
    World::with(|config| {
        let ui = config.http.ui.clone().expect("a folder");
        std::fs::create_dir_all(ui.join("assets")).expect("a folder");
        std::fs::write(ui.join("manifest.json"), MANIFEST).expect("written");
        std::fs::write(ui.join("assets/base-1.css"), "body{color:red}").expect("written");
        std::fs::write(ui.join("assets/base-1.css.br"), "compressed").expect("written");
        std::fs::write(ui.join("assets/favicon-1.svg"), "<svg/>").expect("written");
    })
    .await
}

#[tokio::test]
async fn a_rooms_page_carries_the_room_and_escapes_it() {
    let world = built().await;
    let page = world.get("/r/copper", "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("The &lt;Copper&gt; Still") && !page.body.contains("<Copper>"));
    assert!(page.body.contains("href=\"/ui/assets/base-1.css\"") && page.body.contains("src=\"/ui/boot/patron.js\""));
    let boot =
        page.body.split("id=\"boot\">").nth(1).and_then(|rest| rest.split("</script>").next()).expect("the boot");
    assert!(!boot.contains('<'));
    let boot: serde_json::Value = serde_json::from_str(boot).expect("JSON");
    assert_eq!(boot["room"]["info"]["venue_name"], "The <Copper> Still");
    assert_eq!((boot["surface"].as_str(), boot["no_cookie"].as_bool()), (Some("patron"), Some(true)));
    let missing = world.get("/r/nowhere", "").await;
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("boot/patron.js"));
}

#[tokio::test]
async fn buying_has_a_program_of_its_own_that_looks_like_the_phone() {
    let world = built().await;
    for path in ["/wallet", "/paid/of-nobody", "/paid/of-nobody?left=1"] {
        let page = world.get(path, "").await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("src=\"/ui/boot/wallet.js\"") && page.body.contains("patron-1.css"), "{path}");
    }
}

#[tokio::test]
async fn staff_have_a_program_of_their_own_and_invitations_lead_to_setup() {
    let world = built().await;
    for (path, surface) in [("/staff", "staff"), ("/staff/copper", "staff"), ("/staff/join/code", "setup")] {
        let page = world.get(path, "").await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains(&format!("src=\"/ui/boot/{surface}.js\"")), "{path}");
    }
}

#[tokio::test]
async fn files_with_a_hash_are_kept_for_ever_and_served_compressed() {
    let world = built().await;
    let plain = world.get("/ui/assets/base-1.css", "").await;
    assert_eq!((plain.status, plain.body.as_str()), (200, "body{color:red}"));
    assert!(plain.header("cache-control").contains("immutable"));
    let request = axum::http::Request::get("/ui/assets/base-1.css").header("accept-encoding", "br");
    let compressed = world.ask(request.body(axum::body::Body::empty()).expect("a request")).await;
    assert_eq!((compressed.header("content-encoding"), compressed.body.as_str()), ("br", "compressed"));
    assert_eq!(world.get("/ui/assets/none.css", "").await.code(), "not_found");
    let boot = world.get("/ui/boot/patron.js", "").await;
    assert!(boot.body.contains("/ui/patron/p-1.js") && boot.body.contains("/ui/patron/p-1_bg.wasm"));
    assert_eq!(world.get("/ui/boot/none.js", "").await.code(), "not_found");
    assert_eq!(world.get("/favicon.svg", "").await.body, "<svg/>");
}

#[tokio::test]
async fn a_page_of_another_build_finds_its_assets_as_they_are_today() {
    let world = built().await;
    let old = world.get("/ui/assets/base-0123456789abcdef.css", "").await;
    assert_eq!((old.status, old.header("location")), (307, "/ui/assets/base-1.css"));
    assert_eq!(old.header("cache-control"), "no-store");
    for other in
        ["/ui/assets/none-0123456789abcdef.css", "/ui/assets/base-01234567.css", "/ui/patron/p-0123456789abcdef.js"]
    {
        assert_eq!(world.get(other, "").await.status, 404, "{other}");
    }
}

#[tokio::test]
async fn the_manifest_and_the_worker_make_an_app_of_it() {
    let world = built().await;
    let manifest = world.get("/manifest.webmanifest", "").await.json();
    assert_eq!((manifest["id"].as_str(), manifest["scope"].as_str()), (Some("/"), Some("/")));
    assert_eq!((manifest["start_url"].as_str(), manifest["display"].as_str()), (Some("/"), Some("standalone")));
    assert!(manifest["icons"].is_array() && manifest["shortcuts"].is_array());
    let worker = world.get("/sw.js", "").await;
    assert!(worker.header("content-type").starts_with("text/javascript"));
    assert_eq!(worker.header("cache-control"), "no-cache");
    let page = world.get("/", "").await.body;
    let build = worker.body.lines().next().and_then(|line| line.strip_prefix("const BUILD = \"")).expect("the build");
    assert!(page.contains(&format!("\"build\":\"{}", build.trim_end_matches("\";"))), "the page has the same: {build}");
    assert!(world.get("/ui/boot/wallet.js", "").await.body.contains("beforeinstallprompt"));
    assert!(!world.get("/ui/boot/patron.js", "").await.body.contains("beforeinstallprompt"));
}

#[tokio::test]
async fn without_built_pages_the_server_says_what_to_do() {
    let world = World::new().await;
    let page = world.get("/", "").await;
    assert_eq!(page.status, 503);
    assert!(page.body.contains("cargo xtask ui"));
}
