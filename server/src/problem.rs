//! From an error of the engine to what a caller is told.

use parallax::Error;
use parallax_app::wire::Problem;

/// What a caller is told of an engine's error. What is none of the caller's making is
/// logged here, once, and not told.
pub fn problem(error: &Error) -> Problem {
    let code = match error {
        Error::BadQuery(_) | Error::BadName(_) | Error::BadRecord { .. } => "bad_query",
        Error::Import { .. } => "bad_query",
        Error::CollectionExists(_) | Error::Replaced(_) => "conflict",
        full if full.is_full() => {
            tracing::error!(error = %full, "a request failed");
            return Problem {
                code: "no_space".into(),
                message: "the server's disk is full; nothing was written: make room there and \
                          send it again"
                    .into(),
            };
        }
        Error::Doubtful(_) => {
            tracing::error!(%error, "a request failed");
            return Problem {
                code: "internal".into(),
                message: "the server's disk failed while the write was made durable; it may or \
                          may not be kept: send it again"
                    .into(),
            };
        }
        Error::NoCollection { .. } | Error::NoRecord { .. } => "not_found",
        Error::OtherModel { .. } => "other_model",
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

/// What is said until the service is ready.
pub fn starting() -> Problem {
    Problem {
        code: "starting".into(),
        message: "the service is starting: the model and the collections are being loaded".into(),
    }
}

/// What is said where too much is asked at once.
pub fn overloaded() -> Problem {
    Problem {
        code: "overloaded".into(),
        message: "too many requests are waiting; try again in a second".into(),
    }
}

/// What is said where only the log tells more.
pub fn internal() -> Problem {
    Problem {
        code: "internal".into(),
        message: "something went wrong here; the server's log says what".into(),
    }
}
