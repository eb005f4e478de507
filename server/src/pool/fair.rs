//! A queue that is fair between flows: start-time fair queueing.
//!
//! Each flow has a clock that advances by the time its jobs take. A job is due when its flow's clock
//! reaches it, and the job that is due first runs first. So flows that always have jobs waiting get
//! equal shares of time, and a flow that rarely asks is served at once.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Duration;

/// How many flows are remembered; past that, those without a job are forgotten.
const FLOWS: usize = 1_024;

/// The least time that a job is charged before it has run, so that flows are told apart even if
/// nothing is known about their jobs.
const LEAST: Duration = Duration::from_micros(1);

/// A place in the queue: when its job is due; among equals, the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    due: Duration,
    number: u64,
}

/// What a flow was charged for a job.
#[derive(Debug)]
pub struct Charge<F> {
    flow: F,
    time: Duration,
}

/// Jobs that wait, of several flows.
pub struct Fair<F, T> {
    waiting: BTreeMap<Place, (Charge<F>, T)>,
    flows: HashMap<F, Clock>,
    /// When the last job that was taken was due. Flows without jobs do not save up time: they start
    /// here.
    time: Duration,
    arrived: u64,
    /// How many jobs wait or run.
    jobs: usize,
}

/// What one flow has used.
#[derive(Default)]
struct Clock {
    /// When its next job is due.
    next: Duration,
    /// How many of its jobs wait or run.
    jobs: usize,
}

impl<F, T> Default for Fair<F, T> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            flows: HashMap::new(),
            time: Duration::ZERO,
            arrived: 0,
            jobs: 0,
        }
    }
}

impl<F: Clone + Eq + Hash, T> Fair<F, T> {
    /// How many jobs wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Adds a job that is expected to take this long.
    pub fn push(&mut self, flow: F, expected: Duration, job: T) -> Place {
        let due = self.due(&flow);
        let time = expected.max(LEAST);
        let clock = self.flows.entry(flow.clone()).or_default();
        clock.next = due + time;
        clock.jobs += 1;
        self.jobs += 1;
        self.arrived += 1;
        let place = Place {
            due,
            number: self.arrived,
        };
        self.waiting.insert(place, (Charge { flow, time }, job));
        place
    }

    /// Takes the job that is due first. It counts as running until it is settled.
    pub fn pop(&mut self) -> Option<(Charge<F>, T)> {
        let (place, taken) = self.waiting.pop_first()?;
        self.time = self.time.max(place.due);
        Some(taken)
    }

    /// Replaces what a flow was charged for a job by the time that it took.
    pub fn settle(&mut self, charge: Charge<F>, took: Duration) {
        self.jobs -= 1;
        if self.jobs == 0 {
            self.flows.clear();
            self.time = Duration::ZERO;
            return;
        }
        if let Some(clock) = self.flows.get_mut(&charge.flow) {
            clock.next = (clock.next + took).saturating_sub(charge.time);
            clock.jobs -= 1;
            if clock.jobs == 0 && clock.next <= self.time {
                self.flows.remove(&charge.flow);
            }
        }
        if self.flows.len() > FLOWS {
            self.flows.retain(|_, clock| clock.jobs > 0);
        }
    }

    /// Removes a job, if it still waits.
    pub fn remove(&mut self, place: Place) -> Option<T> {
        let (charge, job) = self.waiting.remove(&place)?;
        self.settle(charge, Duration::ZERO);
        Some(job)
    }

    /// Whether a new job of this flow is due before one that waits.
    pub fn comes_before_another(&self, flow: &F) -> bool {
        let last = self.waiting.last_key_value();
        last.is_some_and(|(last, _)| last.due > self.due(flow))
    }

    /// Removes the job that is due last, if a new one of this flow is due before it.
    pub fn displace(&mut self, flow: &F) -> Option<T> {
        if !self.comes_before_another(flow) {
            return None;
        }
        let (&last, _) = self.waiting.last_key_value()?;
        self.remove(last)
    }

    /// Removes the job that has waited longest, of those whose place a new one of this flow may take:
    /// its own, and those that are not due before it.
    pub fn remove_oldest(&mut self, flow: &F) -> Option<T> {
        let due = self.due(flow);
        let waiting = self.waiting.iter();
        let replaceable =
            waiting.filter(|(place, (charge, _))| charge.flow == *flow || place.due >= due);
        let (&oldest, _) = replaceable.min_by_key(|(place, _)| place.number)?;
        self.remove(oldest)
    }

    /// When a new job of this flow is due.
    fn due(&self, flow: &F) -> Duration {
        let next = self.flows.get(flow).map(|clock| clock.next);
        next.unwrap_or_default().max(self.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Runs the next job, which takes so long, and returns its flow.
    fn run(queue: &mut Fair<&'static str, ()>, took: impl Fn(&str) -> Duration) -> &'static str {
        let (charge, ()) = queue.pop().unwrap();
        let flow = charge.flow;
        let took = took(flow);
        queue.settle(charge, took);
        flow
    }

    #[test]
    fn a_flow_that_asks_for_much_does_not_hold_up_another() {
        for ahead in [1, 7, 100] {
            let mut queue = Fair::default();
            for _ in 0..ahead {
                queue.push("heavy", MS, ());
            }
            let mut served = Vec::new();
            for _ in 0..20 {
                queue.push("light", MS, ());
                queue.push("heavy", MS, ());
                served.push(run(&mut queue, |_| MS));
                served.push(run(&mut queue, |_| MS));
            }
            let light = served.iter().filter(|flow| **flow == "light").count();
            assert!(light >= 19, "{ahead} ahead: {served:?}");
        }
    }

    #[test]
    fn flows_share_time_not_jobs() {
        let mut queue = Fair::default();
        let took = |flow: &str| if flow == "slow" { MS * 8 } else { MS };
        let mut spent = HashMap::from([("slow", Duration::ZERO), ("fast", Duration::ZERO)]);
        for flow in ["slow", "fast"] {
            queue.push(flow, MS, ());
            queue.push(flow, MS, ());
        }
        for _ in 0..900 {
            let flow = run(&mut queue, took);
            *spent.get_mut(flow).unwrap() += took(flow);
            // Both always have a job waiting.
            queue.push(flow, MS, ());
        }
        let (slow, fast) = (spent["slow"].as_secs_f64(), spent["fast"].as_secs_f64());
        assert!((0.8..1.25).contains(&(slow / fast)), "{slow} {fast}");
    }

    #[test]
    fn in_a_full_queue_whoever_has_used_more_makes_room() {
        let mut queue = Fair::default();
        for _ in 0..3 {
            queue.push("heavy", MS, "heavy");
        }
        assert!(queue.displace(&"heavy").is_none());
        assert_eq!(queue.displace(&"light"), Some("heavy"));
        queue.push("light", MS, "light");
        // The first job of each is due at the same time, so neither makes room for a third flow,
        // but the second one of the heavy flow does.
        assert_eq!(queue.displace(&"third"), Some("heavy"));
        assert!(queue.displace(&"third").is_none());
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn the_oldest_job_makes_room_for_the_newest() {
        let mut queue = Fair::default();
        for (flow, job) in [("a", 1), ("b", 2), ("a", 3), ("a", 4)] {
            queue.push(flow, MS, job);
        }
        // Its own, because the one of the other flow is due before it.
        assert_eq!(queue.remove_oldest(&"a"), Some(1));
        queue.push("a", MS, 5);
        // Any, because none is due before that of a flow that has used nothing.
        assert_eq!(queue.remove_oldest(&"c"), Some(2));
        queue.push("c", MS, 6);
        assert_eq!(queue.remove_oldest(&"d"), Some(3));
        let mut left: Vec<_> = std::iter::from_fn(|| queue.pop().map(|(_, job)| job)).collect();
        left.sort_unstable();
        assert_eq!(left, [4, 5, 6]);
    }

    #[test]
    fn whoever_asks_for_little_keeps_its_place() {
        let mut queue = Fair::default();
        queue.push("heavy", MS, 1);
        queue.push("light", MS, 2);
        for job in 3..100 {
            assert!(queue.remove_oldest(&"heavy").is_some());
            queue.push("heavy", MS, job);
        }
        let left: Vec<_> = std::iter::from_fn(|| queue.pop().map(|(_, job)| job)).collect();
        assert!(left.contains(&2), "{left:?}");
    }

    #[test]
    fn a_job_that_left_costs_its_flow_nothing() {
        let mut queue = Fair::default();
        queue.push("other", MS, "other");
        let place = queue.push("flow", MS * 50, "left");
        assert_eq!(queue.remove(place), Some("left"));
        assert_eq!(queue.remove(place), None);
        queue.push("other", MS, "other again");
        queue.push("flow", MS, "flow");
        let order: Vec<_> = std::iter::from_fn(|| queue.pop().map(|(_, job)| job)).collect();
        assert_eq!(order, ["other", "flow", "other again"]);
    }

    #[test]
    fn flows_that_are_gone_are_forgotten() {
        let mut queue = Fair::default();
        let mut before = None;
        for flow in 0..10 * FLOWS {
            queue.push(flow, MS, ());
            let (charge, ()) = queue.pop().unwrap();
            // There is always one that runs.
            if let Some(charge) = before.replace(charge) {
                queue.settle(charge, MS);
            }
        }
        assert!(queue.flows.len() <= FLOWS + 1);
        queue.settle(before.unwrap(), MS);
        assert!(queue.flows.is_empty());
    }
}
