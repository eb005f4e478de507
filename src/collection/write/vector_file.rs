//! Reads precomputed vectors row by row, in step with the lines of their file.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::Vector;
use crate::error::{Error, Result};
use crate::npy;
use crate::vector::normalise;

/// An open `.npy` file of f32 [n, width].
pub struct VectorFile {
    path: PathBuf,
    rows: npy::Reader<BufReader<File>>,
    read: usize,
    whole_texts: bool,
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
            whole_texts: false,
        })
    }

    /// The same file, used only for texts that are encoded as a whole: with passages, a text that
    /// is too long is split and encoded.
    pub fn for_whole_texts(self) -> Self {
        Self {
            whole_texts: true,
            ..self
        }
    }

    /// Whether the vectors stand for texts as a whole only; see [`VectorFile::for_whole_texts`].
    pub fn is_for_whole_texts(&self) -> bool {
        self.whole_texts
    }

    /// The next row; `None` after the last.
    ///
    /// # Errors
    /// [`Error::Npy`] if the file is truncated.
    pub fn next_row(&mut self) -> Result<Option<Vector>> {
        self.read += 1;
        self.rows.next().transpose().map_err(Error::npy(&self.path))
    }

    /// The last row read, scaled to unit length.
    ///
    /// # Errors
    /// [`Error::Import`] for a row without a direction, with its number.
    pub fn unit(&self, mut vector: Vector) -> Result<Vector> {
        normalise(&mut vector)
            .map_err(|why| Error::import(&self.path, format!("row {}: {why}", self.read)))?;
        Ok(vector)
    }

    /// Checks that its vectors have the width of a collection's.
    ///
    /// # Errors
    /// [`Error::Import`].
    pub fn check_width(&self, dimension: usize) -> Result<()> {
        let found = self.rows.width();
        if found == dimension || self.rows() == 0 {
            return Ok(());
        }
        let message = format!(
            "its vectors have {found} components, those of the collection's model {dimension}; \
             give vectors of that model, or name the one they were made with by --model"
        );
        Err(Error::import(&self.path, message))
    }

    /// The number of rows in the file.
    pub fn rows(&self) -> usize {
        self.rows.expected()
    }
}
