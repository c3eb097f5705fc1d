//! The demo: three venues with a past, a catalogue that plays, and regulars who queue.

mod house;
pub mod music;
mod past;
mod random;
mod regulars;
mod till;
mod windows;

use crate::{
    config::Config,
    serve::{self, Running, StartError},
    store,
};
use qrcode::{QrCode, render::unicode};
use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};
use tokio::runtime::Handle;

/// Pieces that are rendered before the doors open: the rest follows while the first ones play.
const PIECES_TO_OPEN: usize = 9;
/// The demo's music is the same everywhere.
const SEED: u64 = 1933;

/// What the command line asks of the demo.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The port.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// The address to listen on, such as 0.0.0.0: for phones on the same network.
    #[arg(long, default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// The folder for database and music.
    #[arg(long, default_value = "demo-data")]
    pub data: PathBuf,
    /// The folder with the built pages.
    #[arg(long)]
    pub ui: Option<PathBuf>,
    /// Your own music instead of the synthesised.
    #[arg(long)]
    pub music: Option<PathBuf>,
    /// Put the venues where you are: latitude,longitude.
    #[arg(long, value_parser = house::parse_position, allow_hyphen_values = true)]
    pub here: Option<jukeline_app::presence::Position>,
    /// Open nothing.
    #[arg(long)]
    pub no_open: bool,
    /// Open the apps' windows with this program instead of a browser.
    #[arg(long, conflicts_with = "no_open")]
    pub shell: Option<PathBuf>,
    /// Run on a store and a log of this configuration instead of the embedded ones.
    #[arg(long, hide = true)]
    pub config: Option<PathBuf>,
}

/// Why the demo didn't start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The server.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The music.
    #[error("the music: {0}")]
    Music(String),
    /// The venues.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A password that can't be hashed, an address that can't be read.
    #[error("{0}")]
    House(String),
}

/// Runs the demo until it is stopped.
pub async fn run(options: Options) -> Result<(), DemoError> {
    let mut config = config(&options)?;
    // Held until the end: the till closes with the house.
    let _till = till::open(&mut config, options.bind)?;
    let running = serve::start(config).await?;
    let house = house::furnish(&running.context, options.here).await?;
    let folder = options.music.clone().unwrap_or_else(|| running.context.config.data.join("music"));
    if options.music.is_none() {
        tracing::info!("composing the first songs");
        let first = music::catalogue(SEED).into_iter().take(PIECES_TO_OPEN).collect();
        render_pieces(first, folder.clone()).await?;
    }
    let summary = import(&running.context, &folder).await?;
    tracing::info!("{summary}");
    let composed = options.music.is_none().then_some(folder);
    tokio::spawn(fill(running.context.clone(), house.clone(), composed));
    tokio::spawn(regulars::keep_coming(running.context.clone(), house.clone()));
    // Before a browser is opened.
    running.answer();
    announce(&running, &house);
    let _windows = options.shell.as_deref().map(|shell| windows::open(&running.context.config, &house, shell));
    if options.shell.is_none() && !options.no_open {
        open_browser(&running.context.config, &house);
    }
    Ok(running.serve().await?)
}

fn config(options: &Options) -> Result<Config, DemoError> {
    let mut config = Config::read(options.config.as_deref())?;
    let host = if options.bind.is_unspecified() { reachable_address() } else { options.bind };
    let address = format!("http://{}", SocketAddr::new(host, options.port));
    config.public_url = address.parse().map_err(|_| DemoError::House(format!("{address} is no address")))?;
    config.http.bind = SocketAddr::new(options.bind, options.port);
    config.http.ui = options.ui.clone().or(config.http.ui);
    config.data.clone_from(&options.data);
    // Two songs in the first room: the third one is bought.
    config.guests.grant = 4;
    // Whoever runs the demo again in another browser doesn't want to wait for what the last one still holds.
    config.floor.lease_seconds = 20;
    config.floor.lease_grace_seconds = 5;
    Ok(config)
}

/// This machine's address on its network: the one from which a packet to the outside would go. None is sent.
fn reachable_address() -> IpAddr {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let Ok(socket) = std::net::UdpSocket::bind("0.0.0.0:0") else { return loopback };
    // 192.0.2.1 is reserved for documentation (RFC 5737); connecting a datagram socket only picks a route.
    let routed = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    routed.map_or(loopback, |address| address.ip())
}

async fn render_pieces(pieces: Vec<music::PieceSpec>, folder: PathBuf) -> Result<(), DemoError> {
    let rendered = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        music::render_all(&pieces, &folder, 2, &|_, _| {}).map_err(|e| e.to_string())
    });
    rendered.await.map_err(|e| DemoError::Music(e.to_string()))?.map_err(DemoError::Music)
}

async fn import(context: &crate::context::Context, folder: &Path) -> Result<crate::songs::Summary, DemoError> {
    let (context, folder, runtime) = (context.clone(), folder.to_owned(), Handle::current());
    let covers = context.config.data.join("covers");
    let imported = tokio::task::spawn_blocking(move || {
        store::songs::take_in(&runtime, &context.store, &context.index, &covers, &folder, |_| {})
    });
    imported.await.map_err(|e| DemoError::Music(e.to_string()))?.map_err(|e| DemoError::Music(e.to_string()))
}

/// What need not be there when the doors open: the rest of the songs, and then the past, which is played with all of
/// them.
async fn fill(context: crate::context::Context, house: house::House, composed: Option<PathBuf>) {
    if let Some(folder) = composed
        && let Err(error) = render_rest(&context, &folder).await
    {
        tracing::warn!(%error, "some of the demo's songs are missing");
        return;
    }
    match past::write(&context, &house).await {
        Ok(0) => {}
        Ok(plays) => tracing::info!(plays, "two months of nights are written: charts and histories fill"),
        Err(error) => tracing::warn!(%error, "the demo's past could not be written"),
    }
}

/// Composes what is missing and takes it in, piece by piece, while people listen.
async fn render_rest(context: &crate::context::Context, folder: &Path) -> Result<(), DemoError> {
    for batch in music::catalogue(SEED).chunks(PIECES_TO_OPEN) {
        render_pieces(batch.to_vec(), folder.to_owned()).await?;
        import(context, folder).await?;
    }
    Ok(())
}

/// Says where everything is.
#[allow(clippy::print_stdout, reason = "this is what the command is for")]
fn announce(running: &Running, house: &house::House) {
    let config = &running.context.config;
    let [room, player] = addresses(config, house);
    if let Ok(code) = QrCode::new(&room) {
        println!("\n{}", code.render::<unicode::Dense1x2>().quiet_zone(true).build());
    }
    println!("  Patron's page    {room}");
    println!("  Jukebox screen   {player}");
    // Passwords don't travel over plain http: in trial mode staff sign in on this machine.
    let staff = if config.is_trial() {
        format!("http://127.0.0.1:{}/staff", running.address.port())
    } else {
        config.address("/staff")
    };
    println!("  Staff            {staff}   {} / {}", house::EMAIL, house::PASSWORD);
    println!("  Other rooms      {}", config.address("/"));
    if !config.is_trial() {
        let (email, password) = (house::VISITOR_EMAIL, house::VISITOR_PASSWORD);
        println!("  As a regular     {}   {email} / {password}", config.address("/signin"));
    }
    println!("\n  Open the jukebox screen and touch it: it plays the sound. Then pick a song on the patron's page.");
    println!("  The code on the screen lets you in. Stop with Ctrl-C.\n");
}

/// The room's page and the player's, which pairs itself.
fn addresses(config: &Config, house: &house::House) -> [String; 2] {
    [config.address(&format!("/r/{}", house.room)), config.address(&house.player_page())]
}

/// Opens the room and its player in the browser of whoever runs the demo, if there is one.
fn open_browser(config: &Config, house: &house::House) {
    if std::env::var_os("DISPLAY").is_none()
        && std::env::var_os("WAYLAND_DISPLAY").is_none()
        && cfg!(target_os = "linux")
    {
        return;
    }
    for address in addresses(config, house).into_iter().rev() {
        if let Err(error) = webbrowser::open(&address) {
            tracing::info!(%error, "no browser could be opened");
        }
    }
}
