//! How long requests may wait for a core.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lane::Limits;

/// How long requests may wait for a core. Those that would have to wait longer are refused at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How many requests of each kind may wait.
    pub max_waiting: usize,
    /// How long a query may be expected to wait when many arrive at once, in milliseconds. As long as
    /// callers ask for more than the cores can do, it is the time of one query instead.
    pub query_wait_ms: u64,
    /// The same for requests as slow as many queries, such as explanations, in milliseconds.
    pub slow_wait_ms: u64,
    /// The same for writes, in milliseconds.
    pub write_wait_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_waiting: 256,
            query_wait_ms: 100,
            slow_wait_ms: 5_000,
            write_wait_ms: 10_000,
        }
    }
}

impl Settings {
    /// The limits of queries.
    pub fn queries(&self) -> Limits {
        self.limits(self.query_wait_ms)
    }

    /// The limits of slow requests.
    pub fn slow(&self) -> Limits {
        self.limits(self.slow_wait_ms)
    }

    /// The limits of writes.
    pub fn writes(&self) -> Limits {
        self.limits(self.write_wait_ms)
    }

    fn limits(&self, wait_ms: u64) -> Limits {
        Limits {
            waiting: self.max_waiting,
            wait: Duration::from_millis(wait_ms),
        }
    }
}
