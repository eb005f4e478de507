//! How many cores callers ask for.

use std::time::{Duration, Instant};

/// The least time to average over, so that a single job is not taken for a crowd.
const LEAST: Duration = Duration::from_millis(100);

/// How many cores the jobs that callers ask for would occupy, whether they are let in or not: a moving
/// mean.
pub struct Demand {
    /// The time over which it is averaged, in seconds.
    over: f64,
    value: f64,
    at: Instant,
}

impl Demand {
    pub fn new(over: Duration) -> Self {
        Self {
            over: over.max(LEAST).as_secs_f64(),
            value: 0.0,
            at: Instant::now(),
        }
    }

    /// Adds a job that takes so many seconds.
    pub fn add(&mut self, seconds: f64, now: Instant) {
        self.value = self.at(now) + seconds / self.over;
        self.at = now;
    }

    /// The demand at a moment.
    pub fn at(&self, now: Instant) -> f64 {
        let past = now.saturating_duration_since(self.at).as_secs_f64();
        self.value * (-past / self.over).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_and_falls_with_what_is_asked() {
        let over = Duration::from_millis(200);
        let mut demand = Demand::new(over);
        let mut now = demand.at;
        // A job of 3 ms each millisecond.
        for _ in 0..1_000 {
            now += Duration::from_millis(1);
            demand.add(0.003, now);
        }
        assert!((2.9..3.1).contains(&demand.at(now)), "{}", demand.at(now));
        assert!(demand.at(now + over) < 1.2);
        // A clock that went back changes nothing.
        assert_eq!(demand.at(now), demand.at(now - over));
    }
}
