//! The ranks of records that are so far down that not all records before them were gathered.

use std::collections::HashSet;

use super::Remote;
use super::gather::Gathered;
use super::index::{By, Reach, Reads, RemoteFilter};
use crate::error::Result;
use crate::query::{Comparison, FUSION_DEPTH, Query};
use crate::record::RecordNumber;
use crate::vocabulary::Explanation;

/// How far down a rank is looked for.
const DEEPEST_PLACE: usize = 50_000;

/// How much a cosine that the cluster computes may differ from ours.
const TOLERANCE: f32 = 1e-4;

/// Records by a score of the cluster, best first.
struct Order {
    /// The number of each, and what identical records have in common.
    records: Vec<(u64, u64)>,
    /// Whether identical records count once.
    collapse: bool,
}

impl Order {
    /// The rank of a record, from 1; `None` if it is further down than we looked.
    fn rank(&self, number: RecordNumber) -> Option<u32> {
        let at = self.records.iter().position(|(at, _)| *at == number.0)?;
        let before = self.records.get(..at)?;
        if !self.collapse {
            return Some(1 + before.len() as u32);
        }
        let own = self.records.get(at).map(|(_, fingerprint)| *fingerprint);
        let mut distinct: HashSet<u64> = before.iter().map(|(_, same)| *same).collect();
        distinct.remove(&own?);
        Some(1 + distinct.len() as u32)
    }
}

impl Remote {
    /// Corrects the ranks in an explanation.
    pub(super) fn place_explained(
        &self,
        query: &Query,
        gathered: &Gathered,
        number: RecordNumber,
        explanation: &mut Explanation,
    ) -> Result<()> {
        let is_far = |rank: Option<u32>| rank.is_some_and(is_far);
        if let Some(meaning) = &mut explanation.meaning
            && is_far(meaning.rank)
            && !gathered.all
        {
            let order =
                self.nearest(query, gathered, gathered.vector.as_deref(), meaning.cosine)?;
            meaning.rank = order.and_then(|order| order.rank(number));
        }
        if is_far(explanation.words.rank) && !gathered.all {
            let order = self.matching(query, gathered)?;
            explanation.words.rank = order.rank(number);
        }
        Ok(())
    }

    /// Corrects the ranks in a comparison, and how many records were compared.
    pub(super) fn place_compared(
        &self,
        query: &Query,
        gathered: &Gathered,
        comparison: &mut Comparison,
    ) -> Result<()> {
        if gathered.all {
            return Ok(());
        }
        let records = comparison.records.iter();
        let far = records.filter(|record| record.by_meaning.is_some_and(is_far));
        let cosines = far.filter_map(|record| record.hit.neural.map(|signal| signal.score));
        let least = cosines.fold(f32::INFINITY, f32::min);
        // By meaning alone, no word is corrected.
        let vector = gathered.plain.as_ref().or(gathered.vector.as_ref());
        if least.is_finite()
            && let Some(order) = self.nearest(query, gathered, vector.map(|at| &**at), least)?
        {
            for record in &mut comparison.records {
                if record.by_meaning.is_some_and(is_far) {
                    record.by_meaning = order.rank(record.hit.record.number);
                    if let (Some(signal), Some(rank)) = (&mut record.hit.neural, record.by_meaning)
                    {
                        signal.rank = rank;
                    }
                }
            }
        }
        let mut records = comparison.records.iter();
        if records.any(|record| record.by_words.is_some_and(is_far)) {
            let order = self.matching(query, gathered)?;
            for record in &mut comparison.records {
                if record.by_words.is_some_and(is_far) {
                    record.by_words = order.rank(record.hit.record.number);
                    if let (Some(signal), Some(rank)) = (&mut record.hit.text, record.by_words) {
                        signal.rank = rank;
                    }
                }
            }
        }
        if !gathered.decided {
            return Ok(());
        }
        let filter = |terms: &[u32]| {
            let any = RemoteFilter::Terms(terms.to_vec());
            gathered.filter.clone().and(any)
        };
        let mut filters = vec![gathered.filter.clone(), filter(&gathered.terms)];
        let words = gathered.words.iter().flatten();
        filters.extend(words.map(|terms| filter(terms)));
        let counts = self.index.counts(&filters, self.index.scans())?.into_iter();
        let mut counts = counts.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        comparison.searched = counts.next().unwrap_or(0);
        comparison.matching = comparison.matching.max(counts.next().unwrap_or(0));
        for (word, terms) in comparison.words.iter_mut().zip(&gathered.words) {
            if terms.is_some() {
                word.records = counts.next().unwrap_or(0);
            }
        }
        Ok(())
    }

    /// The records that are at least this near to a vector.
    fn nearest(
        &self,
        query: &Query,
        gathered: &Gathered,
        vector: Option<&[f32]>,
        least: f32,
    ) -> Result<Option<Order>> {
        let Some(vector) = vector else {
            return Ok(None);
        };
        let by = By::Meaning(vector);
        self.order(query, gathered, by, least - TOLERANCE).map(Some)
    }

    /// The records by words, in the cluster's order: it adds up all forms of a word, while our own scores count only
    /// the best one.
    fn matching(&self, query: &Query, gathered: &Gathered) -> Result<Order> {
        self.order(query, gathered, By::Words(&gathered.weights), 0.0)
    }

    fn order(&self, query: &Query, gathered: &Gathered, by: By<'_>, least: f32) -> Result<Order> {
        let reached = self.reached(vec![Reach {
            by: Some(by),
            least,
            filter: &gathered.filter,
            limit: DEEPEST_PLACE,
            reads: Reads::Fingerprint,
        }])?;
        let mut reached = reached.into_iter().next().unwrap_or_default();
        reached.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
        let records = reached.into_iter();
        let records = records.map(|reached| (reached.number, reached.fingerprint));
        Ok(Order {
            records: records.collect(),
            collapse: query.collapse,
        })
    }
}

/// Whether the true rank may be further down, because not all records before it were gathered.
fn is_far(rank: u32) -> bool {
    rank as usize > FUSION_DEPTH
}
