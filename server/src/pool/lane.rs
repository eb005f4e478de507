//! The jobs of one kind in a pool: those that wait, what is known about them, and how many may wait.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::demand::Demand;
use super::fair::{Charge, Fair, Place};

/// The weight of a job in the moving mean of how long jobs take.
const WEIGHT: f64 = 1.0 / 16.0;

/// Whose jobs have the same turn: those of one caller to one collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Flow {
    /// The collection, if the job names one.
    pub collection: Option<String>,
    /// The caller's address, if known.
    pub address: Option<IpAddr>,
}

/// How long jobs may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many may wait.
    pub waiting: usize,
    /// How long a job may be expected to wait.
    pub wait: Duration,
}

/// What is known about a lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many jobs run.
    pub running: usize,
    /// How many wait.
    pub waiting: usize,
    /// How many were run in all.
    pub ran: u64,
    /// How many were refused in all.
    pub refused: u64,
    /// How long those that were run had waited in all.
    pub waited: Duration,
}

/// A job that waits for its turn.
pub struct Waiting<T> {
    since: Instant,
    turn: T,
}

/// The jobs of one kind; `T` tells one that it is its turn.
pub struct Lane<T> {
    queue: Fair<Flow, Waiting<T>>,
    /// How many cores it has if all lanes are busy.
    share: usize,
    limits: Limits,
    /// How long a job takes, in seconds; 0 as long as none has run.
    mean: f64,
    demand: Demand,
    stats: Stats,
}

impl<T> Lane<T> {
    pub fn new(share: usize, limits: Limits) -> Self {
        Self {
            queue: Fair::default(),
            share,
            limits,
            mean: 0.0,
            // Long enough for a burst that may wait.
            demand: Demand::new(2 * limits.wait),
            stats: Stats::default(),
        }
    }

    pub fn queue(&mut self) -> &mut Fair<Flow, Waiting<T>> {
        &mut self.queue
    }

    pub fn running(&self) -> usize {
        self.stats.running
    }

    /// Counts a job that a caller asks for, whether it is let in or not.
    pub fn ask(&mut self, now: Instant) {
        self.demand.add(self.mean, now);
    }

    /// How many cores callers ask for.
    pub fn demand(&self, now: Instant) -> f64 {
        self.demand.at(now)
    }

    #[cfg(test)]
    pub fn set_demand(&mut self, cores: f64) {
        let over = Duration::from_secs(3_600);
        self.demand = Demand::new(over);
        self.demand.add(cores * over.as_secs_f64(), Instant::now());
    }

    /// How long a job takes, in seconds.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub fn stats(&self) -> Stats {
        Stats {
            waiting: self.queue.len(),
            ..self.stats
        }
    }

    /// Whether one more job may wait; `wait` is how long it may, in seconds.
    pub fn has_room(&self, wait: f64) -> bool {
        let fitting = if self.mean > 0.0 {
            (wait / self.mean * self.share as f64) as usize
        } else {
            usize::MAX
        };
        self.queue.len() < fitting.max(self.share).min(self.limits.waiting)
    }

    /// Whether a job of this flow would be let in before one that waits.
    pub fn would_displace(&self, flow: &Flow) -> bool {
        self.queue.comes_before_another(flow)
    }

    /// How long one more job would wait.
    pub fn expected_wait(&self) -> Duration {
        let ahead = (self.queue.len() + 1) as f64;
        Duration::from_secs_f64(ahead * self.mean / self.share as f64)
    }

    pub fn push(&mut self, flow: Flow, turn: T) -> Place {
        let since = Instant::now();
        let expected = Duration::from_secs_f64(self.mean);
        self.queue.push(flow, expected, Waiting { since, turn })
    }

    /// The next job, which runs from now on.
    pub fn start(&mut self) -> Option<(Charge<Flow>, T)> {
        let (charge, waiting) = self.queue.pop()?;
        self.stats.running += 1;
        self.stats.waited += waiting.since.elapsed();
        Some((charge, waiting.turn))
    }

    /// Ends a job; `None` if its caller left before it started.
    pub fn end(&mut self, charge: Charge<Flow>, took: Option<Duration>) {
        self.stats.running -= 1;
        self.queue.settle(charge, took.unwrap_or_default());
        if let Some(took) = took.map(|took| took.as_secs_f64()) {
            self.stats.ran += 1;
            self.mean = match self.mean {
                0.0 => took,
                mean => mean + WEIGHT * (took - mean),
            };
        }
    }

    pub fn count_refused(&mut self) {
        self.stats.refused += 1;
    }
}
