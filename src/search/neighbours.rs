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
    /// The indexes of those that do not count for others.
    copies: Vec<usize>,
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
            copies: Vec::new(),
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
        // Rising, as scores are not negative.
        let score = |at: usize| scores.get(at).map_or(0, |score| score.to_bits());
        order.sort_unstable_by_key(|&at| (members[at].fingerprint, Reverse(score(at)), at));
        let fingerprints: Vec<Option<u64>> = members.iter().map(|of| of.fingerprint).collect();
        for same in order.chunk_by(|&a, &b| fingerprints[a] == fingerprints[b]) {
            if let Some((&best, copies)) = same.split_first() {
                for &copy in copies {
                    members[copy].copy_of = Some(best);
                    self.copies.push(copy);
                }
            }
        }
    }

    /// Regularises the scores of several records.
    pub fn regularise(&self, generation: &Generation, scored: &mut [Fused]) {
        let mut space = Estimates::default();
        // Mostly, these are the members.
        let count = self.members.len();
        let between = (count > 0 && scored.len() >= count).then(|| self.codes.between());
        let between = between.unwrap_or_default();
        for fused in scored {
            let itself = self.member(fused.ranked.position);
            match itself.and_then(|at| between.chunks_exact(count.max(1)).nth(at)) {
                Some(cosines) => {
                    space.cosines.clear();
                    space.cosines.extend_from_slice(cosines);
                }
                None if !self.compare(generation, fused, &mut space) => continue,
                None => {}
            }
            let shares = self.shares(generation, fused, &mut space.cosines);
            self.apply(&shares, fused);
        }
    }

    /// Regularises the score of a record, and says which similar ones count.
    pub fn regularised(&self, generation: &Generation, mut own: Fused) -> Fused {
        let mut space = Estimates::default();
        if !self.compare(generation, &own, &mut space) {
            return own;
        }
        let shares = self.shares(generation, &own, &mut space.cosines);
        self.apply(&shares, &mut own);
        let neighbours = shares.neighbours().iter().filter_map(|of| {
            Some(FromNeighbour {
                position: self.members.get(of.candidate)?.position,
                cosine: of.cosine,
                share: of.share,
                added: of.added(&self.scores),
            })
        });
        own.neighbours = neighbours.collect();
        own
    }

    fn apply(&self, shares: &Shares, fused: &mut Fused) {
        fused.own = shares.own;
        fused.from_words *= shares.own;
        fused.from_meaning *= shares.own;
        let own = fused.from_words + fused.from_meaning;
        fused.ranked.score = own + shares.added(&self.scores);
    }

    /// The index of the member at a position.
    fn member(&self, position: u32) -> Option<usize> {
        let found = self
            .members
            .binary_search_by_key(&position, |of| of.position);
        found.ok()
    }

    /// Computes the cosines of a record with all members. Returns whether it has a vector.
    fn compare(&self, generation: &Generation, own: &Fused, space: &mut Estimates) -> bool {
        let passage = own.ranked.passage.unwrap_or(0);
        let code = generation.code(own.ranked.position, passage);
        if let Some(code) = &code {
            self.codes.cosines(code, space);
        }
        code.is_some()
    }

    /// The shares in the score of a record, which may be a member or not, from its cosines with all
    /// members. Identical records are not similar ones: they say nothing new.
    fn shares(&self, generation: &Generation, own: &Fused, cosines: &mut [f32]) -> Shares {
        let position = own.ranked.position;
        match self.member(position) {
            Some(itself) => {
                cosines[itself] = APART;
                if let Some(same) = self.members[itself].copy_of {
                    cosines[same] = APART;
                }
            }
            None => {
                let fingerprint = generation.fingerprint(position);
                for (cosine, other) in cosines.iter_mut().zip(&self.members) {
                    if other.fingerprint == fingerprint {
                        *cosine = APART;
                    }
                }
            }
        }
        for &copy in &self.copies {
            cosines[copy] = APART;
        }
        Nearest::of(cosines).shares()
    }
}
