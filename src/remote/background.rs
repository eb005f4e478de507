//! What the cosines of a query are compared with: a sample of the texts of the collection.

use std::borrow::Cow;
use std::sync::Arc;

use super::Remote;
use crate::error::Result;
use crate::segment::unrelated::{SAMPLED_TEXTS, Sample};

/// The sample, and how many records there were when it was taken.
pub(super) struct Background {
    records: u64,
    sample: Arc<Sample>,
}

impl Remote {
    /// The sample, taken again when the number of records has changed by a hundredth.
    pub(super) fn sample(&self, records: u64) -> Result<Arc<Sample>> {
        if let Some(last) = &*self.background.load()
            && last.records.abs_diff(records) * 100 <= records
        {
            return Ok(Arc::clone(&last.sample));
        }
        let sampled = self.index.sampled(SAMPLED_TEXTS)?;
        let places = sampled.iter().zip(0..).map(|((text, _), at)| (*text, at));
        let places: Vec<(u64, u32)> = places.collect();
        let vector = |at: u32| {
            let (_, vector) = sampled.get(at as usize)?;
            Some(Cow::Borrowed(&**vector))
        };
        let sample = Sample::of(&places, vector, None);
        self.background.store(Some(Arc::new(Background {
            records,
            sample: Arc::clone(&sample),
        })));
        Ok(sample)
    }
}
