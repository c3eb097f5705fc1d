//! A screen's websocket: claims, plans, reports, codes.

use crate::{
    context::Context,
    crash,
    http::{
        identity::ScreenSession,
        live::{BEAT, Gone, encode, next, send},
    },
    live::{Change, snapshot},
    store::{
        floor::{player_seen, read_loaded},
        places, songs,
    },
};
use axum::extract::ws::{Message, WebSocket};
use jukeline_app::{
    api::{HandedSong, Plan, Report, RoomMessage, ScreenMessage, ScreenRole, ScreenSays},
    conductor::{Entry, Stage, lineup},
    events::{Fact, Request},
    presence::{CODE_STEP_MS, room_code},
    time::Timestamp,
    version::Version,
};
use std::time::Duration;
use uuid::Uuid;

/// How many codes ahead a screen is given: enough for a short cut, few enough to be worth little.
const CODES_AHEAD: i64 = 4;
/// How often the player's presence is noted.
const SEEN_EVERY: Duration = Duration::from_secs(5);

/// A screen that is connected.
struct Connected {
    context: Context,
    screen: ScreenSession,
    socket: WebSocket,
    version: Version,
    /// The claim that waits for its answer.
    claim: Option<Uuid>,
    /// The epoch that was granted to this connection.
    epoch: Option<i64>,
    /// Another screen has claimed since.
    superseded: bool,
    /// Something changed that the player must know.
    plan_due: bool,
    /// Which pages this server has.
    build: String,
}

/// Serves a screen until it leaves; `build` says which pages this server has.
pub(super) async fn serve(context: Context, screen: ScreenSession, socket: WebSocket, build: String) {
    let connected = Connected {
        context,
        screen,
        socket,
        version: Version::default(),
        claim: None,
        epoch: None,
        superseded: false,
        plan_due: false,
        build,
    };
    if let Err(gone) = connected.run().await {
        tracing::info!(%gone, "a screen left");
    }
}

impl Connected {
    async fn run(mut self) -> Result<(), Gone> {
        let context = self.context.clone();
        let mut changes = self.context.live.subscribe(self.screen.jukebox);
        self.welcome().await?;
        self.snapshot().await?;
        self.codes().await?;
        let mut seen = tokio::time::interval(SEEN_EVERY);
        let mut beat = tokio::time::interval(BEAT);
        loop {
            tokio::select! {
                change = next(&mut changes, &mut self.version) => self.changed(change).await?,
                received = self.socket.recv() => match received {
                    Some(Ok(Message::Text(text))) => self.heard(text.as_str()).await?,
                    Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Err(Gone::Closed),
                    Some(Ok(_)) => {}
                },
                _ = seen.tick() => self.seen().await?,
                _ = beat.tick() => self.codes().await?,
                () = context.stopped() => return Ok(()),
            }
            // Several changes of one commit make one plan.
            if self.plan_due && changes.is_empty() {
                self.plan_due = false;
                self.plan().await?;
            }
        }
    }

    async fn say(&mut self, message: &ScreenMessage) -> Result<(), Gone> {
        send(&mut self.socket, encode(message)?).await
    }

    async fn welcome(&mut self) -> Result<(), Gone> {
        let server_now = self.context.store.now().await?;
        let (screen, role, player_epoch) = (self.screen.screen, self.screen.role, self.epoch);
        let build = Some(self.build.clone());
        self.say(&ScreenMessage::Welcome { screen, role, player_epoch, server_now, build }).await
    }

    async fn snapshot(&mut self) -> Result<(), Gone> {
        let snapshot = snapshot::of_jukebox(&self.context, self.screen.jukebox).await?.ok_or(Gone::Closed)?;
        self.version = snapshot.version;
        self.say(&ScreenMessage::Room(RoomMessage::Snapshot(Box::new(snapshot)))).await
    }

    /// The codes of the next minutes, by the server's clock; also shows that the connection lives.
    async fn codes(&mut self) -> Result<(), Gone> {
        let now = self.context.store.now().await?;
        let room = places::room_by_jukebox(&self.context.store, self.screen.jukebox).await?.ok_or(Gone::Closed)?;
        let step = now.0.div_euclid(CODE_STEP_MS);
        let codes = (step..step + CODES_AHEAD)
            .map(|step| Timestamp(step * CODE_STEP_MS))
            .map(|at| (at, room_code(&room.secret, at)));
        let url_base = self.context.config.address(&format!("/r/{}?c=", room.room));
        self.say(&ScreenMessage::Codes { url_base, codes: codes.collect(), server_now: now }).await
    }

    /// Notes that the player is there. One that was taken for silent claims again: it is told to by closing.
    async fn seen(&mut self) -> Result<(), Gone> {
        let Some(epoch) = self.epoch.filter(|_| !self.superseded) else { return Ok(()) };
        if player_seen(&self.context.store, self.screen.jukebox, epoch).await? { Ok(()) } else { Err(Gone::Closed) }
    }

    async fn changed(&mut self, change: Option<Change>) -> Result<(), Gone> {
        let Some(change) = change else {
            self.plan_due = true;
            return self.snapshot().await;
        };
        let delta: RoomMessage = crate::store::json("live", change.encoded.as_str())?;
        self.say(&ScreenMessage::Room(delta)).await?;
        if let Fact::FloorSet { player_epoch, claim, .. } = change.fact.fact {
            if claim.is_some() && claim == self.claim {
                self.claim = None;
                self.epoch = Some(player_epoch);
                self.superseded = false;
                self.welcome().await?;
            } else if self.epoch.is_some_and(|mine| player_epoch > mine) && !self.superseded {
                self.superseded = true;
                self.say(&ScreenMessage::Superseded { player_epoch }).await?;
            }
        }
        self.plan_due |= concerns_the_player(&change.fact.fact);
        Ok(())
    }

    /// The whole truth for this player, read anew.
    async fn plan(&mut self) -> Result<(), Gone> {
        let Some(epoch) = self.epoch else { return Ok(()) };
        let Some(loaded) = read_loaded(&self.context.store, self.screen.jukebox).await? else {
            return Err(Gone::Closed);
        };
        let now = self.context.store.now().await?;
        let floor = &loaded.floor;
        let (line, drop, wait) = lineup(floor, epoch);
        let mut handed = Vec::new();
        for entry in line {
            handed.push(self.handed(entry, now).await?);
        }
        let plan = Plan {
            version: floor.version,
            player_epoch: floor.player.epoch,
            paused: floor.hold.is_still(),
            volume: floor.volume,
            lineup: handed,
            drop,
            wait,
        };
        self.say(&ScreenMessage::Plan(plan)).await
    }

    async fn handed(&mut self, entry: &Entry, now: Timestamp) -> Result<HandedSong, Gone> {
        let store = self.context.store.clone();
        let store = &store;
        let gain_db = songs::sound(store, entry.song).await?.map_or(0.0, |sound| sound.gain_db);
        let (lease_ms, resume_ms) = match entry.stage {
            Stage::Started { anchor, paused_at_ms, .. } => {
                (entry.duration_ms, Some(paused_at_ms.unwrap_or_else(|| now.since(anchor)).clamp(0, entry.duration_ms)))
            }
            Stage::Handed { lease_until, .. } => (lease_until.since(now), None),
            Stage::Queued => (0, None),
        };
        Ok(HandedSong {
            play: entry.play,
            attempt: entry.attempt,
            song: snapshot::brief(store, entry.song).await?,
            for_name: snapshot::names(store, &[entry.account]).await?.remove(&entry.account),
            gain_db,
            lease_ms,
            resume_ms,
        })
    }

    /// What the screen says. A display has nothing to say; what can't be read is ignored, as a newer page may say more.
    async fn heard(&mut self, text: &str) -> Result<(), Gone> {
        if self.screen.role != ScreenRole::Player {
            return Ok(());
        }
        match serde_json::from_str(text) {
            Ok(ScreenSays::Claim { codecs, resume }) => {
                let claim = Uuid::now_v7();
                self.claim = Some(claim);
                let received_at = self.context.store.now().await?;
                let request = Request::PlayerClaimed { screen: self.screen.screen, claim, received_at, codecs, resume };
                self.append(&request).await?;
            }
            Ok(ScreenSays::Report { number, play, attempt, player_epoch, what, age_ms }) => {
                self.report(number, play, attempt, player_epoch, what, age_ms).await?;
            }
            Ok(ScreenSays::Beat { .. }) => {}
            Err(error) => tracing::warn!(%error, "a screen said something unreadable"),
        }
        Ok(())
    }

    /// A report is acknowledged when it is durable, not before.
    async fn report(
        &mut self,
        number: u64,
        play: jukeline_app::id::PlayId,
        attempt: i64,
        player_epoch: i64,
        report: Report,
        age_ms: i64,
    ) -> Result<(), Gone> {
        let received_at = self.context.store.now().await?;
        let screen = self.screen.screen;
        crash::point("report-received");
        self.append(&Request::ScreenReported { screen, player_epoch, received_at, play, attempt, report, age_ms })
            .await?;
        crash::point("report-appended");
        self.say(&ScreenMessage::Acknowledged { reports: vec![number] }).await
    }

    /// A log out of reach closes the connection: the screen keeps its reports and sends them again.
    async fn append(&mut self, request: &Request) -> Result<(), Gone> {
        self.context.requests.append(self.screen.jukebox, request).await.map_err(|error| {
            tracing::warn!(%error, "a screen's word could not be appended");
            Gone::Closed
        })
    }
}

/// Whether a fact can change the line-up: what joins the queue is handed by a fact of its own.
fn concerns_the_player(fact: &Fact) -> bool {
    !matches!(fact, Fact::Queued { .. } | Fact::Declined { .. } | Fact::Heard { .. } | Fact::PlayedUnpaid { .. })
}
