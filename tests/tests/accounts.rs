//! People: guests who sign up, sign in and out, lose their password, and leave for good.

mod support;

use anyhow::{Context, Result, ensure};
use jukeline_app::{
    account::Role,
    api::{AddressAndPassword, ChangeMe, Code, Credential, ForgotPassword, Invite, ResetPassword, ScreenRole},
    client::Client,
    play::PlayState,
};
use jukeline_tests::{
    eventually,
    house::{House, HttpTransport, Phone, Screen},
    machine::Need,
    mail::Mailbox,
    music, needs,
    server::{Server, Setup},
};
use std::time::Duration;
use support::{doctor_is_happy, refused, rows_of_sqlite};

const PASSWORD: &str = "seven yellow umbrellas";

fn person(email: &str, password: &str) -> AddressAndPassword {
    AddressAndPassword { email: email.into(), password: password.into(), credential: Credential::Cookie }
}

/// A browser that nobody used yet.
fn browser(server: &Server) -> Result<Client<HttpTransport>> {
    Ok(Client { transport: HttpTransport::new(&server.url())? })
}

/// A room with a player, where a song costs 2 and a guest begins with 20.
async fn room(server: &Server) -> Result<(House, Screen)> {
    let house = House::set_up(server, &music::folder()?).await?;
    house.rules(|rules| rules.price = 2).await?;
    let mut screen = house.pair(server, ScreenRole::Player).await?;
    screen.claim(None).await?;
    Ok((house, screen))
}

#[tokio::test]
async fn a_guest_keeps_everything_and_brings_it_along() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let (house, mut screen) = room(&server).await?;
    let songs = house.songs().await?;
    let mara = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let guest = mara.api.me().await?;
    let first = mara.queue(songs[0]).await?;
    let kept = mara.api.sign_up(&person("mara@home.example", PASSWORD)).await?.me;
    ensure!(kept.account == guest.account && !kept.guest, "the same person");
    ensure!((kept.credits, kept.reserved) == (18, 2), "{} {}", kept.credits, kept.reserved);
    ensure!(!mara.api.play(first.play).await?.state.is_final(), "the song waits on");

    // On another phone she begins as a guest again, then signs in: both parts are hers.
    let other = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let second = other.queue(songs[1]).await?;
    let merged = other.api.sign_in(&person(" Mara@Home.example ", PASSWORD)).await?.me;
    ensure!(merged.account == guest.account, "the account she signed in to");
    ensure!((merged.credits, merged.reserved) == (36, 4), "{} {}", merged.credits, merged.reserved);
    let plays: Vec<_> = mara.api.plays(None).await?.plays.into_iter().map(|play| play.play).collect();
    ensure!(plays.contains(&first.play) && plays.contains(&second.play), "history of both");
    // What both asked for is played, and spent by the one account.
    ensure!(screen.play_one().await? == first.play && screen.play_one().await? == second.play);
    eventually("the end of both songs", Duration::from_secs(10), || async {
        let me = mara.api.me().await?;
        ensure!((me.credits, me.reserved) == (36, 0), "{} {}", me.credits, me.reserved);
        ensure!(mara.api.play(second.play).await?.state == PlayState::Finished);
        Ok(())
    })
    .await?;

    // Out everywhere: neither phone is signed in any more, and the password still is hers.
    other.api.sign_out_everywhere().await?;
    refused(other.api.me().await, Code::SignInNeeded)?;
    refused(mara.api.wallet().await, Code::SignInNeeded)?;
    let again = browser(&server)?;
    ensure!(again.sign_in(&person("mara@home.example", PASSWORD)).await?.me.credits == 36);
    again.sign_out().await?;
    refused(again.me().await, Code::SignInNeeded)?;
    doctor_is_happy(&server)
}

#[tokio::test]
async fn nobody_learns_whose_address_it_is() -> Result<()> {
    let server = Setup::embedded().start().await?;
    let known = person("known@home.example", PASSWORD);
    browser(&server)?.sign_up(&known).await?;
    let wrong = |email: &str| person(email, "not the right words");
    let known_one = refused(browser(&server)?.sign_in(&wrong("known@home.example")).await, Code::WrongCredentials)?;
    let unknown = refused(browser(&server)?.sign_in(&wrong("unknown@home.example")).await, Code::WrongCredentials)?;
    ensure!(known_one == unknown, "the same answer");
    let taken = refused(browser(&server)?.sign_up(&wrong("known@home.example")).await, Code::WrongCredentials)?;
    ensure!(taken == known_one, "signing up tells no more than signing in");
    ensure!(!browser(&server)?.sign_in(&known).await?.me.guest, "and nothing changed");
    for weak in ["short", "aaaaaaaaaaaaaa", "weak@home.example"] {
        refused(browser(&server)?.sign_up(&person("weak@home.example", weak)).await, Code::WeakPassword)?;
    }
    refused(browser(&server)?.sign_up(&person("no address", PASSWORD)).await, Code::Invalid)?;
    for email in ["known@home.example", "unknown@home.example"] {
        let ask = ForgotPassword { email: email.into() };
        refused(browser(&server)?.forgot_password(&ask).await, Code::NoMail)?;
    }
    Ok(())
}

/// The code in the link of a mail, whose long lines may be broken.
fn code_in(mail: &str, path: &str) -> Result<String> {
    let text = mail.replace("=\r\n", "").replace("=\n", "");
    let (_, rest) = text.split_once(path).context("no link in the mail")?;
    Ok(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect())
}

/// Chooses a new password by `code`: it works once, ends every session, and the old one is of no use.
async fn choose_anew(server: &Server, email: &str, code: &str, old: &str, new: &str) -> Result<()> {
    let signed_in = browser(server)?;
    signed_in.sign_in(&person(email, old)).await?;
    let reset = |password: &str| ResetPassword { code: code.into(), password: password.into() };
    refused(browser(server)?.reset_password(&reset("short")).await, Code::WeakPassword)?;
    browser(server)?.reset_password(&reset(new)).await?;
    refused(signed_in.me().await, Code::SignInNeeded)?;
    refused(browser(server)?.sign_in(&person(email, old)).await, Code::WrongCredentials)?;
    refused(browser(server)?.reset_password(&reset("somebody else's words")).await, Code::LinkSpent)?;
    browser(server)?.sign_in(&person(email, new)).await?;
    Ok(())
}

#[tokio::test]
async fn a_lost_password_by_mail() -> Result<()> {
    needs!(Need::Mail);
    let mailbox = Mailbox::start().await?;
    let setup = Setup::embedded().set(&["mail", "smtp"], mailbox.smtp()).set(&["mail", "from"], "jukeline@bar.example");
    let server = setup.start().await?;
    let email = "jo@home.example";
    browser(&server)?.sign_up(&person(email, PASSWORD)).await?;
    let ask = |email: &str| {
        let url = format!("{}/api/passwords/forgotten", server.url());
        reqwest::Client::new().post(url).json(&ForgotPassword { email: email.into() }).send()
    };
    let (unknown, known) = (ask("nobody@home.example").await?, ask(email).await?);
    ensure!(
        unknown.status() == known.status() && known.status().is_success(),
        "{} {}",
        unknown.status(),
        known.status()
    );
    ensure!(unknown.text().await? == known.text().await?, "the same words");
    let mail = mailbox.message_to(email).await?;
    ensure!(mailbox.messages()?.len() == 1, "none to the address that is nobody's");
    choose_anew(&server, email, &code_in(&mail, "/reset/")?, PASSWORD, "nine purple bicycles").await
}

#[tokio::test]
async fn an_invitation_by_mail_makes_staff_of_whoever_opens_it() -> Result<()> {
    needs!(Need::Mail);
    let mailbox = Mailbox::start().await?;
    let setup = Setup::embedded().set(&["mail", "smtp"], mailbox.smtp()).set(&["mail", "from"], "jukeline@bar.example");
    let server = setup.start().await?;
    let house = House::set_up(&server, &music::folder()?).await?;
    let venue = house.operator.room(&house.room).await?.info.venue;
    let (email, jo) = ("jo@home.example", browser(&server)?);
    let invite = Invite { role: Role::MusicManager, email: Some(email.into()) };
    ensure!(house.operator.invite(venue, &invite).await?.by_hand.is_none(), "the code is in the mail alone");
    let code = code_in(&mailbox.message_to(email).await?, "/staff/join/")?;
    let account = jo.sign_up(&person(email, PASSWORD)).await?.me.account;
    refused(jo.rules(house.jukebox).await, Code::Forbidden)?;
    let appointed = jo.take_up_invitation(&code).await?;
    ensure!(appointed.role == Role::MusicManager && appointed.venue == Some(venue), "{appointed:?}");
    let rules = jo.rules(house.jukebox).await?;
    jo.set_rules(house.jukebox, &rules).await?;
    refused(jo.staff(venue).await, Code::Forbidden)?;
    let people = house.operator.staff(venue).await?;
    ensure!(people.people.len() == 1 && people.people[0].email.as_deref() == Some(email), "{people:?}");
    house.operator.change_role(venue, account, Role::Attendant).await?;
    refused(jo.set_rules(house.jukebox, &rules).await, Code::Forbidden)?;
    jo.set_paused(house.jukebox, false).await?;
    house.operator.dismiss(venue, account).await?;
    refused(jo.set_paused(house.jukebox, false).await, Code::Forbidden)?;
    doctor_is_happy(&server)
}

#[tokio::test]
async fn a_lost_password_by_the_command_line() -> Result<()> {
    let server = Setup::embedded().start().await?;
    browser(&server)?.sign_up(&person("jo@home.example", PASSWORD)).await?;
    let output = server.command(&["accounts", "reset", "Jo@Home.example"])?.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    let code = said.split_whitespace().find(|word| word.len() == 8 && word.bytes().all(|b| b.is_ascii_digit()));
    choose_anew(&server, "jo@home.example", code.context(said.clone())?, PASSWORD, "nine purple bicycles").await?;
    for (address, word) in [("nobody@home.example", "nobody has that address"), ("jo", "no e-mail address")] {
        let output = server.command(&["accounts", "reset", address])?.output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(!output.status.success() && said.contains(word), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn leaving_for_good() -> Result<()> {
    let server = Setup::embedded().set(&["guests", "grant"], 20).start().await?;
    let (house, screen) = room(&server).await?;
    let songs = house.songs().await?;
    let (email, name) = ("leaver@home.example", "Wilhelmina");
    let leaver = Phone::enter(&server.url(), &house.room, screen.code()?).await?;
    let account = leaver.api.sign_up(&person(email, PASSWORD)).await?.me.account.to_string();
    leaver.api.change_me(&ChangeMe { name: Some(name.into()), name_on_screen: Some(true) }).await?;
    // The first may be with the player already; the second waits in the queue for sure.
    let waiting = leaver.queue(songs[0]).await?;
    let of_account = |rows: &support::Rows, table: &str| {
        rows[table].iter().filter(|row| row.contains(&account)).cloned().collect::<Vec<_>>()
    };
    let before = rows_of_sqlite(server.data()).await?;
    for table in ["account_keys", "identities", "sessions"] {
        ensure!(!of_account(&before, table).is_empty(), "{table} holds something before");
    }
    leaver.api.delete_me(None).await?;
    refused(leaver.api.me().await, Code::SignInNeeded)?;
    refused(browser(&server)?.sign_in(&person(email, PASSWORD)).await, Code::WrongCredentials)?;
    let after = rows_of_sqlite(server.data()).await?;
    for table in ["account_keys", "identities", "sessions"] {
        ensure!(of_account(&after, table).is_empty(), "{table} holds nothing after");
    }
    for (table, row) in after.iter().flat_map(|(table, rows)| rows.iter().map(move |row| (table, row))) {
        ensure!(!row.contains(email) && !row.contains(name), "{table} still tells: {row}");
    }
    // What the player holds comes back when its lease is over; the rest came back at once and is forfeited.
    let mut balances = of_account(&after, "lots").into_iter().map(|lot| lot.split('|').nth(6).map(str::to_owned));
    ensure!(
        balances.all(|balance| balance.as_deref() == Some("0")),
        "no credit is left: {:?}",
        of_account(&after, "lots")
    );
    ensure!(after["transfers"].iter().any(|row| row.contains("'forfeit'") && row.contains(&account)), "forfeited");
    let shown = house.operator.room(&house.room).await?;
    ensure!(!serde_json::to_string(&shown)?.contains(name), "the room forgets the name");
    ensure!(
        shown.queue.iter().all(|entry| entry.play != waiting.play) || shown.queue.len() == 1,
        "{:?}",
        shown.queue.len()
    );
    doctor_is_happy(&server)?;
    let anew = browser(&server)?.sign_up(&person(email, PASSWORD)).await?.me;
    ensure!(anew.account.to_string() != account && anew.name.is_none(), "the address is free for somebody new");
    Ok(())
}
