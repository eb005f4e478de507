//! Vectors of one width in f32, row by row.

use std::borrow::Cow;

use super::kernels::prefetch;
use crate::mapped::{FileRange, Values};

/// The widest vectors.
pub const MAX_DIMENSION: usize = 4_096;

/// Rows of as many f32 each.
#[derive(Clone, Default)]
pub struct Vectors {
    dimension: usize,
    source: Source,
}

#[derive(Clone)]
enum Source {
    /// In memory, or in a mapped file.
    Values(Values<f32>),
    /// Read from a file, row by row.
    File(FileRange),
}

impl Default for Source {
    fn default() -> Self {
        Self::Values(Values::default())
    }
}

impl Vectors {
    /// Rows of `dimension` numbers; `None` if they are no whole rows, or too wide.
    pub fn new(dimension: usize, values: Values<f32>) -> Option<Self> {
        let fits = are_rows(dimension, values.len() as u64);
        fits.then_some(Self {
            dimension,
            source: Source::Values(values),
        })
    }

    /// The same in a file.
    pub fn of_file(dimension: usize, range: FileRange) -> Option<Self> {
        let fits = range.length().is_multiple_of(4) && are_rows(dimension, range.length() / 4);
        fits.then_some(Self {
            dimension,
            source: Source::File(range),
        })
    }

    /// The number of components of each.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        let numbers = match &self.source {
            Source::Values(values) => values.len(),
            Source::File(range) => range.length() as usize / 4,
        };
        numbers.checked_div(self.dimension).unwrap_or(0)
    }

    /// The vector in a row.
    pub fn get(&self, row: u32) -> Option<Cow<'_, [f32]>> {
        let mut space = Vec::new();
        if let Source::Values(_) = self.source {
            return self.of_memory(row).map(Cow::Borrowed);
        }
        self.read(row, &mut space)?;
        Some(Cow::Owned(space))
    }

    /// The same with space that is used again.
    pub fn get_in<'a>(&'a self, row: u32, space: &'a mut Vec<f32>) -> Option<&'a [f32]> {
        match self.source {
            Source::Values(_) => self.of_memory(row),
            Source::File(_) => {
                self.read(row, space)?;
                Some(space)
            }
        }
    }

    /// Fetches a row that is in memory into the processor's cache.
    pub fn fetch(&self, row: u32) {
        let row = self.of_memory(row).unwrap_or_default();
        for number in row.iter().step_by(64 / size_of::<f32>()) {
            prefetch(number);
        }
    }

    fn of_memory(&self, row: u32) -> Option<&[f32]> {
        let Source::Values(values) = &self.source else {
            return None;
        };
        let start = row as usize * self.dimension;
        let row = values.get(start..start + self.dimension);
        row.filter(|row| !row.is_empty())
    }

    fn read(&self, row: u32, space: &mut Vec<f32>) -> Option<()> {
        let Source::File(range) = &self.source else {
            return None;
        };
        space.resize(self.dimension, 0.0);
        let at = u64::from(row) * self.dimension as u64 * 4;
        range
            .read(at, bytemuck::cast_slice_mut(space))
            .then_some(())
    }
}

fn are_rows(dimension: usize, numbers: u64) -> bool {
    match dimension {
        0 => numbers == 0,
        _ => dimension <= MAX_DIMENSION && numbers.is_multiple_of(dimension as u64),
    }
}
