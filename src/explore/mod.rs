//! Queries on which search by meaning and search by words disagree most in a collection.
//!
//! They are mined: `candidates.rs` draws queries from titles, phrases and words, with a fixed seed;
//! `tried.rs` asks both engines about each, by the same comparison that anyone can ask for; `kinds.rs`
//! says for which kind of disagreement a query is an example, and how clear a one; `chosen.rs` keeps
//! the clearest that differ from one another. `kept.rs` saves the result next to the indexes. The work
//! is bounded by [`MAX_DRAWN`], [`MAX_TIME`] and [`LIMIT`].
//!
//! It asks a [`Searcher`](crate::search::Searcher), and knows nothing of collections, which say when
//! to do it.

mod candidates;
mod chosen;
mod kept;
mod kinds;
mod tried;

use std::time::{Duration, Instant};

use rayon::prelude::*;

pub use candidates::{Candidate, draw};
pub use kept::{FILE, Kept};
pub use tried::{Tried, tried};

use crate::background;
use crate::vocabulary::{Mined, Source};

/// The most queries that are drawn from a collection.
pub const MAX_DRAWN: usize = 800;

/// How long queries are tried. Those that are left then are not.
pub const MAX_TIME: Duration = Duration::from_secs(6);

/// How much of that the first round may take, so that time is left for pairs of words, which are made
/// of its results.
const FIRST_ROUND: Duration = Duration::from_secs(5);

/// How many records of each ranking are compared.
pub const LIMIT: usize = 10;

/// Tries candidates on the cores for background work, then pairs of the words among them that some
/// record is near to, and sorts out the clearest examples. `ask` asks the engines about a query; it
/// returns `None` if there is nobody left to ask.
pub fn mine(drawn: &[Candidate], ask: impl Fn(&Candidate) -> Option<Tried> + Sync) -> Mined {
    let start = Instant::now();
    let round = |candidates: &[Candidate], time: Duration| -> Vec<Option<Tried>> {
        let tried = |candidate: &Candidate| {
            let left = start.elapsed() < time;
            left.then(|| ask(candidate)).flatten()
        };
        // In the order of the candidates, whichever is done first.
        background::explore(|| candidates.par_iter().map(tried).collect())
    };
    let first = round(drawn, FIRST_ROUND);
    let telling = drawn.iter().zip(&first).filter(|(candidate, tried)| {
        let near = tried.as_ref().and_then(|tried| tried.is_near);
        candidate.source == Source::Term && near == Some(true)
    });
    let telling = telling.map(|(candidate, _)| candidate.query.clone());
    let telling: Vec<String> = telling.collect();
    let pairs = candidates::pairs(&telling);
    let second = round(&pairs, MAX_TIME);
    let tried: Vec<Tried> = first.into_iter().chain(second).flatten().collect();
    let mut mined = Mined {
        drawn: (drawn.len() + pairs.len()) as u32,
        tried: tried.len() as u32,
        near_from: tried.iter().find_map(|tried| tried.near_from),
        ..Mined::default()
    };
    chosen::fill(&mut mined, tried);
    mined.seconds = start.elapsed().as_secs_f32();
    mined
}
