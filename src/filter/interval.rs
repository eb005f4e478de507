//! Which values of a facet a filter's text means, by the facet's kind.
//!
//! For numbers and dates: `10`, `10..20`, `10..`, `..20`, `>=10`, `>10`, `<=20`, `<20`, with the
//! ends of `..` included. A day means all of its seconds, and likewise a month or a year. For
//! texts and booleans, every text is a value.

use std::ops::Bound::{self, Excluded, Included, Unbounded};

use super::{Condition, FacetValue};
use crate::error::{Error, Result};
use crate::record::{FacetField, FacetKind};

/// The values between two bounds; never reversed.
pub type Interval = (Bound<FacetValue>, Bound<FacetValue>);

/// The values meant by one alternative of a filter on this facet.
///
/// # Errors
/// [`Error::BadQuery`], naming the facet, its kind and an example, if the text is not a value of
/// that kind, or a range that ends before it starts.
pub fn interval(text: &str, facet: &FacetField) -> Result<Interval> {
    let span = |text: &str| match FacetValue::parse(text, facet.kind) {
        Some(value) => Ok(value.span()),
        None => Err(not_of_kind(text, facet)),
    };
    if !facet.kind.has_ranges() {
        let (first, last) = span(text)?;
        return Ok((Included(first), Included(last)));
    }
    if let Some(least) = text.strip_prefix(">=") {
        return Ok((Included(span(least)?.0), Unbounded));
    }
    if let Some(below) = text.strip_prefix('>') {
        return Ok((Excluded(span(below)?.1), Unbounded));
    }
    if let Some(most) = text.strip_prefix("<=") {
        return Ok((Unbounded, Included(span(most)?.1)));
    }
    if let Some(above) = text.strip_prefix('<') {
        return Ok((Unbounded, Excluded(span(above)?.0)));
    }
    let Some((from, to)) = text.split_once("..") else {
        let (first, last) = span(text)?;
        return Ok((Included(first), Included(last)));
    };
    match (from.trim(), to.trim()) {
        ("", "") => Err(not_of_kind(text, facet)),
        (from, "") => Ok((Included(span(from)?.0), Unbounded)),
        ("", to) => Ok((Unbounded, Included(span(to)?.1))),
        (from, to) => {
            let (first, last) = (span(from)?.0, span(to)?.1);
            if first > last {
                return Err(Error::BadQuery(format!(
                    "the range {text} of the facet {} ends before it starts; write {to}..{from}",
                    facet.field
                )));
            }
            Ok((Included(first), Included(last)))
        }
    }
}

fn not_of_kind(text: &str, facet: &FacetField) -> Error {
    let examples: &[&str] = match facet.kind {
        FacetKind::Text => &["Berlin"],
        FacetKind::Number => &["10", "10..20", ">=10"],
        FacetKind::Boolean => &["true", "false"],
        FacetKind::Date => &[
            "2024-05-01",
            "2024-05-01..2024-05-31",
            "2024-05",
            "2024-05-01T10:00:00Z",
        ],
    };
    let examples: Vec<String> = examples.iter().map(|text| written(text, facet)).collect();
    Error::BadQuery(format!(
        "the facet {} is a {}, and '{text}' is not one; write {}",
        facet.field,
        facet.kind,
        examples.join(" or ")
    ))
}

fn written(value: &str, facet: &FacetField) -> String {
    Condition::equals(&*facet.field, value).to_string()
}

/// Whether a text that is not a value looks like a range.
pub(super) fn looks_like_a_range(text: &str) -> bool {
    let marked = text.strip_prefix(['<', '>']);
    let after = marked.map(|rest| rest.strip_prefix('=').unwrap_or(rest));
    if let Some(end) = after {
        return !end.trim().is_empty();
    }
    // Dots may belong to what is next to them: `wait...`, `../up`.
    let is_end = |end: &str| !end.starts_with(['.', '/', '\\']) && !end.ends_with('.');
    let ends = text.split_once("..");
    ends.is_some_and(|(from, to)| is_end(from) && is_end(to))
}

/// The error for a range on a text facet.
pub(super) fn no_ranges(text: &str, facet: &FacetField) -> Error {
    let field = &facet.field;
    Error::BadQuery(format!(
        "the facet {field} is a {}, so it has no ranges, and no record has '{text}'; to use \
         ranges, create the collection with the facet as {field}:number or {field}:date",
        facet.kind
    ))
}
