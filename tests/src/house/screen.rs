//! A player that sounds nothing: it follows plans and reports as the page does.

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use jukeline_app::{
    api::{PairScreen, Plan, Report, Resume, ScreenMessage, ScreenSays},
    id::PlayId,
    song::Codec,
    time::Timestamp,
};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A paired screen.
pub struct Screen {
    base: String,
    cookie: String,
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    /// The epoch that was granted.
    pub epoch: i64,
    /// The newest plan.
    pub plan: Option<Plan>,
    /// The codes, with when each begins.
    pub codes: Vec<(Timestamp, String)>,
    /// Another screen plays now.
    pub superseded: bool,
    number: u64,
    acknowledged: u64,
}

impl Screen {
    /// Pairs by a one-time code; doesn't connect yet.
    pub async fn pair(base: &str, code: &str) -> Result<Screen> {
        let pair = PairScreen { code: code.into(), codecs: Codec::ALL.to_vec(), credential: Default::default() };
        let answer =
            reqwest::Client::new().post(format!("{base}/api/screens")).json(&pair).send().await?.error_for_status()?;
        let cookie = answer.headers().get("set-cookie").context("no cookie")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Screen {
            base: base.into(),
            cookie,
            socket: None,
            epoch: 0,
            plan: None,
            codes: Vec::new(),
            superseded: false,
            number: 0,
            acknowledged: 0,
        })
    }

    /// The same paired screen at another process, or in a second window.
    pub fn again(&self, base: &str) -> Screen {
        Screen {
            base: base.into(),
            cookie: self.cookie.clone(),
            socket: None,
            epoch: 0,
            plan: None,
            codes: Vec::new(),
            superseded: false,
            number: 0,
            acknowledged: 0,
        }
    }

    /// Connects without claiming.
    pub async fn connect(&mut self) -> Result<()> {
        let mut request = format!("{}/api/screens/live", self.base.replacen("http", "ws", 1)).into_client_request()?;
        request.headers_mut().insert("cookie", self.cookie.parse()?);
        self.socket = Some(connect_async(request).await?.0);
        self.until("the codes", |screen| !screen.codes.is_empty()).await
    }

    /// Connects and claims the jukebox; waits for the plan.
    pub async fn claim(&mut self, resume: Option<Resume>) -> Result<()> {
        self.connect().await?;
        self.epoch = 0;
        self.plan = None;
        self.say(&ScreenSays::Claim { codecs: Codec::ALL.to_vec(), resume }).await?;
        self.until("the claim", |screen| screen.epoch > 0 && screen.plan.is_some()).await
    }

    /// The network is cut: nothing is said, not even goodbye.
    pub fn cut(&mut self) {
        self.socket = None;
    }

    /// The code that stands now.
    pub fn code(&self) -> Result<&str> {
        self.codes.first().map(|(_, code)| code.as_str()).context("no code")
    }

    async fn say(&mut self, says: &ScreenSays) -> Result<()> {
        let socket = self.socket.as_mut().context("not connected")?;
        socket.send(Message::Text(serde_json::to_string(says)?.into())).await?;
        Ok(())
    }

    /// Reads messages until something holds.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Screen) -> bool) -> Result<()> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
        while !holds(self) {
            let socket = self.socket.as_mut().context("not connected")?;
            let message = tokio::time::timeout_at(deadline, socket.next())
                .await
                .with_context(|| format!("waiting for {what}"))?;
            let message = message.context("the socket closed")??;
            if let Message::Text(text) = message {
                self.take(serde_json::from_str(&text)?);
            }
        }
        Ok(())
    }

    fn take(&mut self, message: ScreenMessage) {
        match message {
            ScreenMessage::Welcome { player_epoch, .. } => self.epoch = player_epoch.unwrap_or(self.epoch),
            ScreenMessage::Plan(plan) => self.plan = Some(plan),
            ScreenMessage::Codes { codes, .. } => self.codes = codes,
            ScreenMessage::Acknowledged { reports } => {
                self.acknowledged = reports.into_iter().max().unwrap_or(0).max(self.acknowledged)
            }
            ScreenMessage::Superseded { .. } => self.superseded = true,
            ScreenMessage::Room(_) | ScreenMessage::Unpaired => {}
        }
    }

    /// Reports what happened `age_ms` ago and waits until it is durable.
    pub async fn report(&mut self, play: PlayId, attempt: i64, what: Report, age_ms: i64) -> Result<()> {
        self.number += 1;
        let (number, player_epoch) = (self.number, self.epoch);
        self.say(&ScreenSays::Report { number, play, attempt, player_epoch, what, age_ms }).await?;
        self.until("the acknowledgement", |screen| screen.acknowledged >= number).await
    }

    /// The first song of the line-up, when there is one.
    pub async fn next_song(&mut self) -> Result<(PlayId, i64)> {
        self.until("a song to play", |screen| {
            screen.plan.as_ref().is_some_and(|plan| !plan.lineup.is_empty() && !plan.wait)
        })
        .await?;
        let plan = self.plan.as_ref().context("no plan")?;
        let song = plan.lineup.first().context("no song")?;
        Ok((song.play, song.attempt))
    }

    /// Plays the first song of the line-up from beginning to end, in no time.
    pub async fn play_one(&mut self) -> Result<PlayId> {
        let (play, attempt) = self.next_song().await?;
        self.report(play, attempt, Report::Started { position_ms: 0 }, 0).await?;
        self.report(play, attempt, Report::Heard, 0).await?;
        self.report(play, attempt, Report::Finished, 0).await?;
        self.until("the song's end in the plan", |screen| {
            screen.plan.as_ref().is_some_and(|plan| plan.lineup.iter().all(|song| song.play != play))
        })
        .await?;
        Ok(play)
    }

    /// The address it talks to.
    pub fn base(&self) -> &str {
        &self.base
    }
}
