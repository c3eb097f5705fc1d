//! Mail by SMTP: plain text, with a document where there is one. Addresses are never logged.

use crate::config::Config;
use axum::http::{HeaderMap, header};
use jukeline_app::account::Role;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use std::time::Duration;

/// How long a mail may take to be handed over.
pub const WITHIN: Duration = Duration::from_secs(20);

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// `mail.smtp` and `mail.from` are not set.
    #[error("no mail is set up")]
    NotSetUp,
    /// The sender or the recipient is not an address.
    #[error("not an address")]
    Address,
    /// The text can't be sent.
    #[error("the mail can't be written")]
    Text,
    /// The mail server is out of reach or refused; its words are left out, since they may hold the address.
    #[error("the mail server is out of reach or refused")]
    Server,
}

/// The languages that mails are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    /// The first of a request's languages that mails are written in; else English.
    pub fn of(headers: &HeaderMap) -> Language {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut languages = accepted.split(',').map(|part| part.trim().to_lowercase());
        let first = languages.find(|language| language.starts_with("de") || language.starts_with("en"));
        if first.is_some_and(|language| language.starts_with("de")) { Language::German } else { Language::English }
    }
}

/// Subject and text of the mail with a link for a new password.
pub fn reset_text(language: Language, link: &str) -> (String, String) {
    match language {
        Language::English => (
            "A new password for Jukeline".into(),
            format!(
                "Hello,\n\nsomebody, probably you, asked for a new password for Jukeline.\n\nChoose one here within an hour:\n{link}\n\n\
                 The link works once. If you didn't ask for it, ignore this mail: nothing changes.\n"
            ),
        ),
        Language::German => (
            "Ein neues Passwort für Jukeline".into(),
            format!(
                "Hallo,\n\njemand, vermutlich du, hat ein neues Passwort für Jukeline angefordert.\n\nHier kannst du es innerhalb einer Stunde \
                 wählen:\n{link}\n\nDer Link gilt einmal. Wenn du das nicht warst, ignoriere diese Mail: Es ändert sich nichts.\n"
            ),
        ),
    }
}

/// Subject and text of the mail that invites somebody to work at `place`.
pub fn invitation_text(language: Language, place: &str, role: Role, link: &str) -> (String, String) {
    match language {
        Language::English => (
            format!("Work with the jukebox of {place}"),
            format!(
                "Hello,\n\nyou are invited to look after the jukebox of {place}, as {}.\n\nSign in, or sign up, and open this within a \
                 week:\n{link}\n\nThe link works once, for whoever opens it: don't pass it on. If it means nothing to you, ignore this \
                 mail: nothing changes.\n",
                match role {
                    Role::Attendant => "attendant",
                    Role::MusicManager => "music manager",
                    Role::VenueManager => "manager",
                    Role::Operator => "operator",
                }
            ),
        ),
        Language::German => (
            format!("Mitarbeit an der Jukebox von {place}"),
            format!(
                "Hallo,\n\ndu bist eingeladen, dich um die Jukebox von {place} zu kümmern: {}.\n\nMelde dich an oder registriere dich und \
                 öffne innerhalb einer Woche:\n{link}\n\nDer Link gilt einmal, für alle, die ihn öffnen: Gib ihn nicht weiter. Wenn er dir \
                 nichts sagt, ignoriere diese Mail: Es ändert sich nichts.\n",
                match role {
                    Role::Attendant => "Bedienung",
                    Role::MusicManager => "Musik",
                    Role::VenueManager => "Leitung",
                    Role::Operator => "Betrieb",
                }
            ),
        ),
    }
}

/// A mail to one address.
pub struct Letter<'a> {
    /// The recipient.
    pub to: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The text.
    pub text: String,
    /// For a mail that may be sent again: with the same id it is the same mail. Without one it gets a new one.
    pub id: Option<String>,
    /// A document that comes along.
    pub pdf: Option<Pdf>,
}

/// A document that is attached.
pub struct Pdf {
    /// The file's name, ASCII.
    pub name: String,
    /// The document.
    pub bytes: Vec<u8>,
}

/// Sends a plain text to one address.
pub async fn send(config: &Config, to: &str, subject: &str, text: String) -> Result<(), MailError> {
    post(config, Letter { to, subject, text, id: None, pdf: None }).await
}

/// Hands a mail over to the mail server.
///
/// # Errors
/// See [`MailError`]. After [`MailError::Server`] the server may have taken it all the same.
pub async fn post(config: &Config, letter: Letter<'_>) -> Result<(), MailError> {
    let (Some(smtp), Some(from)) = (&config.mail.smtp, &config.mail.from) else { return Err(MailError::NotSetUp) };
    let message = message(from, letter)?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp)
        .map_err(|_| MailError::Server)?
        .timeout(Some(WITHIN))
        .build();
    // The library's limit is for each step of the conversation.
    let sent = tokio::time::timeout(WITHIN, transport.send(message)).await;
    sent.map_err(|_| MailError::Server)?.map(|_| ()).map_err(|_| MailError::Server)
}

fn message(from: &str, letter: Letter<'_>) -> Result<Message, MailError> {
    let mailbox = |address: &str| address.parse::<Mailbox>().map_err(|_| MailError::Address);
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into());
    let head = Message::builder()
        .from(mailbox(from)?)
        .to(mailbox(letter.to)?)
        .subject(letter.subject)
        .message_id(letter.id)
        .raw_header(automatic);
    let made = match letter.pdf {
        None => head.header(ContentType::TEXT_PLAIN).body(letter.text),
        Some(pdf) => {
            let kind = ContentType::parse("application/pdf").map_err(|_| MailError::Text)?;
            let text = SinglePart::plain(letter.text);
            let document = Attachment::new(pdf.name).body(pdf.bytes, kind);
            head.multipart(MultiPart::mixed().singlepart(text).singlepart(document))
        }
    };
    made.map_err(|_| MailError::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_have_wins() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().expect("a header"));
            Language::of(&headers)
        };
        assert_eq!(of("fr, de-AT;q=0.9, en;q=0.8"), Language::German);
        assert_eq!(of("en-GB,de;q=0.5"), Language::English);
        assert_eq!(Language::of(&HeaderMap::new()), Language::English);
    }

    #[test]
    fn both_texts_hold_the_link() {
        for language in [Language::English, Language::German] {
            assert!(reset_text(language, "https://x/reset/abc").1.contains("https://x/reset/abc"));
            let (subject, body) =
                invitation_text(language, "Copper Still", Role::Attendant, "https://x/staff/join/abc");
            assert!(subject.contains("Copper Still") && body.contains("https://x/staff/join/abc"));
        }
    }
}
