//! Whether the visitor may change anything, for the collections page: what may not be done is not
//! offered.

use leptos::prelude::*;

use crate::access::Access;
use crate::browser;
use crate::functions::write_access;
use crate::json::{Resource, resource};
use crate::problem::Problem;

/// What the page may offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Not known yet.
    Unknown,
    /// All changes. With the API key, if the server wants one.
    Changes {
        /// Whether the server wants its key.
        with_key: bool,
    },
    /// To give the API key.
    Key,
    /// Only reading, and why.
    Reading(String),
}

/// Whether the visitor may change anything.
#[derive(Clone, Copy)]
pub struct Writing {
    access: Resource<Result<Access, Problem>>,
    has_key: RwSignal<bool>,
}

impl Writing {
    /// Asks the server.
    pub fn new() -> Self {
        let access = resource(|| (), |()| write_access());
        let has_key = RwSignal::new(false);
        Effect::new(move || has_key.set(browser::kept_key().is_some()));
        Self { access, has_key }
    }

    /// Notes that the visitor gave a key.
    pub fn got_key(self) {
        self.has_key.set(true);
    }

    /// What the page may offer. Read it under a `Suspense`.
    pub fn offer(self) -> Offer {
        match self.access.get() {
            None => Offer::Unknown,
            Some(Ok(Access::Open)) => Offer::Changes { with_key: false },
            Some(Ok(Access::WithKey)) if self.has_key.get() => Offer::Changes { with_key: true },
            Some(Ok(Access::WithKey)) => Offer::Key,
            Some(Ok(Access::Closed(why))) => Offer::Reading(why),
            Some(Err(problem)) => Offer::Reading(problem.message),
        }
    }

    /// Whether changes are offered.
    pub fn is_offered(self) -> bool {
        matches!(self.offer(), Offer::Changes { .. })
    }
}
