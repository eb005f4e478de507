//! How much of a query records contain, regardless of their length.

use super::part::TextPart;
use super::query::{TextQuery, Word};
use super::search::Statistics;

/// The share of a query's words that each record contains, 0 to 1, with each word weighted by
/// its idf. The records are given in order of position. A word that no record contains counts as
/// missing.
pub fn coverage(parts: &[TextPart<'_>], query: &TextQuery, positions: &[u32]) -> Vec<f32> {
    let statistics = Statistics::of(parts, query);
    let weight = |(word, idf): (&Word, &f64)| idf * f64::from(word.repeats);
    let weights: Vec<f64> = query
        .words
        .iter()
        .zip(&statistics.idfs)
        .map(weight)
        .collect();
    let all: f64 = weights.iter().sum();
    let mut shares = Vec::with_capacity(positions.len());
    for (at, part) in parts.iter().enumerate() {
        let own = part.offset..part.offset + part.index.len() as u32;
        let mut cursors: Vec<Vec<_>> = Vec::with_capacity(query.words.len());
        for word in &query.words {
            let ways = word.terms.iter();
            cursors.push(ways.filter_map(|way| way.cursor(part, at)).collect());
        }
        for position in positions.iter().filter(|position| own.contains(position)) {
            let record = position - part.offset;
            let held = cursors.iter_mut().zip(&weights).map(|(cursors, weight)| {
                let holds = cursors.iter_mut().any(|cursor| {
                    cursor.seek(record);
                    cursor.record() == record
                });
                if holds { *weight } else { 0.0 }
            });
            let held: f64 = held.sum();
            shares.push(if all > 0.0 { (held / all) as f32 } else { 0.0 });
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lookup;
    use crate::text::tests::{asked, index, part};

    #[test]
    fn rare_words_cover_more_of_a_query_and_length_nothing() {
        let long = format!("fox {}", "barn ".repeat(500));
        let index = index(&["tram fox", "tram", long.as_str(), "tram", "barn"]);
        let parts = [part(&index)];
        let of = |query: &str| {
            let query = asked(&parts, query, Lookup::default());
            coverage(&parts, &query, &[0, 1, 2])
        };
        assert_eq!(of("fox"), [1.0, 0.0, 1.0]);
        let both = of("tram fox");
        assert!(both[0] == 1.0 && both[2] > both[1] && both[1] > 0.0);
        assert!(of("fox zebra")[0] < 0.5, "no record holds a zebra");
        assert_eq!(of("the"), [0.0; 3]);
    }
}
