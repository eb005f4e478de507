//! Lets the scores of similar records count in a fused ranking: see [`super::regularise`].

use std::cmp::Reverse;

use crate::search::ranked::{FromNeighbour, Fused};
use crate::search::regularise::{Nearest, Shares};
use crate::segment::generation::Generation;
use crate::vector::{Estimates, Gathered};

/// The records whose scores may count for similar ones.
pub struct Group {
    /// In order of position.
    members: Vec<Member>,
    /// The code of each: that of its passage which is nearest to the query. How similar records are
    /// need not be known more precisely.
    codes: Gathered,
    /// The score of each, without those of similar ones.
    scores: Vec<f32>,
}

struct Member {
    position: u32,
    fingerprint: Option<u64>,
    /// Whether it counts for others: of identical records, only the one with the best score does. A
    /// copy says nothing new, so it must not take the place of another neighbour.
    counts: bool,
}

impl Group {
    /// The group of some records, which are scored by both indexes and given in order of position.
    /// Those without a vector are left out.
    pub fn of<'f>(generation: &Generation, scored: impl Iterator<Item = &'f Fused>) -> Self {
        let mut group = Self {
            members: Vec::new(),
            codes: Gathered::default(),
            scores: Vec::new(),
        };
        for fused in scored {
            let position = fused.ranked.position;
            let passage = fused.ranked.passage.unwrap_or(0);
            if let Some(code) = generation.code(position, passage) {
                group.codes.push(code);
                group.scores.push(fused.ranked.score);
                group.members.push(Member {
                    position,
                    fingerprint: generation.fingerprint(position),
                    counts: true,
                });
            }
        }
        group.count_copies_once();
        group
    }

    fn count_copies_once(&mut self) {
        let scores = &self.scores;
        let mut order: Vec<usize> = (0..self.members.len()).collect();
        let members = &mut self.members;
        // Rising, as scores are not negative.
        let score = |at: usize| scores.get(at).map_or(0, |score| score.to_bits());
        order.sort_unstable_by_key(|&at| (members[at].fingerprint, Reverse(score(at)), at));
        let mut last = None;
        for at in order {
            let member = &mut members[at];
            member.counts = last.replace(member.fingerprint) != Some(member.fingerprint);
        }
    }

    /// Regularises the scores of several records, given in order of position.
    pub fn regularise(&self, generation: &Generation, scored: &mut [Fused]) {
        let nearest = self.nearest();
        for fused in scored {
            let position = fused.ranked.position;
            let member = self.members.binary_search_by_key(&position, |m| m.position);
            let shares = match member {
                Ok(at) => nearest.get(at).map(Nearest::shares),
                Err(_) => self.shares(generation, fused),
            };
            if let Some(shares) = shares {
                self.apply(&shares, fused);
            }
        }
    }

    /// Regularises the score of a record, and says which similar ones count.
    pub fn regularised(&self, generation: &Generation, mut own: Fused) -> Fused {
        let Some(shares) = self.shares(generation, &own) else {
            return own;
        };
        self.apply(&shares, &mut own);
        let neighbours = shares.neighbours().iter().filter_map(|of| {
            Some(FromNeighbour {
                position: self.members.get(of.candidate)?.position,
                cosine: of.cosine,
                added: of.added(&self.scores),
            })
        });
        own.neighbours = neighbours.collect();
        own
    }

    fn apply(&self, shares: &Shares, fused: &mut Fused) {
        fused.from_words *= shares.own;
        fused.from_meaning *= shares.own;
        let own = fused.from_words + fused.from_meaning;
        fused.ranked.score = own + shares.added(&self.scores);
    }

    /// The nearest of the others to each member. Each pair is compared once. Identical records are
    /// not similar ones: they say nothing new.
    fn nearest(&self) -> Vec<Nearest> {
        let mut nearest = vec![Nearest::default(); self.members.len()];
        let mut space = Estimates::default();
        for (at, member) in self.members.iter().enumerate() {
            let Some(code) = self.codes.code(at) else {
                continue;
            };
            self.codes.cosines(&code, at + 1, &mut space);
            let (before, after) = nearest.split_at_mut(at + 1);
            let Some(own) = before.last_mut() else {
                continue;
            };
            let others = self.members[at + 1..].iter().zip(after);
            let others = space.cosines.iter().zip(others).zip(at as u32 + 1..);
            for ((&cosine, (other, of_other)), other_at) in others {
                let is_near = cosine > own.least() || cosine > of_other.least();
                if is_near && member.fingerprint != other.fingerprint {
                    if other.counts {
                        own.offer(other_at, cosine);
                    }
                    if member.counts {
                        of_other.offer(at as u32, cosine);
                    }
                }
            }
        }
        nearest
    }

    /// The shares in the score of a record, which may be a member or not. `None` if it has no vector.
    fn shares(&self, generation: &Generation, own: &Fused) -> Option<Shares> {
        let position = own.ranked.position;
        let code = generation.code(position, own.ranked.passage.unwrap_or(0))?;
        let fingerprint = generation.fingerprint(position);
        let mut space = Estimates::default();
        self.codes.cosines(&code, 0, &mut space);
        let mut nearest = Nearest::default();
        let others = space.cosines.iter().zip(&self.members);
        for ((&cosine, other), at) in others.zip(0..) {
            if other.counts && other.position != position && other.fingerprint != fingerprint {
                nearest.offer(at, cosine);
            }
        }
        Some(nearest.shares())
    }
}
