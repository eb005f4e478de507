//! Lets the scores of similar records count in a fused ranking: see [`super::regularise`].

use std::cmp::Reverse;

use crate::search::ranked::{FromNeighbour, Fused};
use crate::search::regularise::{APART, Nearest, Shares};
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
    /// The identical record that counts for others instead: the one with the best score. A copy says
    /// nothing new, so it must not take the place of another neighbour.
    copy_of: Option<usize>,
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
                    copy_of: None,
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
        let mut copied = Vec::new();
        // Rising, as scores are not negative.
        let score = |at: usize| scores.get(at).map_or(0, |score| score.to_bits());
        order.sort_unstable_by_key(|&at| (members[at].fingerprint, Reverse(score(at)), at));
        for same in order.chunk_by(|&a, &b| members[a].fingerprint == members[b].fingerprint) {
            if let Some((&best, copies)) = same.split_first() {
                copies.iter().for_each(|&copy| copied.push((copy, best)));
            }
        }
        for (copy, best) in copied {
            members[copy].copy_of = Some(best);
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

    /// The nearest of the others to each member.
    fn nearest(&self) -> Vec<Nearest> {
        let count = self.members.len();
        let cosines = self.all_cosines();
        let rows = cosines.chunks(count.max(1));
        rows.map(Nearest::of).collect()
    }

    /// The cosine of each member to each other, row by row. Each pair is compared once. Identical
    /// records are not similar ones: they say nothing new.
    fn all_cosines(&self) -> Vec<f32> {
        let count = self.members.len();
        let mut all = vec![APART; count * count];
        let mut space = Estimates::default();
        for at in 0..count {
            if let Some(code) = self.codes.code(at) {
                self.codes.cosines(&code, at + 1, &mut space);
                for (&cosine, other) in space.cosines.iter().zip(at + 1..) {
                    all[at * count + other] = cosine;
                    all[other * count + at] = cosine;
                }
            }
        }
        for (copy, member) in self.members.iter().enumerate() {
            if let Some(best) = member.copy_of {
                all.iter_mut()
                    .skip(copy)
                    .step_by(count)
                    .for_each(|cosine| *cosine = APART);
                all[copy * count + best] = APART;
            }
        }
        all
    }

    /// The shares in the score of a record, which may be a member or not. `None` if it has no vector.
    fn shares(&self, generation: &Generation, own: &Fused) -> Option<Shares> {
        let position = own.ranked.position;
        let code = generation.code(position, own.ranked.passage.unwrap_or(0))?;
        let fingerprint = generation.fingerprint(position);
        let mut space = Estimates::default();
        self.codes.cosines(&code, 0, &mut space);
        for (cosine, other) in space.cosines.iter_mut().zip(&self.members) {
            let same = other.position == position || other.fingerprint == fingerprint;
            if same || other.copy_of.is_some() {
                *cosine = APART;
            }
        }
        Some(Nearest::of(&space.cosines).shares())
    }
}
