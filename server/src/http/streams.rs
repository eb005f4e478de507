//! Event streams, such as those that tell the progress of an import: a bounded number at once, which
//! end when the service is told to stop.

use std::convert::Infallible;
use std::sync::Arc;

use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use super::error::Failure;
use super::settings::Limits;

/// The event streams of a service; clones share their places.
#[derive(Clone)]
pub struct Streams {
    places: Arc<Semaphore>,
    stopped: CancellationToken,
}

impl Streams {
    /// Streams until the service is stopped.
    pub fn new(settings: &Limits, stopped: CancellationToken) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.event_streams as usize)),
            stopped,
        }
    }

    /// Streams the events that `tell` sends. The stream ends when `tell` does, when the client
    /// leaves, and when the service is stopped. Comments keep it open in between.
    ///
    /// # Errors
    /// If too many streams are open.
    pub fn open<T>(&self, tell: impl FnOnce(mpsc::Sender<Event>) -> T) -> Result<Response, Failure>
    where
        T: Future<Output = ()> + Send + 'static,
    {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| {
            let message = "too many event streams are open; close one, or try again in a second";
            Failure::new("overloaded", message)
        })?;
        let (sender, events) = mpsc::channel(1);
        let client = sender.clone();
        let told = tell(sender);
        let stopped = self.stopped.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = told => {}
                () = client.closed() => {}
                () = stopped.cancelled() => {}
            }
            drop(place);
        });
        let events = ReceiverStream::new(events).map(Ok::<_, Infallible>);
        Ok(Sse::new(events)
            .keep_alive(KeepAlive::default())
            .into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{StatusCode, header};
    use http_body_util::BodyExt;
    use std::time::Duration;

    fn streams(event_streams: u32) -> (Streams, CancellationToken) {
        let stopped = CancellationToken::new();
        let streams = Streams::new(&Limits { event_streams }, stopped.clone());
        (streams, stopped)
    }

    fn forever(streams: &Streams) -> Result<Response, Failure> {
        streams.open(|_sender| std::future::pending())
    }

    async fn text(response: Response) -> String {
        let body = response.into_body().collect();
        let body = tokio::time::timeout(Duration::from_secs(60), body).await;
        let body = body.expect("the stream must end").unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_stream_past_the_limit_is_refused_until_another_ends() {
        let (streams, _stopped) = streams(1);
        let first = forever(&streams).unwrap();
        let refused = forever(&streams).unwrap_err().into_response();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key(header::RETRY_AFTER));
        let told = text(refused).await;
        assert!(told.contains("event streams are open; close one"), "{told}");
        // Its client leaves.
        drop(first);
        let free = streams.places.acquire();
        let free = tokio::time::timeout(Duration::from_secs(60), free).await;
        drop(free.expect("the place must be free again").unwrap());
        assert!(forever(&streams).is_ok());
    }

    #[tokio::test]
    async fn streams_end_when_all_is_told_and_when_the_service_stops() {
        let (streams, stopped) = streams(2);
        let told = streams.open(|sender| async move {
            for state in ["running", "done"] {
                let _ = sender.send(Event::default().data(state)).await;
            }
        });
        assert_eq!(text(told.unwrap()).await, "data: running\n\ndata: done\n\n");
        let open = forever(&streams).unwrap();
        stopped.cancel();
        assert_eq!(text(open).await, "");
    }
}
