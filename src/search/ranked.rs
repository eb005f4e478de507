//! Ranked records, before they are read.

use crate::query::{Counted, Relation, Route, Signal};
use crate::search::nearest::NearRecord;

/// The requested part of a ranking, and what is known about all of it.
#[derive(Clone)]
pub struct Ranking {
    /// Best first.
    pub hits: Vec<Ranked>,
    /// How many records are answers.
    pub total: u32,
    /// Whether there may be more.
    pub total_relation: Relation,
    /// What `total` counts.
    pub counted: Counted,
    /// How neighbours were searched for, if they were.
    pub route: Option<Route>,
    /// Whether anything is near enough to be an answer, if that can be determined.
    pub fits: Option<bool>,
    /// How many hits there are in all, if two rankings are fused.
    pub best: Option<u32>,
}

/// A ranked position, before its record is read.
#[derive(Clone, Copy, Default)]
pub struct Ranked {
    /// Position in the generation.
    pub position: u32,
    /// What it is ranked by.
    pub score: f32,
    /// Its rank by meaning.
    pub neural: Option<Signal>,
    /// Its rank by words.
    pub text: Option<Signal>,
    /// How similar its words are to the query's, from 0 to 1, if it was scored by that.
    pub late: Option<f32>,
    /// Index of its nearest passage.
    pub passage: Option<u32>,
}

impl Ranked {
    /// A record ranked by its cosine.
    pub fn by_meaning(rank: u32, near: &NearRecord) -> Self {
        Self {
            position: near.position,
            score: near.cosine,
            neural: Some(Signal {
                rank,
                score: near.cosine,
            }),
            passage: Some(near.passage),
            ..Self::default()
        }
    }
}

/// A record scored by both indexes.
pub struct Fused {
    /// The record and its ranks among the candidates. Its score is the sum of the parts below and of
    /// what similar records add.
    pub ranked: Ranked,
    /// What words add.
    pub from_words: f32,
    /// What meaning adds.
    pub from_meaning: f32,
    /// How well it matches by words and by meaning on the scales of the two engines, before either is
    /// weighted.
    pub on_scale: (f32, f32),
    /// How much its own score counts; the rest is what similar records add.
    pub own: f32,
    /// What each similar record adds, nearest first, if the scores of similar records count. Only
    /// explanations need it; for a ranking, it is left empty.
    pub neighbours: Vec<FromNeighbour>,
}

/// What a similar record adds to a fused score.
pub struct FromNeighbour {
    /// Its position in the generation.
    pub position: u32,
    /// Its cosine to the record.
    pub cosine: f32,
    /// How much its score counts.
    pub share: f32,
    /// What it adds.
    pub added: f32,
}
