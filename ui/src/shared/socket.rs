//! A websocket of typed JSON messages that comes back by itself.

use super::{listen::Listener, platform};
use dioxus::{core::Task, prelude::*};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::{
    StreamExt,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use jukeline_app::time::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, rc::Rc};
use web_sys::{MessageEvent, WebSocket};

/// First wait before trying again, in milliseconds; doubled with each failure.
const FIRST_WAIT_MS: u32 = 500;
/// Longest wait before trying again, in milliseconds.
const LONGEST_WAIT_MS: u32 = 15_000;

/// Whether the socket is there. Moments are this device's, in the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Messages come.
    Open,
    /// None come since this moment; it is being tried again.
    Lost {
        /// Since when.
        since: Timestamp,
    },
}

/// What happens on a socket.
#[derive(Debug)]
pub enum Happening<In> {
    /// It opened, for the first time or again.
    Opened,
    /// A message came.
    Message(In),
    /// It was lost; it is being tried again.
    Lost,
}

/// A handle to the socket. Clones share it; it is closed when the scope that started it goes, or by [`Socket::close`].
#[derive(Clone)]
pub struct Socket {
    /// Whether it is there.
    pub connection: Signal<Connection>,
    current: Rc<RefCell<Option<WebSocket>>>,
    task: Task,
}

enum Raw {
    Opened,
    Text(String),
    Closed,
}

/// One attempt: the browser's socket and the listeners that feed `raw`.
struct Link {
    socket: WebSocket,
    raw: UnboundedReceiver<Raw>,
    _listeners: [Listener; 4],
}

impl Socket {
    /// Connects to `path` of the page's own server, such as `/api/rooms/copper/live`, for as long as the current scope
    /// lives. After `silent_ms` without a message the link is taken for dead. Messages that this build can't read are
    /// passed over: they are a newer server's. Must be called in a hook or an event handler.
    pub fn start<In: DeserializeOwned + 'static>(
        path: &str,
        silent_ms: u32,
        on: impl FnMut(Happening<In>) + 'static,
    ) -> Socket {
        let current = Rc::new(RefCell::new(None));
        let connection = Signal::new(Connection::Lost { since: super::clock::now() });
        let task = spawn(keep(path.to_string(), silent_ms, connection, current.clone(), on));
        Socket { connection, current, task }
    }

    /// Sends a message. `false`: there is no link now, and nothing was kept; what must not be lost is the caller's to keep.
    pub fn send<Out: Serialize>(&self, message: &Out) -> bool {
        let Ok(text) = serde_json::to_string(message) else { return false };
        self.current.borrow().as_ref().is_some_and(|socket| socket.send_with_str(&text).is_ok())
    }

    /// Closes for good.
    pub fn close(&self) {
        self.task.cancel();
        if let Some(socket) = self.current.borrow_mut().take() {
            let _ = socket.close();
        }
    }
}

async fn keep<In: DeserializeOwned>(
    path: String,
    silent_ms: u32,
    mut connection: Signal<Connection>,
    current: Rc<RefCell<Option<WebSocket>>>,
    mut on: impl FnMut(Happening<In>),
) {
    let mut failures = 0;
    let (nudge, mut nudges) = unbounded();
    let _online = Listener::on_window("online", move |_| drop(nudge.unbounded_send(())));
    loop {
        if let Some(mut link) = Link::open(&path).await {
            while let Either::Left((Some(raw), _)) = select(link.raw.next(), TimeoutFuture::new(silent_ms)).await {
                match raw {
                    Raw::Opened => {
                        *current.borrow_mut() = Some(link.socket.clone());
                        connection.set(Connection::Open);
                        on(Happening::Opened);
                    }
                    Raw::Text(text) => {
                        failures = 0;
                        if let Ok(message) = super::lean::from_str(&text) {
                            on(Happening::Message(message));
                        }
                    }
                    Raw::Closed => break,
                }
            }
        }
        *current.borrow_mut() = None;
        if *connection.peek() == Connection::Open {
            connection.set(Connection::Lost { since: super::clock::now() });
        }
        on(Happening::Lost);
        select(nudges.next(), TimeoutFuture::new(wait_ms(failures, js_sys::Math::random()))).await;
        failures += 1;
    }
}

/// Exponential back-off with jitter: half of it certain, half by `random` (0 to 1), so that a room full of phones doesn't
/// come back in the same instant.
fn wait_ms(failures: u32, random: f64) -> u32 {
    let ceiling = FIRST_WAIT_MS.saturating_mul(1 << failures.min(6)).min(LONGEST_WAIT_MS);
    ceiling / 2 + (f64::from(ceiling / 2) * random) as u32
}

impl Link {
    async fn open(path: &str) -> Option<Link> {
        let socket = WebSocket::new(&platform::socket(path).await?).ok()?;
        let (sender, raw) = unbounded::<Raw>();
        let feed = |event: &'static str, make: fn(&web_sys::Event) -> Option<Raw>| {
            let sender: UnboundedSender<Raw> = sender.clone();
            Listener::new(socket.as_ref(), event, move |event| {
                if let Some(raw) = make(&event) {
                    let _ = sender.unbounded_send(raw);
                }
            })
        };
        let listeners = [
            feed("open", |_| Some(Raw::Opened)),
            feed("message", text_of),
            feed("close", |_| Some(Raw::Closed)),
            feed("error", |_| Some(Raw::Closed)),
        ];
        Some(Link { socket, raw, _listeners: listeners })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

fn text_of(event: &web_sys::Event) -> Option<Raw> {
    use wasm_bindgen::JsCast;
    event.dyn_ref::<MessageEvent>()?.data().as_string().map(Raw::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_ceiling_and_never_vanish() {
        assert_eq!((wait_ms(0, 0.0), wait_ms(0, 1.0)), (250, 500));
        assert_eq!(wait_ms(3, 1.0), 4_000);
        assert_eq!((wait_ms(30, 0.0), wait_ms(30, 1.0)), (7_500, 15_000));
    }
}
