//! A key: what its holder may do, to which collections, and until when.

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use clap::ValueEnum;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::secret::Digest;
use super::sight::Sight;

/// What the holder of a key may do. Each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads collections.
    Search,
    /// Writes and deletes records, and imports files.
    Write,
    /// Creates, renames, restores, backs up and deletes collections, and changes their settings.
    Admin,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Search => "search",
            Self::Write => "write",
            Self::Admin => "admin",
        })
    }
}

/// A key, without its secret.
#[derive(Debug)]
pub struct Key {
    /// What people call it.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// The collections that it is limited to; `None` for all.
    pub collections: Option<Arc<BTreeSet<String>>>,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// The hash of its secret.
    pub digest: Digest,
    /// Its own limit of requests, in place of that of its holders' addresses.
    pub limit: Option<DefaultDirectRateLimiter>,
}

impl Key {
    /// The key for everything whose secret is given.
    pub fn of_all(name: &str, secret: &str) -> Self {
        Self {
            name: name.to_owned(),
            role: Role::Admin,
            collections: None,
            expires: None,
            digest: Digest::of(secret),
            limit: None,
        }
    }

    /// Whether it has ended.
    pub fn is_expired(&self) -> bool {
        self.expires.is_some_and(|end| end <= Timestamp::now())
    }

    /// The collections that its holder may see.
    pub fn sight(&self) -> Sight {
        self.collections.clone().map_or(Sight::All, Sight::Only)
    }
}

/// A limit of requests.
pub fn limit(per_second: NonZeroU32, burst: NonZeroU32) -> DefaultDirectRateLimiter {
    RateLimiter::direct(Quota::per_second(per_second).allow_burst(burst))
}

/// Reads the moment at which a key ends: a date and time as in RFC 3339, or a date, whose day in UTC
/// the key does not see.
///
/// # Errors
/// What it must be.
pub fn expiry(text: &str) -> Result<Timestamp, String> {
    let moment = text.parse().or_else(|_| {
        // A date alone: one with a time but no offset would be ambiguous.
        let day = jiff::civil::Date::strptime("%Y-%m-%d", text)?;
        format!("{day}T00:00:00Z").parse()
    });
    moment.map_err(|_: jiff::Error| {
        format!(
            "'{text}' is not a moment; write a date, such as 2027-01-01, or a date and time with \
             an offset, such as 2027-01-01T12:00:00Z"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_at_a_date_or_a_moment() {
        let new_year: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(expiry("2027-01-01"), Ok(new_year));
        assert_eq!(expiry("2027-01-01T01:00:00+01:00"), Ok(new_year));
        for unclear in ["2027-01-01T00:00:00", "2027-13-01", "soon", ""] {
            let why = expiry(unclear).unwrap_err();
            assert!(why.contains("2027-01-01T12:00:00Z"), "{why}");
        }
    }

    #[test]
    fn roles_are_ordered() {
        assert!(Role::Search < Role::Write && Role::Write < Role::Admin);
    }
}
