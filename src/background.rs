//! Where work goes on that nobody waits for at a keyboard: half of the machine's cores, so
//! that queries keep the other half.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Does a piece of work with the background's threads: whatever it does in parallel stays
/// on them.
pub fn install<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let pool = ThreadPoolBuilder::new()
            .num_threads((cores / 2).max(1))
            .thread_name(|at| format!("background-{at}"))
            .build();
        pool.inspect_err(|error| tracing::error!(%error, "no threads for the background"))
            .ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}
