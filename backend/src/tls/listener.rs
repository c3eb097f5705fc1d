//! A port on which TLS is spoken. Each handshake has a task and a deadline of its own, so a slow client keeps nobody
//! waiting.

use super::handshake::Handshake;
use axum::serve::Listener;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Connections past their handshake that wait to be served.
const WAITING: usize = 64;

type Shaken = (TlsStream<TcpStream>, SocketAddr);

/// A port on which TLS is spoken.
pub struct TlsListener {
    address: SocketAddr,
    shaken: mpsc::Receiver<Shaken>,
    // Dropped with the listener: the port is free then, and handshakes under way end.
    _accepting: JoinSet<()>,
}

impl TlsListener {
    pub(super) fn new(tcp: TcpListener, address: SocketAddr, handshake: Handshake) -> TlsListener {
        let (done, shaken) = mpsc::channel(WAITING);
        let mut accepting = JoinSet::new();
        accepting.spawn(accept_all(tcp, Arc::new(handshake), done));
        TlsListener { address, shaken, _accepting: accepting }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Shaken {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            // The task ends with this value only.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept_all(mut tcp: TcpListener, handshake: Arc<Handshake>, done: mpsc::Sender<Shaken>) {
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            (stream, peer) = Listener::accept(&mut tcp) => {
                under_way.spawn(shake_in_time(handshake.clone(), stream, peer, done.clone()));
            }
            Some(_) = under_way.join_next() => {}
        }
    }
}

async fn shake_in_time(handshake: Arc<Handshake>, stream: TcpStream, peer: SocketAddr, done: mpsc::Sender<Shaken>) {
    let outcome = match timeout(HANDSHAKE_TIME, handshake.shake(stream)).await {
        Ok(Ok(Some(stream))) => {
            let _ = done.send((stream, peer)).await;
            "made"
        }
        Ok(Ok(None)) => "proof",
        Ok(Err(error)) => {
            tracing::debug!(%error, "a handshake failed");
            "failed"
        }
        Err(_) => "too slow",
    };
    metrics::counter!("jukeline_tls_handshakes_total", "outcome" => outcome).increment(1);
}
