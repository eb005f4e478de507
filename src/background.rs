//! Where work goes on beside the queries: on half of the machine's cores, so that queries
//! keep the other half. Each kind of work has threads of its own, because a merge takes minutes,
//! and a write must not wait for it to be encoded.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// How many texts are encoded at a time, so that other work need not wait long for its turn.
pub const CHUNK: usize = 16;

type Pool = OnceLock<Option<ThreadPool>>;

/// Merges indexes: whatever the work does in parallel stays on these threads.
pub fn merge<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: Pool = Pool::new();
    on(&POOL, "merge", work)
}

/// Builds a graph, beside a merge.
pub fn graph<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: Pool = Pool::new();
    on(&POOL, "graph", work)
}

/// Tries queries, beside all of these.
pub fn explore<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: Pool = Pool::new();
    on(&POOL, "explore", work)
}

/// Computes a map of a collection, beside all others.
pub fn map<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: Pool = Pool::new();
    on(&POOL, "map", work)
}

/// Encodes texts. A second caller waits, so the work should be a piece of less than a second.
pub fn encode<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: Pool = Pool::new();
    on(&POOL, "encode", work)
}

fn on<T: Send>(pool: &Pool, name: &'static str, work: impl FnOnce() -> T + Send) -> T {
    let pool = pool.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let pool = ThreadPoolBuilder::new()
            .num_threads((cores / 2).max(1))
            .thread_name(move |at| format!("{name}-{at}"))
            .build();
        pool.inspect_err(|error| tracing::error!(%error, name, "no threads for the background"))
            .ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}
