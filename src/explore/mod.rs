//! Queries on which search by meaning and search by words disagree most in a collection.
//!
//! They are mined: `candidates.rs` draws queries from titles, phrases and frequent terms, with a fixed
//! seed; `tried.rs` asks both engines about each, by the same comparison that anyone can ask for;
//! `kinds.rs` says for which kind of disagreement a query is an example, and how clear a one;
//! `chosen.rs` keeps the clearest that differ from one another. `kept.rs` saves the result next to the
//! indexes. The work is bounded by [`MAX_DRAWN`], [`MAX_TIME`] and [`LIMIT`].
//!
//! It asks a [`Searcher`](crate::search::Searcher), and knows nothing of collections, which say when
//! to do it.

mod candidates;
mod chosen;
mod kept;
mod kinds;
mod tried;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

pub use candidates::{Candidate, draw};
pub use kept::{FILE, Kept};
pub use tried::{Tried, tried};

use crate::background;
use crate::vocabulary::Mined;

/// The most queries that are drawn from a collection.
pub const MAX_DRAWN: usize = 300;

/// How long queries are tried. Those that are left then are not.
pub const MAX_TIME: Duration = Duration::from_secs(10);

/// How many records of each ranking are compared.
pub const LIMIT: usize = 10;

/// What becomes of a candidate.
pub enum Outcome {
    /// It was asked of both engines. `None` if there is nothing to compare.
    Tried(Option<Box<Tried>>),
    /// There is nobody left to ask, so that the others need not be tried.
    Over,
}

/// Tries candidates on the cores for background work, and sorts out the clearest examples. `ask`
/// asks the engines about one of them.
pub fn mine(candidates: &[Candidate], ask: impl Fn(&Candidate) -> Outcome + Sync) -> Mined {
    let start = Instant::now();
    let over = AtomicBool::new(false);
    let outcome = |candidate: &Candidate| {
        if over.load(Ordering::Relaxed) || start.elapsed() > MAX_TIME {
            return None;
        }
        match ask(candidate) {
            Outcome::Tried(tried) => Some(tried),
            Outcome::Over => {
                over.store(true, Ordering::Relaxed);
                None
            }
        }
    };
    // In the order of the candidates, whichever is done first.
    let outcomes: Vec<Option<Option<Box<Tried>>>> =
        background::explore(|| candidates.par_iter().map(outcome).collect());
    let outcomes: Vec<Option<Box<Tried>>> = outcomes.into_iter().flatten().collect();
    let mut mined = Mined {
        drawn: candidates.len() as u32,
        tried: outcomes.len() as u32,
        ..Mined::default()
    };
    let examples = outcomes.into_iter().flatten().map(|tried| *tried);
    chosen::fill(&mut mined, examples.collect());
    mined.seconds = start.elapsed().as_secs_f32();
    mined
}
