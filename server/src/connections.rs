//! Accepts connections: a bounded number at once, and none held open by a client that never
//! sends a request or takes its response.

mod places;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::{Request, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub use self::places::Settings;
use self::places::{Admitted, Places};
use crate::http::Failure;
use crate::http::settings::Timeouts;
use crate::metrics::Metrics;
use crate::write_timeout::WriteTimeout;

/// What is answered even if all places for connections are taken.
const HEALTH: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// How long a connection beyond these places may last.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// How long it may take to send the head of its request, which normally arrives with it. Others wait
/// for its place, and connections that send nothing must not make them wait for long.
const HEALTH_HEAD_TIMEOUT: Duration = Duration::from_millis(250);

/// How long to pause after accepting a connection failed, for example because the process has
/// run out of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until stopped, then lets running requests finish. Connections for which there is no place
/// at all wait to be accepted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    metrics: Arc<Metrics>,
    settings: &Settings,
    timeouts: Timeouts,
    stopped: CancellationToken,
) {
    let places = Places::new(settings);
    let graceful = GracefulShutdown::new();
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head_seconds.duration());
    let mut for_health = builder.clone();
    for_health
        .keep_alive(false)
        .header_read_timeout(HEALTH_HEAD_TIMEOUT);
    loop {
        let next = async {
            let reserved = places.reserve().await;
            (reserved, listener.accept().await)
        };
        let (reserved, accepted) = tokio::select! {
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
        let open = metrics.connection();
        match places.admit(peer.ip(), reserved) {
            Admitted::Fully(place) => {
                let service = service_fn(move |request| answer(router.clone(), peer, request));
                let stream = WriteTimeout::new(stream, timeouts.response_seconds.duration());
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    // A broken connection is the client's problem.
                    let _ = connection.await;
                    drop((place, open));
                });
            }
            Admitted::ForHealth(place) => {
                let service = service_fn(move |request: Request<Incoming>| {
                    let router = router.clone();
                    async move {
                        if HEALTH.contains(&request.uri().path()) {
                            answer(router, peer, request).await
                        } else {
                            Ok(too_many())
                        }
                    }
                });
                let connection = for_health.serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move {
                    let _ = tokio::time::timeout(HEALTH_TIMEOUT, connection).await;
                    drop((place, open));
                });
            }
            Admitted::No => drop(stream),
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Answers a request from an address.
async fn answer(
    router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request.map(Body::new)).await
}

/// The answer to all else if all places are taken.
fn too_many() -> Response {
    let message = "too many connections are open; try again in a second";
    Failure::new("overloaded", message).into_response()
}

#[cfg(test)]
mod tests {
    use super::places::RESERVE;
    use super::*;
    use axum::routing::get;
    use std::time::Instant;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::task::JoinHandle;

    async fn ask(stream: &mut TcpStream, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
    }

    /// What a connection of its own is answered until it is closed.
    async fn whole(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream, path).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// A server with so many places, a page, and a path for health.
    async fn server(max_connections: usize) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/", get(|| async { "a page" }));
        let stop = CancellationToken::new();
        let settings = Settings {
            max_connections,
            ..Settings::default()
        };
        let serving = tokio::spawn({
            let (metrics, stopped) = (Arc::default(), stop.clone());
            let timeouts = Timeouts::default();
            async move { serve(listener, router, metrics, &settings, timeouts, stopped).await }
        });
        (address, stop, serving)
    }

    #[tokio::test]
    async fn health_is_told_while_all_connections_are_taken() {
        let (address, stop, serving) = server(1).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        ask(&mut first, "/").await;
        let mut answer = [0; 512];
        let read = first.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));

        let health = whole(address, "/healthz").await;
        assert!(
            health.starts_with("HTTP/1.1 200") && health.ends_with("ok"),
            "{health}"
        );
        let refused = whole(address, "/").await;
        assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
        assert!(refused.contains("retry-after: 1"), "{refused}");
        assert!(refused.contains("\"overloaded\""), "{refused}");
        // One that sends nothing is not waited for.
        let mut silent = TcpStream::connect(address).await.unwrap();
        let ended = tokio::time::timeout(10 * HEALTH_TIMEOUT, silent.read(&mut answer)).await;
        assert!(ended.is_ok());

        // The first has kept its place.
        ask(&mut first, "/").await;
        let read = first.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        drop(first);
        stop.cancel();
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn health_is_told_soon_while_others_hold_connections_and_send_nothing() {
        let (address, stop, serving) = server(1).await;
        // They take the only place, and would take those for health three times over.
        let mut idle = Vec::new();
        for _ in 0..=3 * RESERVE {
            idle.push(TcpStream::connect(address).await.unwrap());
        }
        let asked = Instant::now();
        let health = whole(address, "/healthz").await;
        assert!(health.starts_with("HTTP/1.1 200"), "{health}");
        // If each had its place for as long as an answer may take, this would be three times that.
        let waited = asked.elapsed();
        assert!(waited < 2 * HEALTH_TIMEOUT, "{waited:?}");
        drop(idle);
        stop.cancel();
        serving.await.unwrap();
    }
}
