//! How long an upload has received no bytes. While the process runs, this is measured by a clock that
//! never jumps, so that setting the wall clock neither ends an upload nor keeps it forever. Only what
//! happened before the process started is left to the wall clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Since when an upload has received no bytes.
#[derive(Debug)]
pub struct Idle {
    since: Instant,
    /// How long it was idle before that.
    before: Duration,
}

impl Idle {
    /// Of an upload that last received bytes at a time of the wall clock, in seconds since 1970. A time
    /// in the future counts as now.
    pub fn since(touched: u64) -> Self {
        Self {
            since: Instant::now(),
            before: Duration::from_secs(wall_clock().saturating_sub(touched)),
        }
    }

    /// How long it has been idle.
    pub fn elapsed(&self) -> Duration {
        self.before.saturating_add(self.since.elapsed())
    }
}

/// The wall clock, in seconds since 1970.
pub fn wall_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
