//! Lets the scores of similar records count in a fused ranking: see [`super::regularise`].

use crate::search::ranked::{FromNeighbour, Fused};
use crate::search::regularise::shares;
use crate::segment::generation::Generation;
use crate::vector::Point;

/// The records whose scores may count for similar ones.
pub struct Group<'a> {
    members: Vec<Member<'a>>,
    /// The score of each, without those of similar ones.
    scores: Vec<f32>,
}

struct Member<'a> {
    position: u32,
    /// The code of its passage that is nearest to the query. How similar records are need not be
    /// known more precisely.
    code: Point<'a>,
    fingerprint: Option<u64>,
}

impl<'a> Group<'a> {
    /// The group of some records, which are scored by both indexes. Those without a vector are left
    /// out.
    pub fn of(generation: &'a Generation, scored: &[Fused]) -> Self {
        let members = scored
            .iter()
            .filter_map(|fused| Some((Member::of(generation, fused)?, fused.ranked.score)));
        let (members, scores) = members.unzip();
        Self { members, scores }
    }

    /// Regularises the scores of several records.
    pub fn regularised_all(&self, generation: &Generation, scored: Vec<Fused>) -> Vec<Fused> {
        let regularised = scored.into_iter();
        regularised
            .map(|own| self.regularised(generation, own))
            .collect()
    }

    /// Regularises the score of a record. Identical records are not similar ones: they say nothing
    /// new.
    pub fn regularised(&self, generation: &Generation, own: Fused) -> Fused {
        let Some(record) = Member::of(generation, &own) else {
            return own;
        };
        let others = self.members.iter().enumerate().filter(|(_, other)| {
            other.position != record.position && other.fingerprint != record.fingerprint
        });
        let cosines = others.map(|(at, other)| (at, record.code.cosine(&other.code)));
        let shares = shares(cosines);
        let neighbours = shares.neighbours.iter().filter_map(|of| {
            Some(FromNeighbour {
                position: self.members.get(of.candidate)?.position,
                cosine: of.cosine,
                added: of.added(&self.scores),
            })
        });
        let mut fused = Fused {
            from_words: shares.own * own.from_words,
            from_meaning: shares.own * own.from_meaning,
            neighbours: neighbours.collect(),
            ..own
        };
        fused.ranked.score = fused.from_words + fused.from_meaning + shares.added(&self.scores);
        fused
    }
}

impl<'a> Member<'a> {
    /// `None` if the record has no vector.
    fn of(generation: &'a Generation, fused: &Fused) -> Option<Self> {
        let position = fused.ranked.position;
        let passage = fused.ranked.passage.unwrap_or(0);
        Some(Self {
            position,
            code: generation.code(position, passage)?,
            fingerprint: generation.fingerprint(position),
        })
    }
}
