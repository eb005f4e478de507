//! Records gathered as examples, and what is recommended from them.

pub mod gathered;
pub mod given;
pub mod like_buttons;
pub mod recommendation;
pub mod start;
pub mod tray;
pub mod wanted;
