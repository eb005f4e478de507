//! The settings of the HTTP interface.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::logs;

/// All that the HTTP interface needs of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The names by which the server may be addressed, as in the section `[server]`.
    pub hosts: Vec<String>,
    /// How much it does at once.
    pub limits: Limits,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// What it logs.
    pub log: logs::Settings,
    /// Which other websites may use the API.
    pub cors: Cors,
}

/// The section `[limits]`: how much the service does at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How many event streams may be open, such as those that tell the progress of an import.
    pub event_streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { event_streams: 128 }
    }
}

/// The section `[timeouts]`, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// For an answer to a request that only reads. What is streamed, such as an export, only has to
    /// begin in this time.
    pub request_seconds: Seconds,
    /// For the head of a request.
    pub head_seconds: Seconds,
    /// For the next part of a request's body.
    pub body_seconds: Seconds,
    /// For a client to take more of a response.
    pub response_seconds: Seconds,
    /// For running requests to finish once the service is told to stop.
    pub shutdown_seconds: Seconds,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request_seconds: Seconds::of(30),
            head_seconds: Seconds::of(20),
            body_seconds: Seconds::of(20),
            response_seconds: Seconds::of(60),
            shutdown_seconds: Seconds::of(5),
        }
    }
}

/// A whole number of seconds, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(NonZeroU32);

impl Seconds {
    /// That many seconds; one instead of none.
    pub const fn of(seconds: u32) -> Self {
        match NonZeroU32::new(seconds) {
            Some(seconds) => Self(seconds),
            None => Self(NonZeroU32::MIN),
        }
    }

    /// The duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.get().into())
    }
}

/// The section `[cors]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// The origins whose pages may use the API, such as `https://shop.example`; `*` allows all.
    /// Pages of this server always may.
    pub origins: Vec<String>,
}
