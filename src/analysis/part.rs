//! A part of a compound word: where it stands, what joins it to the part before, how it is read.

use std::ops::Range;

/// What joins a part to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Joint {
    /// No mark.
    Tight,
    /// A hyphen, a full stop, an underscore, an apostrophe.
    Weak,
    /// A slash, an at sign, a colon, a plus: the separators of paths and addresses.
    Strong,
}

/// A part of a compound word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its byte range in the text, including signs or an ending.
    pub range: Range<usize>,
    /// The byte range of its word alone.
    pub core: Range<usize>,
    /// What joins it to the part before; not used for the first.
    pub joint: Joint,
    /// How it is read.
    pub form: Form,
}

/// How a part is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As written.
    Plain,
    /// An article or a particle before an apostrophe, as in `l'été` or `O'Brien`.
    Elided,
    /// Without the apostrophes inside.
    Joined,
    /// With a possessive ending, which is in the range but not in the core.
    Possessive,
    /// With signs that carry meaning. They are outside the core, but belong to the word if it is
    /// a single letter.
    Signed,
}
