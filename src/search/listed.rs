//! Records in order, without a ranking: by number, or by a facet's values.

use std::borrow::Cow;
use std::collections::HashSet;

use roaring::RoaringBitmap;

use crate::collection::Collection;
use crate::error::Result;
use crate::filter::{Walk, Wanted};
use crate::query::{Counted, Query, Sort};
use crate::search::Prepared;
use crate::search::asked::{Ranked, Ranking};
use crate::search::members::Members;
use crate::search::parsed::Parsed;
use crate::segment::generation::Generation;
use crate::text;

impl Collection {
    /// The records that a query finds, in order.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for sorting by a field that is not a facet.
    pub(crate) fn listed(
        &self,
        generation: &Generation,
        query: &Query,
        parsed: &Parsed,
        prepared: &Prepared,
    ) -> Result<Ranking> {
        let records = found(generation, parsed, prepared);
        let wanted = query.offset + query.limit;
        let positions = match &query.sort {
            Some(sort) => {
                let facet = self.facet("sort by", &sort.field)?;
                by_value(generation, &records, facet, sort, wanted)
            }
            None => by_number(generation, &records).take(wanted).collect(),
        };
        let listed = positions.into_iter().skip(query.offset);
        Ok(Ranking {
            hits: listed.map(unranked).collect(),
            total: records.iter().map(|records| records.len() as u32).sum(),
            counted: if parsed.lists {
                Counted::All
            } else {
                Counted::Matching
            },
            route: None,
            fits: None,
        })
    }
}

/// The records a query finds in each part: those that pass and, if it has words, contain one.
fn found<'a>(
    generation: &'a Generation,
    parsed: &Parsed,
    prepared: &'a Prepared,
) -> Vec<Cow<'a, RoaringBitmap>> {
    let parts = generation.parts.iter().enumerate();
    let passing = parts.map(|(at, part)| match &prepared.passing {
        Some(passing) => Cow::Borrowed(&passing[at]),
        None => part.live(),
    });
    if parsed.lists {
        return passing.collect();
    }
    let matching = text::matching(&generation.text_parts(&None), &prepared.words);
    let both = passing.zip(matching);
    both.map(|(passing, matching)| Cow::Owned(matching & &*passing))
        .collect()
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

fn unranked(position: u32) -> Ranked {
    Ranked {
        position,
        score: 0.0,
        neural: None,
        text: None,
        passage: None,
    }
}
