//! Times the stages of an answer, so that every moment belongs to one of them.

use std::time::{Duration, Instant};

use crate::query::Timings;
use crate::search::observed::Observed;

/// Times one stage after the other.
pub struct Stopwatch {
    timings: Timings,
    lap: Instant,
    /// What the stages read, if somebody wants to know.
    pub observed: Option<Box<Observed>>,
}

impl Stopwatch {
    /// Starts. What was spent on getting hold of the records counts as reading them.
    pub fn start(waited: Duration) -> Self {
        Self {
            timings: Timings {
                fetch: waited,
                ..Timings::default()
            },
            lap: Instant::now(),
            observed: None,
        }
    }

    /// Starts, and collects what the stages read.
    pub fn observing(waited: Duration) -> Self {
        Self {
            observed: Some(Box::default()),
            ..Self::start(waited)
        }
    }

    /// Adds the time since the last lap to a stage.
    pub fn lap(&mut self, stage: impl FnOnce(&mut Timings) -> &mut Duration) {
        let now = Instant::now();
        *stage(&mut self.timings) += now - self.lap;
        self.lap = now;
    }

    /// The times of all stages; their sum is the total.
    pub fn stop(self) -> Timings {
        let Timings {
            encode,
            neural,
            text,
            fusion,
            fetch,
            ..
        } = self.timings;
        Timings {
            total: encode + neural + text + fusion + fetch,
            ..self.timings
        }
    }
}
