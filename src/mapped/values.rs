//! A slice of plain numbers that owns them or borrows them from a mapped file.

use std::marker::PhantomData;
use std::ops::Deref;

use bytemuck::{NoUninit, Pod};
use bytes::Bytes;

/// Numbers that are either in memory or in a mapped file. Cloning is cheap and copies nothing.
///
/// The bytes are those of the machine: index files are little-endian, and a machine of the other
/// order refuses them by their format (see [`super::MappedFile::open`]).
pub struct Values<T> {
    bytes: Bytes,
    kind: PhantomData<T>,
}

impl<T> Values<T> {
    /// No numbers.
    pub const fn empty() -> Self {
        Self {
            bytes: Bytes::new(),
            kind: PhantomData,
        }
    }
}

impl<T: Pod> Values<T> {
    /// Reads bytes as numbers, without copying. `None` if their address or number does not fit the
    /// type.
    pub fn of_bytes(bytes: Bytes) -> Option<Self> {
        bytemuck::try_cast_slice::<u8, T>(&bytes).ok()?;
        Some(Self {
            bytes,
            kind: PhantomData,
        })
    }

    /// The numbers as bytes, to be written to a file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T: Pod> Deref for Values<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // Checked when it was made, so the empty slice is never returned.
        bytemuck::try_cast_slice(&self.bytes).unwrap_or(&[])
    }
}

impl<T: Pod + Send + Sync> From<Vec<T>> for Values<T> {
    fn from(values: Vec<T>) -> Self {
        // `Bytes` of an empty owner may point anywhere, so no numbers have no owner.
        if values.is_empty() {
            return Self::empty();
        }
        Self {
            bytes: Bytes::from_owner(Owned(values)),
            kind: PhantomData,
        }
    }
}

struct Owned<T>(Vec<T>);

impl<T: NoUninit> AsRef<[u8]> for Owned<T> {
    fn as_ref(&self) -> &[u8] {
        bytemuck::cast_slice(&self.0)
    }
}

impl<T> Clone for Values<T> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            kind: PhantomData,
        }
    }
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Pod + PartialEq> PartialEq for Values<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Pod + std::fmt::Debug> std::fmt::Debug for Values<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}
