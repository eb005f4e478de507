//! Retries requests after temporary failures. All of them may be made twice.

use std::time::Duration;

use qdrant_client::QdrantError;
use tonic::Code;

use crate::error::{Error, Result, reason};

/// Makes a request until it succeeds, or fails for a reason that does not go away, or once more than there are
/// pauses. `what` completes "Qdrant could not".
///
/// # Errors
/// [`Error::Request`] with the last reason.
pub async fn retried_after<T, F>(
    pauses: &[Duration],
    what: &str,
    request: impl Fn() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T, QdrantError>>,
{
    let mut pauses = pauses.iter();
    loop {
        let error = match request().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match pauses.next().filter(|_| is_temporary(&error)) {
            Some(pause) => tokio::time::sleep(pause_after(&error, *pause)).await,
            None => {
                return Err(Error::Request {
                    what: what.to_owned(),
                    why: reason(&error),
                });
            }
        }
    }
}

/// Whether the same request may succeed later, because the cluster cannot be reached or is busy, or too few
/// of its nodes are there.
pub fn is_temporary(error: &QdrantError) -> bool {
    match error {
        QdrantError::ResourceExhaustedError { .. } | QdrantError::Io(_) => true,
        QdrantError::ResponseError { status } => matches!(
            status.code(),
            Code::Unavailable
                | Code::ResourceExhausted
                | Code::DeadlineExceeded
                | Code::Aborted
                | Code::Cancelled
                | Code::Internal
                | Code::Unknown
        ),
        _ => false,
    }
}

/// How long to wait: as long as the cluster says, but at most a minute, or `otherwise`.
fn pause_after(error: &QdrantError, otherwise: Duration) -> Duration {
    match error {
        QdrantError::ResourceExhaustedError {
            retry_after_seconds,
            ..
        } => Duration::from_secs(*retry_after_seconds.min(&60)),
        _ => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tonic::Status;

    use super::*;

    async fn outcome(failures: usize, status: fn() -> Status) -> (Result<()>, usize) {
        let tried = Cell::new(0);
        let at_once = [Duration::ZERO; 5];
        let result = retried_after(&at_once, "answer", || {
            tried.set(tried.get() + 1);
            let fails = tried.get() <= failures;
            async move { if fails { Err(status().into()) } else { Ok(()) } }
        });
        (result.await, tried.get())
    }

    #[tokio::test]
    async fn only_temporary_failures_are_retried() {
        let away = || Status::unavailable("no leader");
        assert!(matches!(outcome(0, away).await, (Ok(()), 1)));
        assert!(matches!(outcome(5, away).await, (Ok(()), 6)));
        let (gave_up, tried) = outcome(99, away).await;
        assert_eq!(tried, 6);
        let message = gave_up.unwrap_err().to_string();
        assert!(message.contains("Qdrant could not answer") && message.contains("no leader"));
        let wrong = || Status::invalid_argument("no such field");
        assert!(matches!(outcome(1, wrong).await, (Err(_), 1)));
    }
}
