//! Questions, and their answers.

pub mod ask_form;
pub mod not_pairs;
pub mod reply;
pub mod to_try;
