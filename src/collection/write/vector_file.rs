//! Vectors made before, read row by row beside the lines of the file they belong to.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::Vector;
use crate::error::{Error, Result};
use crate::npy;
use crate::vector::normalise;

/// An open `.npy` file of f32 [n, 384].
pub struct VectorFile {
    path: PathBuf,
    rows: npy::Reader<BufReader<File>>,
    read: usize,
}

impl VectorFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`Error::Npy`].
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            rows: npy::Reader::open(path).map_err(Error::npy(path))?,
            read: 0,
        })
    }

    /// The next row; `None` past the last.
    ///
    /// # Errors
    /// [`Error::Npy`] where the file is cut short.
    pub fn next_row(&mut self) -> Result<Option<Vector>> {
        self.read += 1;
        self.rows.next().transpose().map_err(Error::npy(&self.path))
    }

    /// The row read last, at unit length.
    ///
    /// # Errors
    /// [`Error::Import`] for a row without a direction, naming it.
    pub fn unit(&self, mut vector: Vector) -> Result<Vector> {
        normalise(&mut vector)
            .map_err(|why| Error::import(&self.path, format!("row {}: {why}", self.read)))?;
        Ok(vector)
    }

    /// How many rows the file has.
    pub fn rows(&self) -> usize {
        self.rows.expected()
    }
}
