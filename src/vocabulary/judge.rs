//! Blind comparisons of two ways to rank.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{BadQuery, Facet, Mode};

/// One of the two ways to rank in a blind comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// A way to rank: a mode, in mode `hybrid` the share of meaning, and the collection if it is another
/// one. Written `MODE`, `hybrid:SHARE` and with `@COLLECTION` behind it: `hybrid:0.25@books`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranker {
    /// Which engines rank.
    pub mode: Mode,
    /// In mode `hybrid`, the share of meaning, from 0 to 1; `None` is the engine's default.
    pub balance: Option<f32>,
    /// The collection; `None` is the one that is asked.
    pub collection: Option<String>,
}

impl fmt::Display for Ranker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mode.name())?;
        if let Some(balance) = self.balance {
            write!(f, ":{balance}")?;
        }
        match &self.collection {
            Some(collection) => write!(f, "@{collection}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Ranker {
    type Err = BadQuery;

    fn from_str(text: &str) -> Result<Self, BadQuery> {
        let (manner, collection) = match text.split_once('@') {
            Some((manner, collection)) => (manner, Some(collection.to_owned())),
            None => (text, None),
        };
        let (mode, balance) = match manner.split_once(':') {
            Some((mode, balance)) => (mode, Some(balance)),
            None => (manner, None),
        };
        let mode: Mode = mode.parse()?;
        let share = |balance: &str| {
            let share = balance.parse::<f32>().ok();
            let share = share.filter(|share| mode == Mode::Hybrid && (0.0..=1.0).contains(share));
            share.ok_or_else(|| {
                BadQuery(format!(
                    "'{text}' is not a way to rank: only hybrid has a balance, from 0 to 1, as in \
                     hybrid:0.25"
                ))
            })
        };
        Ok(Self {
            mode,
            balance: balance.map(share).transpose()?,
            collection,
        })
    }
}

/// A query whose two rankings are to be interleaved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InterleaveRequest {
    /// The query.
    pub q: String,
    /// One way to rank, as [`Ranker`] is written.
    pub a: String,
    /// The other one.
    pub b: String,
    /// What the draft is drawn from; without one, the answer names a random one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seed: Option<u32>,
}

/// A record without anything that would tell how it was found: the beginning of its text, no marks,
/// no scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlainRecord {
    /// Its id; missing if two collections are compared, because it would tell them apart.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// Heading; may be empty.
    pub title: String,
    /// The beginning of its text; may be empty.
    pub text: String,
    /// Whether the text or the heading goes on.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cut: bool,
    /// The first of its facet values.
    pub facets: Vec<Facet>,
}

/// Two rankings of a query as one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interleaved {
    /// What the draft was drawn from.
    pub seed: u32,
    /// A fingerprint of the list, to be sent along with the picks: it says whether they are still
    /// those of this list.
    pub list: String,
    /// The records, best first.
    pub records: Vec<PlainRecord>,
}

/// The picks of a visitor, who wants to know which ranking they came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevealRequest {
    /// The query.
    pub q: String,
    /// One way to rank.
    pub a: String,
    /// The other one.
    pub b: String,
    /// What the draft was drawn from.
    pub seed: u32,
    /// The list's fingerprint.
    pub list: String,
    /// The places of the records picked, from 1.
    #[serde(default)]
    pub pick: Vec<u32>,
    /// How many queries A has won before this one.
    #[serde(default)]
    pub won_a: u32,
    /// How many B has won.
    #[serde(default)]
    pub won_b: u32,
    /// How many neither has.
    #[serde(default)]
    pub ties: u32,
}

impl RevealRequest {
    /// The tally before this query.
    pub fn before(&self) -> Tally {
        Tally {
            a: self.won_a,
            b: self.won_b,
            ties: self.ties,
        }
    }
}

/// Which ranking each record came from, and how the comparison stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revealed {
    /// The list that was judged.
    pub records: Vec<PlainRecord>,
    /// The side that each of its records was drafted by.
    pub teams: Vec<Side>,
    /// Each record's places by A and by B, as far as either ranking was read.
    pub places: Vec<(Option<u32>, Option<u32>)>,
    /// The places picked, in order.
    pub picked: Vec<u32>,
    /// How many picks A had, and how many B.
    pub picks: (u32, u32),
    /// The side with more picks; none if both have as many.
    pub winner: Option<Side>,
    /// The tally with this query.
    pub standing: Standing,
}

/// How many queries each side has won.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tally {
    /// Queries with more picks from A.
    pub a: u32,
    /// Queries with more picks from B.
    pub b: u32,
    /// Queries with as many from each, or none.
    pub ties: u32,
}

impl Tally {
    /// The tally with another query.
    #[must_use]
    pub fn with(self, winner: Option<Side>) -> Self {
        let Self { a, b, ties } = self;
        match winner {
            Some(Side::A) => Self { a: a + 1, ..self },
            Some(Side::B) => Self { b: b + 1, ..self },
            None => Self {
                ties: ties + 1,
                ..self
            },
        }
    }

    /// How many queries were decided.
    pub fn decided(self) -> u32 {
        self.a + self.b
    }
}

/// A tally and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// The tally.
    pub tally: Tally,
    /// The two-sided p of the sign test: how probable a result at least this uneven is if each side
    /// wins a decided query with probability one half. Ties do not count.
    pub p: f64,
    /// At how many decided queries p is below 0.05 if the share of those won stays the same; none
    /// if that is not foreseeable.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub needed: Option<u32>,
}

impl Standing {
    /// Whether the difference is significant at the usual level.
    pub fn is_decided(&self) -> bool {
        self.p < super::limits::SIGNIFICANT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_to_rank_reads_back_as_it_is_written() {
        for text in [
            "neural",
            "text",
            "hybrid",
            "hybrid:0.25",
            "hybrid:0@books",
            "text@a-b",
        ] {
            assert_eq!(text.parse::<Ranker>().unwrap().to_string(), text);
        }
        for (text, why) in [
            ("", "unknown mode ''"),
            ("meaning", "unknown mode 'meaning'"),
            ("text:0.5", "only hybrid has a balance"),
            ("hybrid:2", "from 0 to 1"),
            ("hybrid:NaN", "from 0 to 1"),
            ("hybrid:", "from 0 to 1"),
        ] {
            let BadQuery(message) = text.parse::<Ranker>().unwrap_err();
            assert!(message.contains(why), "{text}: {message}");
        }
    }
}
