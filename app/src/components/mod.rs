//! The components of the pages, one per file. Those of the collections page have their own
//! folder, and so have those that narrow and order the results.

pub mod balance;
pub mod collections;
pub mod corrected;
pub mod error_panel;
pub mod evidence;
pub mod examples;
pub mod facets;
pub mod footer;
pub mod header;
pub mod hero;
pub mod logo;
pub mod marked;
pub mod mode_switch;
pub mod no_fit;
pub mod nothing_found;
pub mod parallax_mark;
pub mod place;
pub mod result_card;
pub mod result_list;
pub mod results;
pub mod search_form;
pub mod skeleton;
pub mod status;
pub mod summary;
pub mod theme_toggle;
pub mod timing;
pub mod why;
pub mod why_panel;
pub mod workflow;
