//! Which records fulfil a query's conditions: phrases, words in a field, exclusions.

use roaring::RoaringBitmap;

use super::postings::{Cursor, OVER};
use super::query::{Condition, TextQuery, Word};
use super::search::TextPart;

/// The live positions of each part that fulfil every condition of a query; `None` where it
/// has none.
pub fn fulfilling(parts: &[TextPart<'_>], query: &TextQuery) -> Option<Vec<RoaringBitmap>> {
    if query.conditions.is_empty() {
        return None;
    }
    let of_part = |part: &TextPart<'_>| {
        let mut left = part.live.cloned().unwrap_or_else(|| {
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

/// Whether a record that passes holds every word of a query as it was typed.
pub fn any_holds_all(parts: &[TextPart<'_>], query: &TextQuery) -> bool {
    let any = |part: &TextPart<'_>| {
        let typed = |word: &'_ Word| {
            let first = word.terms.first().filter(|first| first.boost >= 1.0);
            first.map(|first| first.term.clone())
        };
        let terms = query.words.iter().map(typed);
        let cursors = terms.map(|term| part.cursor(&term?));
        let mut agreed = cursors.collect::<Option<Vec<_>>>().map(Conjunction::new);
        let mut records = std::iter::from_fn(|| agreed.as_mut()?.next());
        records.any(|record| part.passes(record))
    };
    !query.words.is_empty() && parts.iter().any(any)
}

/// The positions of a part that hold a condition's words one after another.
fn holding(part: &TextPart<'_>, condition: &Condition) -> RoaringBitmap {
    let cursors = condition.words.iter().map(|(term, _)| part.cursor(term));
    let Some(cursors) = cursors.collect::<Option<Vec<Cursor<'_>>>>() else {
        return RoaringBitmap::new();
    };
    let mut conjunction = Conjunction::new(cursors);
    let mut found = RoaringBitmap::new();
    // Where a word alone stands, and in which field, is only read where it matters.
    let anywhere = condition.words.len() == 1 && condition.fields.is_empty();
    let mut positions = vec![Vec::new(); condition.words.len()];
    while let Some(record) = conjunction.next() {
        if anywhere
            || stands(
                part,
                condition,
                &mut conjunction.cursors,
                &mut positions,
                record,
            )
        {
            found.insert(record);
        }
    }
    found
}

/// Goes through the records that hold all of some terms.
struct Conjunction<'a> {
    cursors: Vec<Cursor<'a>>,
    next: u32,
}

impl<'a> Conjunction<'a> {
    fn new(cursors: Vec<Cursor<'a>>) -> Self {
        Self { cursors, next: 0 }
    }

    /// The next such record, at which all cursors stand then.
    fn next(&mut self) -> Option<u32> {
        loop {
            let mut record = self.next;
            for cursor in &mut self.cursors {
                cursor.seek(record);
                record = record.max(cursor.record());
            }
            if record == OVER || self.cursors.is_empty() {
                return None;
            }
            if self.cursors.iter().all(|cursor| cursor.record() == record) {
                self.next = record + 1;
                return Some(record);
            }
            self.next = record;
        }
    }
}

/// Whether the record all cursors stand at has the words at their distances, in a field
/// that counts.
fn stands(
    part: &TextPart<'_>,
    condition: &Condition,
    cursors: &mut [Cursor<'_>],
    positions: &mut [Vec<u32>],
    record: u32,
) -> bool {
    for (cursor, positions) in cursors.iter_mut().zip(&mut *positions) {
        cursor.read_positions(positions);
    }
    let Some((first, others)) = positions.split_first() else {
        return false;
    };
    let distances = condition
        .words
        .iter()
        .skip(1)
        .map(|(_, distance)| *distance);
    let others: Vec<(&Vec<u32>, u32)> = others.iter().zip(distances).collect();
    first.iter().any(|&start| {
        let in_field = condition.fields.is_empty()
            || condition
                .fields
                .contains(&part.index.field_at(record, start));
        in_field
            && others
                .iter()
                .all(|(positions, distance)| positions.binary_search(&(start + distance)).is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;
    use crate::text::{Lookup, TextIndex, TextIndexBuilder, parse};

    fn index(records: &[[&str; 2]]) -> TextIndex {
        let mut builder = TextIndexBuilder::new(&Analyzer::default(), vec![1, 1]);
        for record in records {
            builder.add(record);
        }
        builder.build()
    }

    fn found(index: &TextIndex, query: &str) -> Vec<u32> {
        let parts = [TextPart {
            index,
            live: None,
            terms: 0,
            passing: None,
            offset: 0,
        }];
        let fields = |name: &str| match name {
            "title" => vec![0],
            "text" => vec![1],
            _ => Vec::new(),
        };
        let clauses = parse(query, |name| !fields(name).is_empty());
        let query = TextQuery::new(
            &Analyzer::default(),
            &parts,
            &clauses,
            fields,
            Lookup::default(),
        );
        let fulfilling = fulfilling(&parts, &query).unwrap();
        fulfilling[0].iter().collect()
    }

    #[test]
    fn conditions_are_met_word_by_word() {
        let index = index(&[
            ["Goat milk", "raw and fresh"],
            ["Milk", "of the goat"],
            ["Raw", "goat milk, goat's milk"],
        ]);
        assert_eq!(found(&index, "\"goat milk\""), [0, 2]);
        assert_eq!(found(&index, "\"milk of a goat\""), [] as [u32; 0]);
        assert_eq!(found(&index, "\"goats' milk\""), [0, 2]);
        assert_eq!(found(&index, "title:goat"), [0]);
        assert_eq!(found(&index, "text:\"goat milk\""), [2]);
        assert_eq!(found(&index, "milk -raw"), [1]);
        assert_eq!(found(&index, "-\"goat milk\""), [1]);
        assert_eq!(found(&index, "-title:raw -fresh"), [1]);
        assert_eq!(found(&index, "\"goat cheese\""), [] as [u32; 0]);
    }

    #[test]
    fn a_phrase_does_not_reach_from_one_field_into_the_next() {
        let index = index(&[["fresh goat", "milk"]]);
        assert_eq!(found(&index, "\"goat milk\""), [] as [u32; 0]);
    }
}
