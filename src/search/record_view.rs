//! A record for its own page: its fields, what the model read of it, and how others are similar.

use std::collections::HashMap;

use crate::background;
use crate::error::Result;
use crate::record::Payload;
use crate::search::searcher::Searcher;
use crate::vector::cosine;
use crate::vocabulary::{RecordView, SimilarRecord};

/// How many passages and similar records are listed.
const MAX_PASSAGES: usize = 50;
const SIMILAR: usize = 6;

/// How many shared words are listed, and how much of a record is searched for them.
const SHARED: usize = 6;
const MAX_COMPARED_BYTES: usize = 64 << 10;

/// A word that more than one in as many records contain says little about two of them.
const RARE: u32 = 10;
/// In fewer records, no word is frequent.
const MIN_RECORDS: u32 = 50;

/// How far a vector in 8 bits or f32 may be from the one that the model computes now.
const SAME_VECTOR: f32 = 0.98;

impl Searcher<'_> {
    /// A record as its own page shows it.
    ///
    /// # Errors
    /// [`crate::Error::NoRecord`], and those of [`Searcher::search`].
    pub fn record_view(&self, id: &str) -> Result<RecordView> {
        let number = self.view.find(id)?.ok_or_else(|| self.no_record(id))?;
        let rows = self.view.rows()?;
        let payload = rows.payload(number)?.ok_or_else(|| self.no_record(id))?;
        let ranges = rows.ranges(number)?;
        let encoded = self.schema.encoded_text(&payload);
        let mut passages: Vec<&str> = if ranges.is_empty() {
            vec![encoded.as_str()]
        } else {
            let places = ranges.iter();
            let places = places.map(|at| at.start as usize..at.end as usize);
            places.filter_map(|at| encoded.get(at)).collect()
        };
        let more_passages = passages.len().saturating_sub(MAX_PASSAGES) as u32;
        passages.truncate(MAX_PASSAGES);

        let position = self.generation.position(number);
        let stored = position.and_then(|position| self.generation.vectors(position).next());
        let own_vector = match (&stored, passages.first()) {
            (Some(stored), Some(first)) => {
                let encoder = self.encoder.encoder();
                let vectors = background::encode(|| encoder.encode_all(&[first], |_| ()))?;
                let read = vectors.first();
                read.is_some_and(|read| cosine(read, stored) < SAME_VECTOR)
            }
            _ => false,
        };
        let similar = self.similar(id, SIMILAR, 0, &[])?.hits;
        let words = self.rare_terms(&payload);
        let similar = similar.into_iter().map(|hit| SimilarRecord {
            cosine: hit.neural.map_or(hit.score, |signal| signal.score),
            shared: self.shared(&words, &hit.record.payload),
            title: hit.record.title.get(hit.title).unwrap_or_default().into(),
            id: hit.record.id,
            image: hit.record.image,
        });
        let similar = similar.collect();
        let (fields, fields_cut) = self.schema.rows(&payload);
        let read_in_part = self.schema.is_read_in_part(&payload, &ranges);
        let passages = passages.into_iter().map(str::to_owned).collect();
        let record = self.schema.read(number, payload);
        Ok(RecordView {
            collection: self.name.to_string(),
            id: record.id,
            title: record.title,
            url: record.url,
            image: record.image,
            fields,
            fields_cut,
            passages,
            more_passages,
            read_in_part,
            own_vector,
            similar,
        })
    }

    /// A record's terms that few records contain, with the number of those.
    fn rare_terms(&self, payload: &Payload) -> HashMap<String, u32> {
        let parts = self.generation.text_parts(&None);
        let records = self.generation.records();
        let mut terms = HashMap::new();
        for token in self.analyzer.tokens(&self.searched(payload)) {
            if token.word.chars().nth(1).is_none() || terms.contains_key(&token.term) {
                continue;
            }
            let holding = parts.iter().map(|part| {
                let term = part.index.term(&token.term);
                term.map_or(0, |term| part.index.holding(term))
            });
            let holding = holding.sum();
            terms.insert(token.term, holding);
        }
        terms.retain(|_, &mut holding| records < MIN_RECORDS || holding <= records / RARE);
        terms
    }

    /// Which of these terms a record contains, the rarest first, as it spells them.
    fn shared(&self, terms: &HashMap<String, u32>, payload: &Payload) -> Vec<String> {
        let text = self.searched(payload);
        let mut shared: Vec<(u32, String, String)> = Vec::new();
        for token in self.analyzer.tokens(&text) {
            let Some(&holding) = terms.get(&token.term) else {
                continue;
            };
            if !shared.iter().any(|(_, term, _)| *term == token.term) {
                let word = text.get(token.range).unwrap_or(&token.word).to_owned();
                shared.push((holding, token.term, word));
            }
        }
        shared.sort();
        shared.truncate(SHARED);
        shared.into_iter().map(|(_, _, word)| word).collect()
    }

    /// What word search covers of a record, as far as it is compared.
    fn searched(&self, payload: &Payload) -> String {
        let mut text = self.schema.words().texts(payload).join("\n");
        text.truncate(text.floor_char_boundary(MAX_COMPARED_BYTES));
        text
    }
}
