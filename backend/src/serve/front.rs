//! What every request meets first: the words of a server that waits, and from the moment it has all its parts the
//! whole router, on connections that are open already as well.

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;

/// The two routers. Cheap to clone.
#[derive(Clone)]
pub(super) struct Front {
    waiting: Router,
    whole: Arc<OnceLock<Router>>,
}

impl Front {
    /// Answers by `waiting`.
    pub(super) fn new(waiting: Router) -> Front {
        Front { waiting, whole: Arc::default() }
    }

    /// Answers by `whole` from now on; the first one stands.
    pub(super) fn open(&self, whole: Router) {
        let _ = self.whole.set(whole);
    }

    /// To be served.
    pub(super) fn router(&self) -> Router {
        Router::new().fallback(pass_on).with_state(self.clone())
    }
}

async fn pass_on(State(front): State<Front>, request: Request) -> Response {
    let router = front.whole.get().unwrap_or(&front.waiting).clone();
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, routing::get};

    async fn asked(router: &Router) -> String {
        let response = router.clone().oneshot(Request::new(Body::empty())).await.expect("an answer");
        let body = axum::body::to_bytes(response.into_body(), 100).await.expect("a body");
        String::from_utf8_lossy(&body).into_owned()
    }

    #[tokio::test]
    async fn what_is_served_already_answers_by_the_whole_router_once_it_is_there() {
        let front = Front::new(Router::new().route("/", get(|| async { "not now" })));
        let served = front.router();
        assert_eq!(asked(&served).await, "not now");
        front.open(Router::new().route("/", get(|| async { "here" })));
        assert_eq!(asked(&served).await, "here");
    }
}
