//! The secret of a key, and its hash, which is all that the service stores of it.
//!
//! The hash is SHA-256. A slow one such as argon2 protects passwords, which people choose from so few
//! that each can be tried. A key has 256 random bits, which nobody can try, and a slow hash would let
//! anybody who sends wrong keys occupy the processor.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, anyhow};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// What a new key begins with, so that tools that look for secrets in files recognise it.
const PREFIX: &str = "plx_";

/// The SHA-256 hash of a key or of a session's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Hashes a secret.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Compares in constant time.
    pub fn same(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", hex(&self.0))
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "sha256 is the 64 hexadecimal digits that `parallax key new` prints".into();
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Makes a secret of 256 random bits.
///
/// # Errors
/// If the operating system has no random numbers.
pub fn generate() -> Result<String> {
    Ok(format!("{PREFIX}{}", random_hex::<32>()?))
}

/// Makes so many random bytes, in hexadecimal.
///
/// # Errors
/// If the operating system has no random numbers.
pub fn random_hex<const BYTES: usize>() -> Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("there are no random numbers: {error}"))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_the_standard_one_and_survives_being_written() {
        // The test vector of FIPS 180 for "abc".
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of("abc").to_string(), known);
        assert_eq!(known.parse(), Ok(Digest::of("abc")));
        for wrong in ["", "ba78", &"g".repeat(64), &"ä".repeat(32)] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
        assert!(bool::from(Digest::of("abc").same(&Digest::of("abc"))));
        assert!(!bool::from(Digest::of("abc").same(&Digest::of("abd"))));
    }

    #[test]
    fn no_two_secrets_are_equal() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), PREFIX.len() + 64);
    }
}
