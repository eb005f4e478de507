//! The ids of a collection's points in order, kept until the next write: the store has them in
//! alphabetical order, in which 10 comes before 9.

use std::sync::{Arc, Mutex};

use super::id::PointId;
use crate::locks::lock;
use crate::record::RecordNumber;
use crate::storage::layout::State;

/// The ids of all points in order, each with the number of its record.
pub type Ids = Vec<(PointId, RecordNumber)>;

/// The ids of the last state that they were asked for.
#[derive(Default)]
pub struct Ordered(Mutex<Option<(State, Arc<Ids>)>>);

impl Ordered {
    /// The ids in a state; `read` reads them in any order if they are not kept. Meanwhile, others who
    /// need them wait.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn get<E>(
        &self,
        state: State,
        read: impl FnOnce() -> Result<Ids, E>,
    ) -> Result<Arc<Ids>, E> {
        let mut kept = lock(&self.0);
        if let Some((of, ids)) = &*kept
            && *of == state
        {
            return Ok(Arc::clone(ids));
        }
        let mut ids = read()?;
        ids.sort_unstable();
        let ids = Arc::new(ids);
        *kept = Some((state, Arc::clone(&ids)));
        Ok(ids)
    }
}
