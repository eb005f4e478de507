//! Narrowing and ordering the results: a bar with a panel for each facet (`bar.rs`, `panel.rs`),
//! in which values are chosen (`values.rs`) or a range is set (`range.rs`, `histogram.rs`), and a
//! menu for the order (`sort.rs`). `counts.rs` has the counts they show. Above the results are the
//! conditions in force (`chips.rs`), around them the ways to further hits (`more.rs`). `locale.rs`
//! writes numbers and dates as the reader's browser does.
//!
//! Bar and panels are part of the search form, and a panel is a `<details>`, so all of it works
//! without JavaScript. With JavaScript, choices apply at once.

mod bar;
mod chips;
mod counts;
mod histogram;
mod locale;
mod more;
mod panel;
mod range;
mod sort;
mod values;

pub use bar::FacetBar;
pub use chips::Conditions;
pub use more::{ShowEarlier, ShowMore};
