//! How well given records match a query: by their score, and by how much of the query they
//! contain, regardless of their length.

use super::part::TextPart;
use super::query::{TextQuery, Word};
use super::search::Scorer;

/// The scores of some records, given in order of position, and the share of the query's words that
/// each contains, 0 to 1, with each word weighted by its idf. A word that no record contains counts
/// as missing.
pub fn scores_and_coverage(
    parts: &[TextPart<'_>],
    query: &TextQuery,
    positions: &[u32],
) -> Vec<(f32, f32)> {
    let statistics = query.statistics(parts);
    let weight = |(word, idf): (&Word, &f64)| idf * f64::from(word.repeats);
    let words = query.words.iter().zip(&statistics.idfs);
    let weights: Vec<f64> = words.map(weight).collect();
    let all: f64 = weights.iter().sum();
    let mut matched = Vec::with_capacity(positions.len());
    for (at, part) in parts.iter().enumerate() {
        let own = part.offset..part.offset + part.index.len() as u32;
        let mut own = positions
            .iter()
            .filter(|position| own.contains(position))
            .peekable();
        if own.peek().is_none() {
            continue;
        }
        let mut scorer = Scorer::new((at, part), query, statistics);
        matched.extend(own.map(|position| {
            let record = position - part.offset;
            scorer.seek(record);
            let covered = scorer.covered(record, &weights);
            let share = if all > 0.0 { covered / all } else { 0.0 };
            (scorer.score(record) as f32, share as f32)
        }));
    }
    matched
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
            let matched = scores_and_coverage(&parts, &query, &[0, 1, 2]);
            matched.iter().map(|of| of.1).collect::<Vec<f32>>()
        };
        assert_eq!(of("fox"), [1.0, 0.0, 1.0]);
        let both = of("tram fox");
        assert!(both[0] == 1.0 && both[2] > both[1] && both[1] > 0.0);
        assert!(of("fox zebra")[0] < 0.5, "no record holds a zebra");
        assert_eq!(of("the"), [0.0; 3]);
    }
}
