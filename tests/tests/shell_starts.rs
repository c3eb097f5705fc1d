//! How the apps start: in which role, and with a keyring that holds nonsense.

use std::{collections::HashMap, path::Path};

use anyhow::{Result, anyhow, ensure};
use jukeline_tests::{
    browser::{Browser, DESK_PASSWORD, Desk, Secrets},
    house::{EMAIL, Evening, House, PASSWORD},
    machine::{self, Need},
    music, needs,
    server::{Server, Setup},
};
use zbus::{
    Connection, Proxy, connection,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

/// Whose entry the patron's is.
const PATRON: &str = "app.jukeline.patron";
const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const DOOR: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";

async fn house() -> Result<(Server, House)> {
    let server = Setup::embedded().start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    Ok((server, house))
}

/// A desk's keyring as programs see it (org.freedesktop.Secret).
struct Keyring {
    bus: Connection,
    secrets: Proxy<'static>,
    /// In which secrets are sent as they are.
    session: OwnedObjectPath,
}

impl Keyring {
    async fn of(desk: &Desk) -> Result<Keyring> {
        let bus = connection::Builder::address(desk.bus())?.build().await?;
        let secrets = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service").await?;
        let (_, session): (OwnedValue, OwnedObjectPath) =
            secrets.call("OpenSession", &("plain", Value::from(""))).await?;
        Ok(Keyring { bus, secrets, session })
    }

    /// A secret as it is sent: the session, what its cipher needs (it has none), the bytes, and of what kind they are.
    fn sent<'a>(&'a self, secret: &'a [u8]) -> (&'a OwnedObjectPath, Vec<u8>, &'a [u8], &'static str) {
        (&self.session, Vec::new(), secret, "application/octet-stream")
    }

    /// What is kept for one of the apps, and isn't locked away.
    async fn entries(&self, app: &str) -> Result<Vec<OwnedObjectPath>> {
        let wanted = HashMap::from([("service", app)]);
        let (unlocked, _): (_, Vec<OwnedObjectPath>) = self.secrets.call("SearchItems", &(wanted,)).await?;
        Ok(unlocked)
    }

    /// Writes over what is kept for one of the apps, which must be one entry.
    async fn write_over(&self, app: &str, secret: &[u8]) -> Result<()> {
        let found = self.entries(app).await?;
        let [entry]: [OwnedObjectPath; 1] = found.try_into().map_err(|found| anyhow!("not one entry: {found:?}"))?;
        let entry = Proxy::new(&self.bus, NAME, entry, "org.freedesktop.Secret.Item").await?;
        Ok(entry.call("SetSecret", &(self.sent(secret),)).await?)
    }

    /// What programs keep their secrets in.
    async fn default(&self) -> Result<OwnedObjectPath> {
        Ok(self.secrets.call("ReadAlias", &("default",)).await?)
    }

    /// Locks it with what is in it, as a desktop does whose owner signed in by a finger.
    async fn lock(&self) -> Result<()> {
        let all = [self.default().await?];
        let (locked, _): (Vec<OwnedObjectPath>, OwnedObjectPath) = self.secrets.call("Lock", &(&all[..],)).await?;
        ensure!(locked == all, "{locked:?} is locked");
        Ok(())
    }

    /// Unlocks it with its password, by the door that gnome-keyring keeps for the desktop itself.
    async fn unlock(&self) -> Result<()> {
        let door = Proxy::new(&self.bus, NAME, PATH, DOOR).await?;
        let collection = self.default().await?;
        Ok(door.call("UnlockWithMasterPassword", &(collection, self.sent(DESK_PASSWORD.as_bytes()))).await?)
    }
}

/// Signs in, and sees that the server takes the app for who that is.
async fn sign_in(app: &Browser) -> Result<()> {
    app.leave_for("/signin").await?;
    app.sign_in(EMAIL, PASSWORD).await?;
    app.until("the page after signing in", "return location.pathname !== '/signin'").await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in");
    Ok(())
}

/// A desk whose owner signed in to the patron's app of this server, and closed it.
async fn signed_in_before() -> Result<(Server, Desk)> {
    let (server, _house) = house().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = desk.patron(&server).await?;
    sign_in(&app).await?;
    app.close().await?;
    Ok((server, desk))
}

#[tokio::test]
async fn nonsense_in_the_keyring_signs_out_and_is_written_over() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, desk) = signed_in_before().await?;
    // Of no text's encoding.
    Keyring::of(&desk).await?.write_over(PATRON, &[0xff, 0xfe, 0x00, 0xc3, 0x28]).await?;

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
async fn an_entry_that_is_locked_away_holds_nobody_up_and_is_not_lost() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (server, desk) = signed_in_before().await?;
    let keyring = Keyring::of(&desk).await?;
    keyring.lock().await?;

    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.is_none(), "nobody is signed in");
    sign_in(&app).await?;
    app.wait_for_text("The keyring is locked. You stay signed in until you close the app.").await?;
    app.close().await?;

    keyring.unlock().await?;
    let app = desk.patron(&server).await?;
    ensure!(app.who().await?.as_deref() == Some(EMAIL), "signed in as before");
    app.close().await
}

#[tokio::test]
async fn who_signs_out_leaves_nothing_in_the_keyring_with_the_server_or_without() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let (mut server, _house) = house().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = desk.patron(&server).await?;
    let keyring = Keyring::of(&desk).await?;
    let sign_out = "jukelineShell.fetch('/api/sessions/current', { method: 'DELETE' }).catch(() => {}).then(done);";
    for is_there in [true, false] {
        sign_in(&app).await?;
        ensure!(keyring.entries(PATRON).await?.len() == 1, "who signed in is kept");
        if !is_there {
            server.kill9();
        }
        app.eval_async(sign_out).await?;
        let left = keyring.entries(PATRON).await?;
        ensure!(left.is_empty(), "{left:?} is left, with the server there: {is_there}");
    }
    app.close().await
}

#[tokio::test]
async fn a_desktop_is_told_its_server_and_comes_in_by_the_code() -> Result<()> {
    needs!(Need::Server, Need::Pages, Need::Shell);
    let evening = Evening::begin().await?;
    let desk = Desk::begin(Secrets::Unlocked).await?;
    let app = desk.open(&["--role", "patron"]).await?;
    app.fill("#address", &evening.server.url()).await?;
    app.press("Connect").await?;
    app.wait_for("#main h1").await?;
    app.leave_for(&format!("/r/{}/code", evening.house.room)).await?;
    app.wait_for("#code").await?;
    ensure!(!app.visible_text().await?.contains("Use my position"), "a desktop has none");
    app.fill("#code", evening.screen.code()?).await?;
    app.press("I’m here").await?;
    app.wait_for_text("You’re in the room").await?;
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
