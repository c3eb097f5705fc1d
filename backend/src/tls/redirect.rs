//! The plain port beside https: it only says where to go.

use crate::{config::Config, context::stopped};
use axum::{Router, extract::State, http::Uri, response::Redirect};
use std::sync::Arc;
use tokio::{net::TcpListener, sync::watch};

/// Answers 308 to everything until the server drains. Nothing here is worth draining.
pub(super) async fn serve(config: Arc<Config>, stopping: watch::Receiver<bool>, listener: TcpListener) {
    let router = Router::new().fallback(to_https).with_state(config);
    tokio::select! {
        outcome = axum::serve(listener, router) => {
            if let Err(error) = outcome {
                tracing::error!(%error, "the plain port for tls.redirect_from broke off");
            }
        }
        () = stopped(stopping) => {}
    }
}

/// To the same path on `public_url`, whatever host was asked for.
async fn to_https(State(config): State<Arc<Config>>, uri: Uri) -> Redirect {
    Redirect::permanent(&config.address(uri.path_and_query().map_or("/", |path| path.as_str())))
}
