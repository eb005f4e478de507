//! The three search modes, as the page names them. URLs and requests carry a mode as plain text;
//! this parses it.

/// A way to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By meaning.
    Neural,
    /// By words.
    Text,
    /// By both.
    Hybrid,
}

impl Mode {
    /// All modes, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Neural, Self::Text, Self::Hybrid];

    /// The mode with that name in a URL; `None` for a name that the engine would refuse.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Its name in URLs and requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neural => "neural",
            Self::Text => "text",
            Self::Hybrid => "hybrid",
        }
    }

    /// Its label in the switch.
    pub fn label(self) -> &'static str {
        match self {
            Self::Neural => "Neural",
            Self::Text => "Full text",
            Self::Hybrid => "Hybrid",
        }
    }

    /// One line on what it does.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Neural => "what you mean",
            Self::Text => "the words you typed",
            Self::Hybrid => "both rankings, fused",
        }
    }
}
