//! Records in order, without a ranking: by number, or by a facet's values.

use std::borrow::Cow;
use std::collections::HashSet;

use roaring::RoaringBitmap;

use crate::error::Result;
use crate::filter::{Walk, Wanted};
use crate::query::Sort;
use crate::search::answers::Answers;
use crate::search::members::Members;
use crate::search::plan::Plan;
use crate::search::ranked::Ranked;
use crate::search::searcher::Searcher;
use crate::segment::generation::Generation;

impl Searcher<'_> {
    /// The first of the answers that pass, in order, as many as the query skips and requests.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for sorting by a field that is not a facet.
    pub(super) fn listed(&self, plan: &Plan<'_>, answers: &Answers) -> Result<Vec<Ranked>> {
        let records = passing(&self.generation, plan, answers);
        let wanted = plan.query.offset + plan.query.limit;
        let positions = match &plan.query.sort {
            Some(sort) => {
                let facet = self.facet("sort by", &sort.field)?;
                by_value(&self.generation, &records, facet, sort, wanted)
            }
            None => by_number(&self.generation, &records).take(wanted).collect(),
        };
        let unranked = |position| Ranked {
            position,
            ..Ranked::default()
        };
        Ok(positions.into_iter().map(unranked).collect())
    }
}

/// The answers that pass in each part.
fn passing<'a>(
    generation: &'a Generation,
    plan: &'a Plan<'_>,
    answers: &Answers,
) -> Vec<Cow<'a, RoaringBitmap>> {
    let parts = generation.parts.iter().enumerate();
    let passing = parts.map(|(at, part)| match &plan.passing {
        Some(passing) => Cow::Borrowed(&passing[at]),
        None => part.live(),
    });
    match &answers.parts {
        Some(answers) => {
            let both = passing.zip(answers);
            both.map(|(passing, answers)| Cow::Owned(&*passing & answers))
                .collect()
        }
        None => passing.collect(),
    }
}

fn by_number<'a>(
    generation: &'a Generation,
    records: &'a [Cow<'_, RoaringBitmap>],
) -> impl Iterator<Item = u32> + 'a {
    let parts = generation.parts.iter().zip(records);
    parts.flat_map(|(part, records)| records.iter().map(move |at| part.offset + at))
}

/// The first `wanted` records, ordered by a facet's values.
fn by_value(
    generation: &Generation,
    records: &[Cow<'_, RoaringBitmap>],
    facet: usize,
    sort: &Sort,
    wanted: usize,
) -> Vec<u32> {
    let parts = generation.parts.iter().zip(records);
    let members: Vec<Members> = parts
        .map(|(part, records)| Members::of(part.segment.len(), records))
        .collect();
    let columns = generation.parts.iter().map(|part| {
        let column = part.segment.columns.facets.column(facet);
        (column, column.all())
    });
    let mut walk = Walk::through(columns.collect(), sort.descending);
    let mut listed = Vec::with_capacity(wanted);
    // A record with several values is listed at the first of them.
    let mut seen = HashSet::new();
    while listed.len() < wanted && walk.step().is_some() {
        for (part, having) in walk.positions() {
            let offset = generation.parts[part].offset;
            let having = having.iter().filter(|&&at| members[part].contains(at));
            listed.extend(having.map(|at| offset + at).filter(|&at| seen.insert(at)));
        }
    }
    if listed.len() < wanted {
        let parts = generation.parts.iter().zip(records);
        let without = parts.flat_map(|(part, records)| {
            let column = part.segment.columns.facets.column(facet);
            let without = &**records - column.records(&[Wanted::Present]);
            without.into_iter().map(|at| part.offset + at)
        });
        listed.extend(without);
    }
    listed.truncate(wanted);
    listed
}
