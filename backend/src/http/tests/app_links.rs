//! What phones read before they open an app instead of a browser.

use super::World;
use serde_json::json;

const ANDROID: &str = "/.well-known/assetlinks.json";
const APPLE: &str = "/.well-known/apple-app-site-association";

#[tokio::test]
async fn phones_hear_which_apps_open_links() {
    let fingerprint = ["0F"; 32].join(":");
    let world = World::with(|config| {
        config.apps.android_certificates = vec![fingerprint.clone().try_into().expect("a fingerprint")];
        config.apps.apple_apps = vec!["ABCDE12345.app.jukeline.patron".to_owned().try_into().expect("an app")];
    })
    .await;
    let android = world.get(ANDROID, "").await;
    assert_eq!((android.status, android.header("content-type")), (200, "application/json"));
    let statement = json!({
        "relation": ["delegate_permission/common.handle_all_urls"],
        "target": {
            "namespace": "android_app",
            "package_name": "app.jukeline.patron",
            "sha256_cert_fingerprints": [fingerprint],
        },
    });
    assert_eq!(android.json(), json!([statement]));
    let apple = world.get(APPLE, "").await;
    assert_eq!((apple.status, apple.header("content-type")), (200, "application/json"));
    let details = &apple.json()["applinks"]["details"];
    assert_eq!(details[0]["appIDs"], json!(["ABCDE12345.app.jukeline.patron"]));
    assert_eq!(details[0]["components"], json!([{ "/": "/r/*" }, { "/": "/paid/*" }]));
}

#[tokio::test]
async fn without_apps_there_is_nothing_to_hear() {
    let world = World::new().await;
    for path in [ANDROID, APPLE] {
        let answer = world.get(path, "").await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"), "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}
