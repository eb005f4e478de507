//! Who may change anything.

use serde::{Deserialize, Serialize};

/// Whether the server accepts changes from whoever asked for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// It does.
    Open,
    /// With its API key.
    WithKey,
    /// It does not, and why.
    Closed(String),
}
