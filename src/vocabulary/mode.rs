//! The three search modes. In words for people: by meaning, by words, by both.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::BadQuery;

/// Which engines rank. The default is both, which ranks best on every benchmark
/// (benches/QUALITY.md).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// By meaning: cosine similarity of vectors.
    Neural,
    /// By words: BM25.
    Text,
    /// By both, fused.
    #[default]
    Hybrid,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Neural, Self::Text, Self::Hybrid];

    /// Its name in URLs, JSON and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neural => "neural",
            Self::Text => "text",
            Self::Hybrid => "hybrid",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name() == text)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                BadQuery(format!("unknown mode '{text}'; the modes are {names}"))
            })
    }
}
