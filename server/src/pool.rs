//! Where queries run: as many at once as there are cores. A bounded number of callers queue, and
//! any more are told to try again later.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// How many callers may queue for a core before the service reports that it is overloaded.
const QUEUE: usize = 64;

/// A bounded pool of threads, separate from the async ones.
pub struct Pool {
    /// One permit for each caller that is running or queued.
    places: Arc<Semaphore>,
    /// One permit for each core.
    cores: Arc<Semaphore>,
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

    fn with_queue(cores: usize, queue: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(cores + queue)),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Runs a job once a core is free. If the caller leaves the queue, its job is not run; a job
    /// that has started runs to the end, and occupies its core until then.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| Refused::Full)?;
        let core = Arc::clone(&self.cores).acquire_owned().await;
        let core = core.map_err(|_| Refused::Failed)?;
        let working = tokio::task::spawn_blocking(move || {
            let _held = (place, core);
            work()
        });
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

        drop(waiting);
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        pool.run(|| ()).await.unwrap();
        assert!(!ran.load(Ordering::SeqCst));
    }

    /// Polls a future once, and returns whether it is still pending.
    async fn futures_poll(future: &mut (impl Future + Unpin)) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
