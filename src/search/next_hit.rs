//! The hit after a record in a fused ranking, and the balance at which the two change places.
//!
//! The balance moves no score on the scale of its engine, and no similar record or its share. So a
//! fused score is a straight line in it, from what words give to what meaning gives, and two lines
//! cross at one balance at most. The only exception are identical records with different facets:
//! which of them counts for similar records may depend on the balance.

use std::collections::HashSet;

use crate::error::Result;
use crate::query::Fusion;
use crate::search::explain::Explained;
use crate::search::ranked::Fused;
use crate::search::searcher::Searcher;
use crate::vocabulary::NextHit;

/// A fused score as a function of the balance.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    /// The score where only words count.
    words: f64,
    /// The score where only meaning counts.
    meaning: f64,
}

impl Line {
    /// The balance between 0 and 1 at which two lines cross, if there is one.
    fn crosses(self, other: Self) -> Option<f64> {
        let (at_words, at_meaning) = (self.words - other.words, self.meaning - other.meaning);
        let at = at_words / (at_words - at_meaning);
        (at > 0.0 && at < 1.0).then_some(at)
    }
}

impl Searcher<'_> {
    /// The hit after a record, whose own score is given, in the fused ranking.
    pub(super) fn next_hit(
        &self,
        explained: &Explained<'_>,
        own: &Fused,
    ) -> Result<Option<NextHit>> {
        let Explained {
            plan,
            words,
            candidates,
            group,
            rows,
            ..
        } = explained;
        let Some(position) = self.position_after(explained, own.ranked.position) else {
            return Ok(None);
        };
        let next = self.fused(plan, words, candidates, group.as_ref(), position);
        let (Some(next), Some(number)) = (next, self.generation.number(position)) else {
            return Ok(None);
        };
        let Some(payload) = rows.payload(number)? else {
            return Ok(None);
        };
        let turns_at = match plan.query.fusion {
            Fusion::ReciprocalRank => None,
            // Where only one engine counts, similar records do not.
            Fusion::Weighted { meaning }
                if plan.query.neighbours && (meaning <= 0.0 || meaning >= 1.0) =>
            {
                None
            }
            Fusion::Weighted { .. } => {
                let (this, other) = (self.line(explained, own), self.line(explained, &next));
                this.crosses(other).map(|at| at as f32)
            }
        };
        let record = self.schema.read(number, payload);
        Ok(Some(NextHit {
            id: record.id,
            title: record.title,
            score: next.ranked.score,
            from_words: next.from_words,
            from_meaning: next.from_meaning,
            from_neighbours: next.neighbours.iter().map(|near| near.added).sum(),
            turns_at,
        }))
    }

    /// The position of the hit after a record. Of identical records, only the best is a hit.
    fn position_after(&self, explained: &Explained<'_>, position: u32) -> Option<u32> {
        let collapses = explained.plan.collapses();
        let text = |at: u32| self.generation.fingerprint(at);
        let is_it = |at: u32| at == position || collapses && text(at) == text(position);
        let mut order = explained.order.iter().map(|ranked| ranked.position);
        let mut before = HashSet::new();
        let mut found = false;
        while !found {
            let at = order.next()?;
            before.insert(text(at));
            found = is_it(at);
        }
        order.find(|&at| !collapses || !before.contains(&text(at)))
    }

    fn line(&self, explained: &Explained<'_>, of: &Fused) -> Line {
        let mut positions: Vec<u32> = of.neighbours.iter().map(|near| near.position).collect();
        positions.sort_unstable();
        let Explained {
            plan,
            words,
            candidates,
            ..
        } = explained;
        let scored = self.scored(plan, words, candidates, &positions);
        let own = f64::from(of.own);
        let mut line = Line {
            words: own * f64::from(of.on_scale.0),
            meaning: own * f64::from(of.on_scale.1),
        };
        for near in &of.neighbours {
            let at = scored.binary_search_by_key(&near.position, |fused| fused.ranked.position);
            if let Some(fused) = at.ok().and_then(|at| scored.get(at)) {
                let share = f64::from(near.share);
                line.words += share * f64::from(fused.on_scale.0);
                line.meaning += share * f64::from(fused.on_scale.1);
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_where_their_scores_are_equal() {
        let line = |words, meaning| Line { words, meaning };
        let at = line(0.0, 2.0).crosses(line(1.0, 0.0)).unwrap();
        assert!((at - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(
            line(2.0, 1.0).crosses(line(1.0, 0.5)),
            None,
            "above throughout"
        );
        assert_eq!(line(2.0, 1.0).crosses(line(1.0, 0.0)), None, "parallel");
        assert_eq!(line(1.0, 1.0).crosses(line(1.0, 1.0)), None, "the same");
    }
}
