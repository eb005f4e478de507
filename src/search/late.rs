//! Late interaction: each word of the query is compared with the words of a record (MaxSim; Khattab
//! and Zaharia, "ColBERT", SIGIR 2020). The vector of a whole text says well what the text
//! is about, but less well whether it contains the words of the query or similar ones.
//!
//! Each piece of the query is matched with the most similar piece of the record's nearest passage.
//! The mean of these similarities, weighted by idf, is the record's late score, from 0 to 1. A
//! record is ranked by a weighted mean of its cosine and its late score. Unlike in ColBERT, the
//! vector of a piece does not depend on the text around it ([`PieceVectors`]), so that a record
//! stores only the ids of its pieces; on the three benchmarks, this keeps most of the gain.
//!
//! Only the nearest [`DEPTH`] records have a late score. The others stay below them, in order of
//! their cosine, because a late score is never negative.

use crate::encoder::PieceVectors;
use crate::encoder::pieces::LANES;
use crate::error::Result;
use crate::search::nearest::NearRecord;
use crate::search::partners::cut;
use crate::search::ranked::Ranked;
use crate::search::searcher::Searcher;
use crate::vocabulary::{LateExplanation, WordMeeting};

/// How many of the nearest records are scored. It is fixed so that paging never reorders hits.
pub const DEPTH: usize = 100;

/// A query's pieces, with their weights.
pub struct Late {
    pieces: Vec<Weighted>,
    /// The weight of the late score; the cosine has the rest.
    share: f32,
}

/// An occurrence of a piece in a query.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Weighted {
    piece: u32,
    /// Its share of a late score. All shares add up to 1.
    weight: f32,
}

impl Searcher<'_> {
    /// The pieces of a text to search for; `None` if it has none, if `share` is 0, or if the
    /// vectors of pieces have not been made yet.
    ///
    /// # Errors
    /// [`crate::Error::Encoder`] if the tokenizer fails on the text.
    pub(super) fn late(&self, text: &str, share: f32) -> Result<Option<Late>> {
        if share <= 0.0 || self.encoder.encoder().piece_vectors().is_none() {
            return Ok(None);
        }
        let pieces = self.encoder.query_pieces(text)?;
        let records = self.generation.records();
        let containing = |piece| self.generation.records_with(piece);
        let pieces = weigh(&pieces, records, containing);
        Ok((!pieces.is_empty()).then_some(Late { pieces, share }))
    }

    /// These records ranked by meaning, best first. Records with equal scores stay in their order.
    pub(super) fn ranked_by_late(&self, late: &Late, near: &[NearRecord]) -> Vec<Ranked> {
        let (first, rest) = near.split_at(near.len().min(DEPTH));
        let scores = self.late_scores(late, first);
        let scores = scores.into_iter().map(Some);
        let all = near.iter().zip(scores.chain(rest.iter().map(|_| None)));
        let ranked = (1..).zip(all).map(|(rank, (near, of_late))| Ranked {
            score: late.mixed(near.cosine, of_late.unwrap_or(0.0)),
            late: of_late,
            ..Ranked::by_meaning(rank, near)
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranked
    }

    /// The late scores of records.
    fn late_scores(&self, late: &Late, records: &[NearRecord]) -> Vec<f32> {
        let Some(vectors) = self.encoder.encoder().piece_vectors() else {
            return vec![0.0; records.len()];
        };
        // The pieces of all records, and where those of each end.
        let mut pieces = Vec::new();
        let ends = records.iter().map(|near| {
            self.generation
                .append_pieces(near.position, near.passage, &mut pieces);
            pieces.len()
        });
        let ends: Vec<usize> = ends.collect();
        let similarities = Similarities::of(vectors, &late.pieces, &pieces);
        let mut largest = vec![0.0; similarities.width];
        let mut rest = pieces.as_slice();
        let mut start = 0;
        let score = |&end: &usize| {
            let (own, after) = rest.split_at(end - start);
            (rest, start) = (after, end);
            similarities.largest(own, &mut largest);
            let pairs = late.pieces.iter().zip(&largest);
            pairs.map(|(of, similarity)| of.weight * similarity).sum()
        };
        ends.iter().map(score).collect()
    }

    /// The parts of a record's score by meaning: what its cosine adds, and what each pair of words
    /// adds. `asked` is the text of the query, `read` that of the passage, `first` contains the
    /// nearest records, and `collapses` says whether identical records are one hit. Records beyond
    /// the first [`DEPTH`] have no pairs.
    pub(super) fn explain_late(
        &self,
        (late, asked): (&Late, &str),
        near: &NearRecord,
        (first, collapses): (&[NearRecord], bool),
        read: &str,
    ) -> Result<LateExplanation> {
        let text = |near: &NearRecord| self.generation.fingerprint(near.position);
        // If identical records are one hit, only one of them was scored.
        let is_it = |one: &NearRecord| {
            one.position == near.position || collapses && text(one) == text(near)
        };
        let scored = first.iter().take(DEPTH).any(is_it);
        let from_meaning = late.mixed(near.cosine, 0.0);
        let (mut meetings, mut of_late) = (Vec::new(), 0.0);
        if scored {
            of_late = self
                .late_scores(late, std::slice::from_ref(near))
                .into_iter()
                .sum();
            meetings = self.meetings((late, asked), near, read)?;
        }
        let score = late.mixed(near.cosine, of_late);
        Ok(LateExplanation {
            score,
            from_meaning,
            from_words: score - from_meaning,
            share: late.share,
            words: meetings,
        })
    }

    /// Which word of the query is matched with which word of a passage, largest parts first.
    fn meetings(
        &self,
        (late, asked): (&Late, &str),
        near: &NearRecord,
        read: &str,
    ) -> Result<Vec<WordMeeting>> {
        let encoder = self.encoder.encoder();
        let Some(vectors) = encoder.piece_vectors() else {
            return Ok(Vec::new());
        };
        let places = encoder.placed_pieces(asked)?;
        let placed = encoder.placed_pieces(read)?;
        let word = |piece: u32| {
            let mut placed = placed.iter();
            let (_, at) = placed.find(|(id, _)| *id == piece)?;
            Some((cut(read.get(at.clone())?), at.clone()))
        };
        let pieces = self.generation.pieces(near.position, near.passage);
        let similarities = Similarities::of(vectors, &late.pieces, &pieces);
        let most = similarities.most(&pieces);
        let mut meetings: Vec<WordMeeting> = Vec::new();
        for ((of, (piece, similarity)), (_, place)) in late.pieces.iter().zip(most).zip(&places) {
            let query = cut(asked.get(place.clone()).unwrap_or_default());
            let (record, record_at) = piece.and_then(word).unzip();
            let added = late.share * of.weight * similarity;
            let mut known = meetings.iter_mut();
            match known.find(|known| known.query == query && known.record == record) {
                Some(known) => {
                    known.weight += of.weight;
                    known.added += added;
                }
                None => meetings.push(WordMeeting {
                    query,
                    record,
                    query_at: Some(place.clone()),
                    record_at,
                    similarity: 0.0,
                    weight: of.weight,
                    added,
                }),
            }
        }
        for meeting in &mut meetings {
            meeting.similarity = meeting.added / (late.share * meeting.weight);
        }
        meetings.sort_by(|a, b| b.added.total_cmp(&a.added));
        Ok(meetings)
    }
}

impl Late {
    /// The score that a record is ranked by.
    fn mixed(&self, cosine: f32, late: f32) -> f32 {
        (1.0 - self.share) * cosine + self.share * late
    }
}

/// The pieces of a query with their weights: their idf as in BM25, scaled so that they add up to 1.
/// `records` is the number of records, and `containing` how many of them contain a piece.
fn weigh(pieces: &[u32], records: u32, containing: impl Fn(u32) -> u32) -> Vec<Weighted> {
    let idf = |piece: u32| {
        let (all, some) = (
            f64::from(records),
            f64::from(containing(piece).min(records)),
        );
        (1.0 + (all - some + 0.5) / (some + 0.5)).ln()
    };
    let weights: Vec<f64> = pieces.iter().map(|&piece| idf(piece)).collect();
    let sum: f64 = weights.iter().sum();
    let weighted = pieces.iter().zip(weights);
    let weighted = weighted.map(|(&piece, weight)| Weighted {
        piece,
        weight: (weight / sum) as f32,
    });
    weighted.collect()
}

/// How similar the pieces of a query are to all pieces of some records. A piece that several
/// records contain is compared only once.
struct Similarities {
    /// How many numbers a row has: as many as the query has pieces, and zeros up to a multiple of
    /// [`LANES`].
    width: usize,
    /// By id, the row of each piece of the records, counted from 1; 0 for other pieces.
    rows: Vec<u32>,
    /// A row for each piece of the records, with its similarity to each piece of the query.
    similarities: Vec<f32>,
}

impl Similarities {
    /// `pieces` contains those of all records, one record after another.
    fn of(vectors: &PieceVectors, query: &[Weighted], pieces: &[u32]) -> Self {
        let mut rows = vec![0; vectors.len()];
        let mut distinct = Vec::new();
        for &piece in pieces {
            // In a damaged file, a piece may be any number.
            if let Some(row) = rows.get_mut(piece as usize)
                && *row == 0
            {
                distinct.push(piece);
                *row = distinct.len() as u32;
            }
        }
        let query: Vec<u32> = query.iter().map(|of| of.piece).collect();
        Self {
            width: query.len().next_multiple_of(LANES),
            rows,
            similarities: vectors.similarities(&query, &distinct),
        }
    }

    /// How similar a piece of a record is to each piece of the query.
    #[inline]
    fn row(&self, piece: u32) -> Option<&[f32]> {
        let row = self.rows.get(piece as usize)?.checked_sub(1)?;
        let start = row as usize * self.width;
        self.similarities.get(start..start + self.width)
    }

    /// For each piece of the query, how similar the most similar piece of a record is. There must be
    /// as many numbers as in a row.
    fn largest(&self, record: &[u32], largest: &mut [f32]) {
        largest.fill(0.0);
        let (groups, _) = largest.as_chunks_mut::<LANES>();
        for row in record.iter().filter_map(|&piece| self.row(piece)) {
            let (row, _) = row.as_chunks::<LANES>();
            for (largest, similarities) in groups.iter_mut().zip(row) {
                for (largest, &similarity) in largest.iter_mut().zip(similarities) {
                    *largest = if similarity > *largest {
                        similarity
                    } else {
                        *largest
                    };
                }
            }
        }
    }

    /// For each piece of the query, the most similar piece of a record, and how similar it is. If
    /// several are equally similar, the first one counts.
    fn most(&self, record: &[u32]) -> Vec<(Option<u32>, f32)> {
        let mut most = vec![(None, 0.0); self.width];
        for &piece in record {
            let row = self.row(piece).unwrap_or_default();
            for (most, &similarity) in most.iter_mut().zip(row) {
                if most.0.is_none() || similarity > most.1 {
                    *most = (Some(piece), similarity);
                }
            }
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WIDTH: usize = 24;
    const PIECES: u32 = 60;

    fn vector(piece: u32) -> Vec<f32> {
        let mut state = u64::from(piece) + 1;
        let number = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        let mut vector: Vec<f32> = (0..WIDTH).map(number).collect();
        crate::vector::normalise(&mut vector).unwrap();
        vector
    }

    fn vectors() -> PieceVectors {
        let all: Vec<f32> = (0..PIECES).flat_map(vector).collect();
        PieceVectors::new(WIDTH, &all)
    }

    /// The late score by its definition, in f64 with the unquantised vectors.
    fn naive(query: &[Weighted], record: &[u32]) -> f64 {
        let cosine = |a: u32, b: u32| -> f64 {
            let (a, b) = (vector(a), vector(b));
            let products = a.iter().zip(&b).map(|(&a, &b)| f64::from(a) * f64::from(b));
            products.sum::<f64>().max(0.0)
        };
        let most = |of: &Weighted| {
            let all = record.iter().map(|&piece| cosine(of.piece, piece));
            f64::from(of.weight) * all.fold(0.0, f64::max)
        };
        query.iter().map(most).sum()
    }

    #[test]
    fn weights_add_up_to_one_and_rare_or_repeated_pieces_have_more() {
        let weights = weigh(
            &[7, 8, 7, 9],
            1_000,
            |piece| if piece == 9 { 900 } else { 10 },
        );
        let sum: f32 = weights.iter().map(|of| of.weight).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        assert_eq!(weights[0], weights[2]);
        assert_eq!(weights[0].weight, weights[1].weight);
        assert!(weights[3].weight < 0.1 * weights[0].weight && weights[3].weight > 0.0);
        // More records than there are, as in a damaged file.
        assert!(weigh(&[1, 2], 10, |_| 99)[0].weight == 0.5);
        assert!(weigh(&[], 10, |_| 0).is_empty());
    }

    proptest! {
        #[test]
        fn late_scores_are_those_of_the_definition(
            query in prop::collection::vec(0..PIECES, 1..12),
            records in prop::collection::vec(prop::collection::btree_set(0..PIECES, 0..30), 1..8),
        ) {
            let vectors = vectors();
            let query = weigh(&query, 100, |piece| piece + 1);
            let records: Vec<Vec<u32>> =
                records.into_iter().map(|of| of.into_iter().collect()).collect();
            let together = Similarities::of(&vectors, &query, &records.concat());
            for record in &records {
                let most = together.most(record);
                let score: f32 = query.iter().zip(&most).map(|(of, most)| of.weight * most.1).sum();
                prop_assert!((f64::from(score) - naive(&query, record)).abs() < 0.02);
                // A record has the same score if it is scored alone, bit for bit.
                let alone = Similarities::of(&vectors, &query, record);
                prop_assert_eq!(&alone.most(record), &most);
                let mut largest = vec![0.5; together.width];
                together.largest(record, &mut largest);
                let of_most: Vec<f32> = most.iter().map(|most| most.1).collect();
                prop_assert_eq!(&largest[..query.len()], &of_most[..query.len()]);
                for (of, (piece, similarity)) in query.iter().zip(&most) {
                    prop_assert!((0.0..=1.0).contains(similarity));
                    prop_assert_eq!(piece.is_some(), !record.is_empty());
                    if record.contains(&of.piece) {
                        prop_assert_eq!((*piece, *similarity), (Some(of.piece), 1.0));
                    }
                }
            }
        }
    }
}
