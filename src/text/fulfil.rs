//! Which records meet a query's conditions: phrases, words in a field, exclusions.

use roaring::RoaringBitmap;

use super::condition::{Condition, Step};
use super::part::TextPart;
use super::query::TextQuery;
use super::sequence::Sequence;

/// The live positions of each part that meet every condition of a query; `None` if it has none.
pub fn fulfilling(parts: &[TextPart<'_>], query: &TextQuery) -> Option<Vec<RoaringBitmap>> {
    if query.conditions.is_empty() {
        return None;
    }
    let of_part = |part: &TextPart<'_>| {
        let mut left = part.live.map(|live| (**live).clone()).unwrap_or_else(|| {
            let mut all = RoaringBitmap::new();
            all.insert_range(0..part.index.len() as u32);
            all
        });
        for condition in &query.conditions {
            let holding = holding(part, condition);
            if condition.excluded {
                left -= holding;
            } else {
                left &= holding;
            }
        }
        left
    };
    Some(parts.iter().map(of_part).collect())
}

/// The positions of a part that contain a condition's words in sequence, deleted ones among them.
pub(super) fn holding(part: &TextPart<'_>, condition: &Condition) -> RoaringBitmap {
    let known = |step: &&Step| {
        let mut terms = step.terms.iter();
        terms.all(|(term, _)| part.index.term(term).is_some())
    };
    let steps: Vec<&Step> = condition.steps.iter().filter(known).collect();
    match in_a_row(condition.words, &steps) {
        Some(terms) => holding_in_a_row(part, condition, &terms),
        None => holding_in_any_way(part, condition, &steps),
    }
}

/// The terms of a condition, each with its offset from the first, if every word has exactly one
/// way.
fn in_a_row(words: usize, steps: &[&Step]) -> Option<Vec<(String, u32)>> {
    let (mut terms, mut start) = (Vec::new(), 0);
    for (at, step) in steps.iter().enumerate() {
        if (step.from, step.to) != (at, at + 1) {
            return None;
        }
        let own = step.terms.iter();
        terms.extend(own.map(|(term, offset)| (term.clone(), start + offset)));
        start += step.width;
    }
    (steps.len() == words).then_some(terms)
}

fn holding_in_a_row(
    part: &TextPart<'_>,
    condition: &Condition,
    terms: &[(String, u32)],
) -> RoaringBitmap {
    // For a single word, places and fields are only read if they matter.
    let mut fields = 0..part.index.weights.len();
    let anywhere = condition.fields.is_empty() || fields.all(|at| condition.fields.contains(&at));
    if let ([(term, 0)], true) = (terms, anywhere) {
        return holding_term(part, term);
    }
    let Some(mut sequence) = Sequence::new(part, terms) else {
        return RoaringBitmap::new();
    };
    let found = std::iter::from_fn(|| {
        while let Some(record) = sequence.next() {
            let mut starts = sequence.starts();
            if starts.any(|at| counts(part, condition, record, at)) {
                return Some(record);
            }
        }
        None
    });
    RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
}

/// The positions of a part that contain a term.
fn holding_term(part: &TextPart<'_>, term: &str) -> RoaringBitmap {
    let mut found = Vec::new();
    if let Some(mut cursor) = part.cursor(term) {
        cursor.for_each_block(|records| found.extend(records));
    }
    RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
}

/// Whether a place lies in a field that the condition applies to.
fn counts(part: &TextPart<'_>, condition: &Condition, record: u32, place: u32) -> bool {
    condition.fields.is_empty()
        || condition
            .fields
            .contains(&part.index.field_at(record, place))
}

/// Like `holding_in_a_row`, but for words with several ways: checks the records that contain all
/// terms of some steps from the first word to the last, one by one.
fn holding_in_any_way(
    part: &TextPart<'_>,
    condition: &Condition,
    steps: &[&Step],
) -> RoaringBitmap {
    let mut sequences: Vec<(&Step, Sequence<'_>)> = Vec::new();
    for &step in steps {
        sequences.extend(Sequence::new(part, &step.terms).map(|sequence| (step, sequence)));
    }
    // Where the words read so far may end.
    let mut ends: Vec<Vec<u32>> = vec![Vec::new(); condition.words + 1];
    let mut found = RoaringBitmap::new();
    for record in candidates(part, condition.words, steps) {
        ends.iter_mut().for_each(Vec::clear);
        // Steps are in order of their start.
        for (step, sequence) in &mut sequences {
            if !sequence.seek(record) {
                continue;
            }
            let (before, after) = ends.split_at_mut(step.to);
            let fits = |&at: &u32| match step.from {
                0 => counts(part, condition, record, at),
                from => before[from].contains(&at),
            };
            let starts = sequence.starts().filter(fits);
            after[0].extend(starts.map(|at| at + step.width));
        }
        if !ends[condition.words].is_empty() {
            found.insert(record);
        }
    }
    found
}

/// The records that contain all terms of some steps from the first word to the last, in any
/// place.
fn candidates(part: &TextPart<'_>, words: usize, steps: &[&Step]) -> RoaringBitmap {
    let mut reached: Vec<Option<RoaringBitmap>> = vec![None; words + 1];
    for step in steps {
        let mut records = match step.terms.as_slice() {
            [(term, _)] => holding_term(part, term),
            terms => {
                let Some(mut sequence) = Sequence::new(part, terms) else {
                    continue;
                };
                let records = std::iter::from_fn(|| sequence.next());
                RoaringBitmap::from_sorted_iter(records).unwrap_or_default()
            }
        };
        if step.from > 0 {
            match &reached[step.from] {
                Some(before) => records &= before,
                None => continue,
            }
        }
        *reached[step.to].get_or_insert_default() |= records;
    }
    reached.pop().flatten().unwrap_or_default()
}
