//! Snapshots that could not be made.

use std::path::Path;

use super::Check;
use crate::snapshots::failure_in;

/// The last failure, unless it went well since. Without snapshots there is nothing to say.
pub fn check(folder: &Path) -> Option<Check> {
    let subject = "snapshots";
    if !folder.is_dir() {
        return None;
    }
    Some(match failure_in(folder) {
        Some(failure) => {
            let found = format!(
                "the last one of {} failed at {}: {}",
                failure.collection, failure.at, failure.message
            );
            let remedy = "mend that, then make one with POST /api/v1/snapshots";
            Check::warn(subject, found, remedy)
        }
        None => Check::ok(subject, "none has failed"),
    })
}
