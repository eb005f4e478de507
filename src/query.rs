//! Queries and answers as the engine handles them. Their types are those of
//! [`crate::vocabulary`].

use crate::analysis::is_blank;
use crate::error::{Error, Result};
use crate::found::Found;
pub use crate::vocabulary::limits::*;
pub use crate::vocabulary::{
    ANYTHING, Bucket, Copies, Correction, Counted, Duplicate, EVERY_FACET, FacetCount, FacetCounts,
    Fusion, Highlights, Lookup, Mode, Query, Relation, Route, ScorePart, Signal, Sort, Timings,
    check_length, check_page,
};

/// An answer whose hits hold whole records; [`crate::sent`] converts it to one that can be sent.
pub type Answer = crate::vocabulary::Answer<Found>;

/// The same for a comparison of rankings.
pub type Comparison = crate::vocabulary::Comparison<Found>;

/// The same for recommendations.
pub type Recommendations = crate::vocabulary::Recommendations<Found>;

/// The same for the reply to a question.
pub type Reply = crate::vocabulary::Reply<Found>;

impl Query {
    /// Whether it has no text to search for: it is empty or `*`. If so, records are listed in
    /// order.
    pub fn is_open(&self) -> bool {
        is_blank(&self.text) || (self.operators && self.text.trim() == ANYTHING)
    }

    /// Checks that there is something to search for, and the limits.
    ///
    /// # Errors
    /// [`Error::BadQuery`], naming the parameter and what it allows.
    pub fn check(&self) -> Result<()> {
        if is_blank(&self.text) {
            return Err(Error::BadQuery("the query is empty".into()));
        }
        Ok(self.check_limits()?)
    }
}
