//! Where a hit is on the page, for links to it and for the focus.

/// The id of the element that shows the hit at a place, from 1.
pub fn element_id(place: usize) -> String {
    format!("result-{place}")
}
