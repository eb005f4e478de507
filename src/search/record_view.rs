//! A record for its own page: its fields, what the model read of it, and how others are similar.

use crate::background;
use crate::error::Result;
use crate::search::searcher::Searcher;
use crate::vector::cosine;
use crate::vocabulary::{RecordView, SimilarRecord};

/// How many passages and similar records are listed.
const MAX_PASSAGES: usize = 50;
pub(crate) const SIMILAR: usize = 6;

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
            (Some(_), _) if !self.encoder.has_model() => true,
            (Some(stored), Some(first)) => {
                let encoder = self.encoder.encoder();
                let vectors = background::encode(|| encoder.encode_all(&[first], |_| ()))?;
                let read = vectors.first();
                read.is_some_and(|read| cosine(read, stored) < SAME_VECTOR)
            }
            _ => false,
        };
        let has_similar = self.view.about().distance.is_cosine()
            && stored.is_some_and(|vector| vector.iter().any(|&x| x != 0.0));
        let similar = match has_similar {
            true => self.similar(id, SIMILAR, 0, &[])?.hits,
            false => Vec::new(),
        };
        let words = self.rare_words(&payload);
        let similar = similar.into_iter().map(|hit| SimilarRecord {
            cosine: hit.neural.map_or(hit.score, |signal| signal.score),
            shared: self.shared_words(&words, &hit.record.payload),
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
}
