//! The browser's timeline.

use leptos::prelude::window;

/// Marks the moment from which the page reacts. Tests wait for the mark, and `make bench-page` reads
/// its time.
pub fn mark_hydrated() {
    if let Some(performance) = window().performance() {
        // It fails only for names that are taken by the browser's own marks.
        let _ = performance.mark("hydrated");
    }
}
