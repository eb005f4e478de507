//! SHA-256, written as hexadecimal: what a model, a source file or a set of vectors is
//! known by.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// The digest of bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The digest of a file, in lower-case hexadecimal.
///
/// # Errors
/// If it cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    sha256_of(std::fs::File::open(path)?)
}

/// The digest of what a reader yields, in lower-case hexadecimal.
///
/// # Errors
/// Those of the reader.
pub fn sha256_of(mut reader: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok(hexadecimal(&hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

/// A short digest of several parts, to tell identical things: the first 64 bits of SHA-256.
/// Among a million different things two agree by chance about once in 40 million times.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a part; parts are kept apart, so that moving bytes from one to the next tells.
    pub fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// Adds numbers, to the bit.
    pub fn add_numbers(&mut self, numbers: &[f32]) {
        for number in numbers {
            self.0.update(number.to_le_bytes());
        }
    }

    /// The digest.
    pub fn finish(self) -> u64 {
        let digest = self.0.finalize();
        let first = digest.first_chunk::<8>().copied().unwrap_or_default();
        u64::from_le_bytes(first)
    }
}

/// Uses a fingerprint as its own hash: its bits are evenly distributed, and whoever writes records
/// cannot choose them.
#[derive(Default)]
pub struct FingerprintHasher(u64);

impl Hasher for FingerprintHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A set of fingerprints.
pub type Fingerprints = HashSet<u64, BuildHasherDefault<FingerprintHasher>>;

/// A map from fingerprints.
pub type ByFingerprint<V> = HashMap<u64, V, BuildHasherDefault<FingerprintHasher>>;

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_the_published_function() {
        // FIPS 180-4, example B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(sha256_of_file(&path).unwrap(), expected);
    }
}
