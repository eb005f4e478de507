//! Where requests run: as many at once as there are cores. Callers queue as long as their wait is
//! expected to be short; others are told at once when to try again.
//!
//! In a burst, queries may wait for a tenth of a second. If callers ask for more than the cores can
//! do for longer than that, any queue fills up, and would only add its length to every answer. Then
//! a query waits about as long as one takes, and a new one takes the place of the one that has waited
//! longest, which is refused. Just as many are answered, and none of those has waited long (Lakshman, Neidhardt and Ott, "The drop from front strategy in TCP and in TCP over ATM", 1996).

mod demand;
mod fair;
mod lane;
mod settings;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use parallax::locks::lock;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use self::fair::{Charge, Place};
use self::lane::Lane;
pub use self::lane::{Flow, Limits, Stats};
pub use self::settings::Settings;

/// Callers are taken to overload the cores if they ask for this share of their time.
const OVERLOADED: f64 = 0.9;

/// A bounded number of jobs that run at once: short ones on the threads of their callers, others on
/// threads separate from the async ones. Two pools may share their cores; each then has lanes of its
/// own for those who wait.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
    /// Its lane among those that share the cores.
    lane: usize,
}

struct Shared {
    state: Mutex<State>,
    /// Whether jobs are so short that they run where they were submitted.
    short: bool,
}

/// Tells a job that it is its turn.
type Turn = oneshot::Sender<Core>;

struct State {
    cores: usize,
    lanes: Vec<Lane<Turn>>,
    /// From how many cores on callers ask for too much; without limit if jobs are long.
    overloaded_from: f64,
}

/// Why a job was not run.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// It would have to wait too long.
    Full {
        /// How long, as far as can be told.
        wait: Duration,
    },
    /// Its caller has left.
    Left,
    /// The job itself failed.
    Failed,
}

impl Pool {
    /// Creates a pool for a number of cores.
    pub fn new(cores: usize, limits: Limits) -> Self {
        let [pool] = Self::sharing(cores, limits, false);
        pool
    }

    /// Creates two pools that share their cores, for jobs so short that waking another thread for
    /// each would take a notable part of their time. A job runs on the thread of its caller, which
    /// hands its other tasks to another one. A job must not be awaited together with others in one
    /// task: it holds them up.
    ///
    /// One job of each pool can always run, whatever those of the other are doing.
    pub fn two_of_short_jobs(cores: usize, limits: Limits) -> [Self; 2] {
        Self::sharing(cores, limits, true)
    }

    fn sharing<const N: usize>(cores: usize, limits: Limits, short: bool) -> [Self; N] {
        let share = (cores / N).max(1);
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                cores,
                lanes: (0..N).map(|_| Lane::new(share, limits)).collect(),
                overloaded_from: match short {
                    true => OVERLOADED * cores as f64,
                    false => f64::INFINITY,
                },
            }),
            short,
        });
        std::array::from_fn(|lane| Self {
            shared: Arc::clone(&shared),
            lane,
        })
    }

    /// How many jobs run and wait, and what became of earlier ones.
    pub fn stats(&self) -> Stats {
        self.shared.lock().lanes[self.lane].stats()
    }

    /// Whether a job of this flow would be let in now.
    ///
    /// # Errors
    /// [`Refused::Full`].
    pub fn check_room(&self, flow: &Flow) -> Result<(), Refused> {
        let state = self.shared.lock();
        let lane = &state.lanes[self.lane];
        if self.lets_in(&state) || lane.would_displace(flow) {
            return Ok(());
        }
        Err(Refused::Full {
            wait: lane.expected_wait(),
        })
    }

    /// Runs a job once it is its turn. If the caller leaves the queue, its job is not run; a job
    /// that has started runs to the end, and occupies its core until then.
    ///
    /// # Errors
    /// Why it was not run.
    pub async fn run<T: Send + 'static>(
        &self,
        flow: Flow,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let mut core = self.turn(flow).await?;
        let work = move || {
            core.started = Some(Instant::now());
            let _held = core;
            work()
        };
        // Other runtimes have no thread to hand tasks to.
        if self.shared.short && Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            let worked = || catch_unwind(AssertUnwindSafe(work));
            return tokio::task::block_in_place(worked).map_err(|_| Refused::Failed);
        }
        let working = tokio::task::spawn_blocking(work);
        working.await.map_err(|_| Refused::Failed)
    }

    /// Waits for a core.
    async fn turn(&self, flow: Flow) -> Result<Core, Refused> {
        let (queued, longest) = self.enter(flow)?;
        self.shared.start_waiting();
        let turn = queued.turn(longest).await;
        turn.ok_or_else(|| self.refuse(&mut self.shared.lock()))
    }

    /// Counts a job as refused.
    fn refuse(&self, state: &mut State) -> Refused {
        let lane = &mut state.lanes[self.lane];
        lane.count_refused();
        Refused::Full {
            wait: lane.expected_wait(),
        }
    }

    /// Takes a place in the queue; it may be kept for the returned time.
    fn enter(&self, flow: Flow) -> Result<(Queued<'_>, Duration), Refused> {
        let (sender, turn) = oneshot::channel();
        let mut state = self.shared.lock();
        state.lanes[self.lane].ask(Instant::now());
        if !self.lets_in(&state) && !self.displaces(&flow, &mut state) {
            return Err(self.refuse(&mut state));
        }
        let lane = &mut state.lanes[self.lane];
        let queued = Queued {
            pool: self,
            place: lane.push(flow, sender),
            turn,
        };
        Ok((queued, 2 * lane.limits().wait))
    }

    /// Whether one more job can start or wait.
    fn lets_in(&self, state: &State) -> bool {
        let lane = &state.lanes[self.lane];
        let mut wait = lane.limits().wait.as_secs_f64();
        if state.is_overloaded() {
            let slowest = state.lanes.iter().map(Lane::mean).fold(0.0, f64::max);
            wait = wait.min(slowest);
        }
        state.can_start(lane) || lane.has_room(wait)
    }

    /// Lets another job go, if a job of this flow may have its place.
    fn displaces(&self, flow: &Flow, state: &mut State) -> bool {
        let overloaded = state.is_overloaded();
        let queue = state.lanes[self.lane].queue();
        queue.displace(flow).is_some() || (overloaded && queue.remove_oldest(flow).is_some())
    }
}

impl State {
    /// Whether there is a core for the next job of a lane. Each lane has at least one. Under overload,
    /// a lane beyond its share leaves free the cores that callers of the others ask for, because with
    /// more jobs than cores each would take longer.
    fn can_start(&self, lane: &Lane<Turn>) -> bool {
        let running: usize = self.lanes.iter().map(Lane::running).sum();
        let has_core = running < self.cores || lane.running() == 0;
        if !self.is_overloaded() {
            return has_core;
        }
        let now = Instant::now();
        let others = self.demand(now) - lane.demand(now);
        let left = self.cores.saturating_sub(others.round() as usize);
        // Rounded up, so that no core is left over.
        let share = self.cores.div_ceil(self.lanes.len());
        has_core && lane.running() < left.max(share)
    }

    /// How many cores callers ask for.
    fn demand(&self, now: Instant) -> f64 {
        self.lanes.iter().map(|lane| lane.demand(now)).sum()
    }

    /// Whether callers have asked for more than the cores can do, for longer than a burst.
    fn is_overloaded(&self) -> bool {
        self.demand(Instant::now()) > self.overloaded_from
    }

    /// Starts the next job: of the lane that runs the fewest, the one that is due first.
    fn start(&mut self) -> Option<(usize, Charge<Flow>, Turn)> {
        let can_start = |lane: &&Lane<Turn>| lane.stats().waiting > 0 && self.can_start(lane);
        let lanes = self.lanes.iter().enumerate();
        let lanes = lanes.filter(|(_, lane)| can_start(lane));
        let (at, _) = lanes.min_by_key(|(_, lane)| lane.running())?;
        let (charge, turn) = self.lanes[at].start()?;
        Some((at, charge, turn))
    }
}

impl Shared {
    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Starts the jobs for which there are cores.
    fn start_waiting(self: &Arc<Self>) {
        loop {
            let Some((lane, charge, turn)) = self.lock().start() else {
                return;
            };
            let core = Core {
                shared: Arc::clone(self),
                lane,
                charge: Some(charge),
                started: None,
            };
            // If the caller has just left, the core is free again.
            let _ = turn.send(core);
        }
    }
}

/// A place in the queue, left when dropped.
struct Queued<'a> {
    pool: &'a Pool,
    place: Place,
    turn: oneshot::Receiver<Core>,
}

impl Queued<'_> {
    /// Waits for a core; `None` if another job took the place, or if those before it take too long.
    async fn turn(mut self, longest: Duration) -> Option<Core> {
        match self.turn.try_recv() {
            Ok(core) => Some(core),
            Err(TryRecvError::Empty) => {
                let turn = tokio::time::timeout(longest, &mut self.turn).await;
                turn.ok()?.ok()
            }
            Err(TryRecvError::Closed) => None,
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.shared.lock();
        state.lanes[self.pool.lane].queue().remove(self.place);
    }
}

/// A core for one job, free again when dropped.
struct Core {
    shared: Arc<Shared>,
    lane: usize,
    charge: Option<Charge<Flow>>,
    /// When the job started, if it did.
    started: Option<Instant>,
}

impl Drop for Core {
    fn drop(&mut self) {
        if let Some(charge) = self.charge.take() {
            let took = self.started.map(|started| started.elapsed());
            self.shared.lock().lanes[self.lane].end(charge, took);
            self.shared.start_waiting();
        }
    }
}
