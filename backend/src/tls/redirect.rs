//! The plain port beside https: it only says where to go.

use crate::context::Context;
use axum::{Router, extract::State, http::Uri, response::Redirect};
use tokio::net::TcpListener;

/// Answers 308 to everything until the server drains. Nothing here is worth draining.
pub(super) async fn serve(context: Context, listener: TcpListener) {
    let router = Router::new().fallback(to_https).with_state(context.clone());
    tokio::select! {
        outcome = axum::serve(listener, router) => {
            if let Err(error) = outcome {
                tracing::error!(%error, "the plain port for tls.redirect_from broke off");
            }
        }
        () = context.stopped() => {}
    }
}

/// To the same path on `public_url`, whatever host was asked for.
async fn to_https(State(context): State<Context>, uri: Uri) -> Redirect {
    Redirect::permanent(&context.config.address(uri.path_and_query().map_or("/", |path| path.as_str())))
}
