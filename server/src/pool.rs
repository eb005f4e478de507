//! Where queries run: as many at once as there are cores. A bounded number of callers queue, and
//! any more are told to try again later.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// How many callers may queue for a core before the service reports that it is overloaded.
const QUEUE: usize = 64;

/// A bounded number of jobs that run at once: short ones on the threads of their callers, others on
/// threads separate from the async ones.
pub struct Pool {
    /// One permit for each caller that is running or queued.
    places: Arc<Semaphore>,
    /// One permit for each core.
    cores: Arc<Semaphore>,
    /// Whether its jobs are so short that they run where they were submitted.
    short: bool,
    /// How many places and cores there are.
    sizes: (usize, usize),
    refused: AtomicU64,
}

/// What a pool is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// How many callers wait for a core.
    pub waiting: usize,
    /// How many jobs run.
    pub running: usize,
    /// How many callers were refused since the start.
    pub refused: u64,
}

/// Why a job was not run.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Too many callers are queued.
    Full,
    /// The job itself failed.
    Failed,
}

impl Pool {
    /// Creates a pool for a number of cores.
    pub fn new(cores: usize) -> Self {
        Self::with_queue(cores, QUEUE)
    }

    /// Creates a pool for jobs so short that waking another thread for each would take a notable part
    /// of their time. A job runs on the thread of its caller, which hands its other tasks to another
    /// one. A job must not be awaited together with others in one task: it holds them up.
    pub fn of_short_jobs(cores: usize) -> Self {
        Self {
            short: true,
            ..Self::new(cores)
        }
    }

    fn with_queue(cores: usize, queue: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(cores + queue)),
            cores: Arc::new(Semaphore::new(cores)),
            short: false,
            sizes: (cores + queue, cores),
            refused: AtomicU64::new(0),
        }
    }

    /// What the pool is doing.
    pub fn stats(&self) -> Stats {
        let (places, cores) = self.sizes;
        let inside = places.saturating_sub(self.places.available_permits());
        let running = cores.saturating_sub(self.cores.available_permits());
        Stats {
            waiting: inside.saturating_sub(running),
            running,
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Runs a job once a core is free. If the caller leaves the queue, its job is not run; a job
    /// that has started runs to the end, and occupies its core until then.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| {
            self.refused.fetch_add(1, Ordering::Relaxed);
            Refused::Full
        })?;
        let core = Arc::clone(&self.cores).acquire_owned().await;
        let core = core.map_err(|_| Refused::Failed)?;
        let work = move || {
            let _held = (place, core);
            work()
        };
        // Other runtimes have no thread to hand tasks to.
        if self.short && Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread {
            let worked = || catch_unwind(AssertUnwindSafe(work));
            return tokio::task::block_in_place(worked).map_err(|_| Refused::Failed);
        }
        let working = tokio::task::spawn_blocking(work);
        working.await.map_err(|_| Refused::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn past_its_queue_it_refuses_and_who_leaves_is_not_worked_for() {
        let pool = Arc::new(Pool::with_queue(1, 1));
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, has_started) = oneshot::channel();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move {
                pool.run(move || {
                    started.send(()).unwrap();
                    held.recv().unwrap();
                })
                .await
            }
        });
        has_started.await.unwrap();

        let ran = Arc::new(AtomicBool::new(false));
        let mut waiting = Box::pin(pool.run({
            let ran = Arc::clone(&ran);
            move || ran.store(true, Ordering::SeqCst)
        }));
        // After one poll, it occupies the only place in the queue.
        assert!(futures_poll(&mut waiting).await);
        assert_eq!(pool.run(|| ()).await, Err(Refused::Full));
        let stats = Stats {
            waiting: 1,
            running: 1,
            refused: 1,
        };
        assert_eq!(pool.stats(), stats);

        drop(waiting);
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        pool.run(|| ()).await.unwrap();
        assert!(!ran.load(Ordering::SeqCst));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_short_job_holds_up_no_other_task_and_may_fail() {
        let pool = Arc::new(Pool::of_short_jobs(1));
        let (release, held) = std::sync::mpsc::channel::<()>();
        let running = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(move || held.recv().unwrap()).await }
        });
        // The only worker runs this, whether before or while the job waits for it.
        tokio::spawn(async move { release.send(()).unwrap() })
            .await
            .unwrap();
        running.await.unwrap().unwrap();
        let failed = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(|| panic!("as a job may")).await }
        });
        assert_eq!(failed.await.unwrap(), Err::<(), _>(Refused::Failed));
        assert_eq!(pool.run(|| 1).await, Ok(1));
    }

    /// Polls a future once, and returns whether it is still pending.
    async fn futures_poll(future: &mut (impl Future + Unpin)) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
