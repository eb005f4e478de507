//! The parts of a record's page.

pub mod copy_link;
pub mod fields;
pub mod passages;
pub mod similar;
