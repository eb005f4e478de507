//! Who sent a request, and whether they still wait for the answer.
//!
//! A page is rendered by tasks of its own, which would go on when its caller has left. So whoever
//! works for a caller asks here.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::keys::network;

tokio::task_local! {
    /// The caller for whom this task works.
    static CURRENT: Caller;
}

/// Who sent a request; clones are of the same one.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    address: OnceLock<IpAddr>,
    left: CancellationToken,
    /// After how many seconds to try again, if the request was refused; 0 if not.
    retry_after: AtomicU64,
}

impl Caller {
    /// The caller for whom this task works, if it is one that answers a request.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Their address, as far as one machine has the same: of IPv6, its network.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.address.get().copied()
    }

    /// Says where they send requests from, which is not the address of a proxy in between.
    pub fn comes_from(&self, address: IpAddr) {
        self.0.address.get_or_init(|| network(address));
    }

    /// Waits until they have left, or the answer is sent.
    pub async fn left(&self) {
        self.0.left.cancelled().await;
    }

    /// Tells them after how many seconds to try again, if the answer is a refusal.
    pub fn tell_retry_after(&self, seconds: u64) {
        self.0.retry_after.store(seconds, Ordering::Relaxed);
    }
}

/// Makes the caller known to those who work on the answer: as an extension of the request, and in
/// the task that answers it.
pub async fn follow(mut request: Request, next: Next) -> Response {
    let left = CancellationToken::new();
    // Dropped with the answer, or with this future.
    let here = left.clone().drop_guard();
    let caller = Caller(Arc::new(Inner {
        address: OnceLock::new(),
        left,
        retry_after: AtomicU64::new(0),
    }));
    request.extensions_mut().insert(caller.clone());
    let mut response = CURRENT.scope(caller.clone(), next.run(request)).await;
    let seconds = caller.0.retry_after.load(Ordering::Relaxed);
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && seconds > 0 {
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response.map(|body| Body::new(Followed { body, _here: here }))
}

/// An answer's body, which is dropped when the caller has it or has left.
struct Followed {
    body: Body,
    _here: DropGuard,
}

impl HttpBody for Followed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn who_leaves_is_known_to_those_who_work_for_them() {
        let (send, receive) = tokio::sync::oneshot::channel();
        let send = Arc::new(std::sync::Mutex::new(Some(send)));
        let handler = move || async move {
            let send = send.lock().unwrap().take().unwrap();
            send.send(Caller::current().unwrap()).unwrap();
            "an answer"
        };
        let router = Router::new()
            .route("/", get(handler))
            .layer(from_fn(follow));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let caller = receive.await.unwrap();
        assert!(!caller.0.left.is_cancelled());
        assert_eq!(response.body().size_hint().exact(), Some(9));
        drop(response);
        caller.left().await;
    }
}
