//! How the apps start: in which role, and with a keyring that holds nonsense.

use std::{collections::HashMap, path::Path};

use anyhow::{Result, anyhow, ensure};
use jukeline_tests::{
    browser::{Browser, Desk, Secrets},
    house::{EMAIL, House, PASSWORD},
    machine::{self, Need},
    music, needs,
    server::{Server, Setup},
};
use zbus::{
    Proxy, connection,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

const SECRETS: &str = "org.freedesktop.secrets";

async fn house() -> Result<(Server, House)> {
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    Ok((server, house))
}

/// Writes over what the keyring keeps for one of the apps (org.freedesktop.Secret), which must be one entry.
async fn write_over(bus: &str, app: &str, secret: &[u8]) -> Result<()> {
    let bus = connection::Builder::address(bus)?.build().await?;
    let keyring = Proxy::new(&bus, SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service").await?;
    let (_, session): (OwnedValue, OwnedObjectPath) = keyring.call("OpenSession", &("plain", Value::from(""))).await?;
    let wanted = HashMap::from([("service", app)]);
    let (unlocked, _): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) = keyring.call("SearchItems", &(wanted,)).await?;
    let [entry]: [OwnedObjectPath; 1] = unlocked.try_into().map_err(|found| anyhow!("not one entry: {found:?}"))?;
    let entry = Proxy::new(&bus, SECRETS, entry, "org.freedesktop.Secret.Item").await?;
    // As it is sent: the session, what its cipher needs (it has none), the bytes, and of what kind they are.
    let sent = (session, Vec::<u8>::new(), secret, "application/octet-stream");
    Ok(entry.call("SetSecret", &(sent,)).await?)
}

/// Signs in, and sees that the server takes the app for who that is.
async fn sign_in(app: &Browser) -> Result<()> {
    app.eval("location.href = '/signin'").await?;
    app.sign_in(EMAIL, PASSWORD).await?;
    app.until("the page after signing in", "return location.pathname !== '/signin'").await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in");
    Ok(())
}

#[tokio::test]
async fn nonsense_in_the_keyring_signs_out_and_is_written_over() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, _house) = house().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = desk.patron(&server).await?;
    sign_in(&app).await?;
    app.close().await?;
    // Of no text's encoding.
    write_over(desk.bus(), "app.jukeline.patron", &[0xff, 0xfe, 0x00, 0xc3, 0x28]).await?;

    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.is_none(), "nobody is signed in");
    sign_in(&app).await?;
    ensure!(!app.shows("#shell-note").await?, "the keyring is as good as before");
    app.close().await?;
    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in still");
    app.close().await
}

#[tokio::test]
async fn the_role_is_the_arguments_else_the_environments_else_the_patrons() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, _house) = house().await?;
    let desk = Desk::begin(Secrets::None).await?;
    let (program, address) = (machine::shell()?.display().to_string(), server.url());
    let [none, staff] = ["--unset=JUKELINE_ROLE", "JUKELINE_ROLE=staff"];
    for (variable, role, page, sign) in [
        (none, None, "/", "#main h1"),
        (staff, None, "/staff", ".signin input[type=password]"),
        (staff, Some("--role=screen"), "/screen", "#pairing-code"),
    ] {
        let arguments: Vec<&str> = [variable, &program, "--server", &address].into_iter().chain(role).collect();
        let app = desk.open_program(Path::new("/usr/bin/env"), &arguments).await?;
        app.wait_for(sign).await?;
        let path = app.eval("return location.pathname").await?;
        ensure!(path == page, "{path} with {variable} and {role:?}");
        app.close().await?;
    }
    Ok(())
}
