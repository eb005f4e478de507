//! What is known of all records from a sample of them: what the cosines of a query are compared with, and how
//! long a record is on average.

use std::borrow::Cow;
use std::sync::Arc;

use super::Remote;
use crate::error::Result;
use crate::segment::unrelated::{SAMPLED_TEXTS, Sample};

/// The sample, and how many records there were when it was taken.
pub(super) struct Background {
    records: u64,
    sample: Arc<Sample>,
    /// How many terms a record of the sample has on average, at least 1.
    average_length: f64,
}

impl Remote {
    /// The sample of a collection with so many records.
    pub(super) fn sample(&self, records: u64) -> Result<Arc<Sample>> {
        Ok(Arc::clone(&self.background(records)?.sample))
    }

    /// How many terms a record has on average: as counted when the collection was copied, unless its size has
    /// changed by more than a tenth since.
    pub(super) fn average_length(&self, records: u64) -> Result<f64> {
        let copied = self.index.described();
        match copied.records.abs_diff(records) * 10 <= copied.records {
            true => Ok(copied.average_length),
            false => Ok(self.background(records)?.average_length),
        }
    }

    /// The sample, taken again when the number of records has changed by a hundredth.
    fn background(&self, records: u64) -> Result<Arc<Background>> {
        if let Some(last) = self.background.load_full()
            && last.records.abs_diff(records) * 100 <= records
        {
            return Ok(last);
        }
        let sampled = self.index.sampled(SAMPLED_TEXTS)?;
        let places = sampled.iter().zip(0..);
        let places = places.map(|(record, at)| (record.fingerprint, at));
        let places: Vec<(u64, u32)> = places.collect();
        let vector = |at: u32| {
            let record = sampled.get(at as usize)?;
            Some(Cow::Borrowed(&*record.vector))
        };
        let terms: u64 = sampled.iter().map(|record| u64::from(record.length)).sum();
        let background = Arc::new(Background {
            records,
            sample: Sample::of(&places, vector, None),
            average_length: (terms as f64 / sampled.len().max(1) as f64).max(1.0),
        });
        self.background.store(Some(Arc::clone(&background)));
        Ok(background)
    }
}
