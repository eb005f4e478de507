//! Accepts connections: a bounded number at once, and none held open by a client that never
//! sends a request or takes its response.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::{Request, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::http::settings::Timeouts;
use crate::metrics::Metrics;
use crate::write_timeout::WriteTimeout;

/// How many connections may be open at once; further ones wait to be accepted.
const MAX_CONNECTIONS: usize = 1_024;

/// How long to pause after accepting a connection failed, for example because the process has
/// run out of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until stopped, then lets running requests finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    metrics: Arc<Metrics>,
    stopped: CancellationToken,
    timeouts: Timeouts,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head_seconds.duration());
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = stopped.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Responses are written whole, so delaying packets to fill them only adds latency.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request.map(Body::new))
        });
        let stream = WriteTimeout::new(stream, timeouts.response_seconds.duration());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        let open = metrics.connection();
        tokio::spawn(async move {
            // A broken connection is the client's problem.
            let _ = connection.await;
            drop((place, open));
        });
    }
    drop(listener);
    graceful.shutdown().await;
}
