//! Where queries are worked on: as many at once as there are cores, a bounded number
//! waiting, and everyone past that told to come back.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// How many may wait for a core before the service says that it is full.
const QUEUE: usize = 64;

/// A bounded pool of threads beside the async ones.
pub struct Pool {
    /// One for each caller that is worked for or waits.
    places: Arc<Semaphore>,
    /// One for each core.
    cores: Arc<Semaphore>,
}

/// Why a piece of work was not done.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Too many are waiting.
    Full,
    /// The work itself broke off.
    Failed,
}

impl Pool {
    /// A pool for a number of cores.
    pub fn new(cores: usize) -> Self {
        Self::with_queue(cores, QUEUE)
    }

    fn with_queue(cores: usize, queue: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(cores + queue)),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Does a piece of work once a core is free. A caller that goes away while waiting is
    /// not worked for; work that has begun is finished, and keeps its core until then.
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
        // Polled once, it holds the only place in the queue.
        assert!(futures_poll(&mut waiting).await);
        assert_eq!(pool.run(|| ()).await, Err(Refused::Full));

        drop(waiting);
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        pool.run(|| ()).await.unwrap();
        assert!(!ran.load(Ordering::SeqCst));
    }

    /// Polls a future once; whether it is still pending.
    async fn futures_poll(future: &mut (impl Future + Unpin)) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
