//! Which records fulfil a query's conditions: phrases, words in a field, exclusions.

use roaring::RoaringBitmap;

use super::postings::{Cursor, OVER};
use super::query::{Condition, TextQuery};
use super::search::TextPart;

/// The live positions of each part that fulfil every condition of a query; `None` where it
/// has none.
pub fn fulfilling(parts: &[TextPart<'_>], query: &TextQuery) -> Option<Vec<RoaringBitmap>> {
    if query.conditions.is_empty() {
        return None;
    }
    let of_part = |part: &TextPart<'_>| {
        let every = || (0..part.index.len() as u32).collect();
        let mut left = part.live.cloned().unwrap_or_else(every);
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

/// The positions of a part that hold a condition's words one after another.
fn holding(part: &TextPart<'_>, condition: &Condition) -> RoaringBitmap {
    let cursors = condition.words.iter().map(|(term, _)| {
        let number = part.index.term(term)?;
        Some(part.index.cursor(number))
    });
    let Some(mut cursors) = cursors.collect::<Option<Vec<Cursor<'_>>>>() else {
        return RoaringBitmap::new();
    };
    let mut found = RoaringBitmap::new();
    let mut record = 0;
    loop {
        // The record all cursors agree on, from `record` on.
        let mut agreed = true;
        for cursor in &mut cursors {
            cursor.seek(record);
            if cursor.record() > record {
                record = cursor.record();
                agreed = false;
            }
        }
        if record == OVER {
            return found;
        }
        if agreed {
            if stands(part, condition, &cursors, record) {
                found.insert(record);
            }
            record += 1;
        }
    }
}

/// Whether the record all cursors stand at has the words at their distances, in a field
/// that counts.
fn stands(part: &TextPart<'_>, condition: &Condition, cursors: &[Cursor<'_>], record: u32) -> bool {
    let positions: Vec<Vec<u32>> = cursors.iter().map(Cursor::positions).collect();
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
    use crate::text::{Lookup, TextIndex, TextIndexBuilder, parse};

    fn index(records: &[[&str; 2]]) -> TextIndex {
        let mut builder = TextIndexBuilder::new(vec![1, 1]);
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
        let query = TextQuery::new(&parts, &clauses, fields, Lookup::default());
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
