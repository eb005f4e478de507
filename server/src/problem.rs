//! Converts errors of the engine to what callers are told.

use parallax::Error;
use parallax::encoder::EncoderError;
use parallax_app::Problem;

/// What callers are told about an error of the engine. Errors that callers did not cause are
/// logged here, and their details withheld.
pub fn problem(error: &Error) -> Problem {
    let code = match error {
        Error::BadQuery(_) | Error::BadName(_) | Error::BadRecord { .. } => "bad_query",
        Error::Import { .. } | Error::Unpacked { .. } => "bad_query",
        Error::Busy(_) | Error::CollectionExists(_) | Error::Replaced(_) => "conflict",
        Error::Contended { .. } | Error::Foreign(_) | Error::Incomplete(_) => "conflict",
        full if full.is_full() => {
            tracing::error!(error = %full, "a request failed");
            return Problem {
                code: "no_space".into(),
                message: "the server's disk is full, and nothing was written; make room there \
                          and send it again"
                    .into(),
            };
        }
        Error::Doubtful(_) => {
            tracing::error!(%error, "a request failed");
            return Problem {
                code: "internal".into(),
                message: "the server's disk failed while the write was made durable; it may or \
                          may not have been stored, so send it again"
                    .into(),
            };
        }
        Error::Cluster(_) => {
            tracing::error!(%error, "the cluster failed");
            return Problem {
                code: "cluster_away".into(),
                message: "the cluster that has the collections did not answer; try again in a second (a write \
                          may have been stored)"
                    .into(),
            };
        }
        Error::NoCollection { .. } | Error::NoRecord { .. } | Error::NoMap { .. } => "not_found",
        Error::Encoder(EncoderError::Given) => "bad_query",
        Error::OtherModel { .. } => "other_model",
        Error::NoModel { collection, .. } => {
            tracing::error!(%error, "a collection cannot be used");
            return Problem {
                code: "other_model".into(),
                message: format!(
                    "the model that encoded collection '{collection}' is missing; see the server's log"
                ),
            };
        }
        other => {
            tracing::error!(error = %other, "a request failed");
            return internal();
        }
    };
    Problem {
        code: code.into(),
        message: error.to_string(),
    }
}

/// The response until the service is ready.
pub fn starting() -> Problem {
    Problem {
        code: "starting".into(),
        message: "the service is starting: the model and the collections are being loaded".into(),
    }
}

/// The response if there are too many requests at once; after so many seconds there may be room.
pub fn overloaded(seconds: u64) -> Problem {
    let when = match seconds {
        1 => "a second".to_owned(),
        seconds => format!("{seconds} seconds"),
    };
    Problem {
        code: "overloaded".into(),
        message: format!("too many requests are waiting; try again in {when}"),
    }
}

/// The response if the details are only in the log.
pub fn internal() -> Problem {
    Problem {
        code: "internal".into(),
        message: "something went wrong; see the server's log".into(),
    }
}
