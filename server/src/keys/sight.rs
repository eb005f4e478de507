//! Which collections a request may see. It is set around the handling of the request and around each
//! job that the request starts, so that whatever lists or names collections can ask for it. Work of
//! the service itself sees all.

use std::collections::BTreeSet;
use std::sync::Arc;

use parallax::Error;

tokio::task_local! {
    static SIGHT: Sight;
}

/// Which collections a request may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sight {
    /// All.
    #[default]
    All,
    /// Those with these names.
    Only(Arc<BTreeSet<String>>),
    /// None, until the caller gives a key.
    Nothing,
}

impl Sight {
    /// That of the current request.
    pub fn current() -> Self {
        SIGHT.try_with(Self::clone).unwrap_or_default()
    }

    /// Handles a request with it.
    pub async fn during<F: Future>(self, handling: F) -> F::Output {
        SIGHT.scope(self, handling).await
    }

    /// Runs a job with it.
    pub fn within<T>(self, job: impl FnOnce() -> T) -> T {
        SIGHT.sync_scope(self, job)
    }

    /// Whether it includes a collection.
    pub fn includes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(name),
            Self::Nothing => false,
        }
    }

    /// An error without the names of the collections that it does not include.
    pub fn redacted(&self, error: Error) -> Error {
        match error {
            Error::NoCollection { name, mut known } => {
                known.retain(|name| self.includes(name));
                Error::NoCollection { name, known }
            }
            error => error,
        }
    }
}
