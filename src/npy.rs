//! Vectors in numpy's `.npy` format: f32, little endian, row order, shape `[n, width]`.
//!
//! Reads versions 1.0 and 2.0 of the format and writes 1.0, which every numpy reads. A
//! file of another type or order is refused with what it holds; nothing is converted. Whether the
//! width is the wanted one is for the caller to check: see [`Reader::width`].

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::Path;

use crate::Vector;
use crate::vector::MAX_DIMENSION;

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// numpy writes headers of about 120 bytes; a longer one than this is not one of our arrays.
const MAX_HEADER: usize = 64 * 1024;
/// The data begins at a multiple of this many bytes.
const ALIGNMENT: usize = 64;

/// Why a `.npy` file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum NpyError {
    /// The file could not be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not an f32 array of shape `[n, width]`.
    #[error("not a .npy file of f32 vectors, one a row: {0}")]
    Format(String),
    /// The vectors that are written have different widths.
    #[error("vector {row} has {found} components, those before it have {expected}")]
    Width {
        /// The vector, from 1.
        row: usize,
        /// Its components.
        found: usize,
        /// Those of the first.
        expected: usize,
    },
    /// The file ends before its last vector.
    #[error("the file is cut short: it holds {found} of {expected} vectors")]
    Truncated {
        /// Whole vectors read before the end.
        found: usize,
        /// Vectors the header promises.
        expected: usize,
    },
}

/// All vectors of a file.
///
/// # Errors
/// As for [`Reader::open`], and [`NpyError::Truncated`].
pub fn read(path: &Path) -> Result<Vec<Vector>, NpyError> {
    Reader::open(path)?.collect()
}

/// Writes vectors as a `.npy` file. All have the width of the first.
///
/// # Errors
/// [`NpyError::Io`] if the output fails; [`NpyError::Width`].
pub fn write(out: impl Write, vectors: &[impl AsRef<[f32]>]) -> Result<(), NpyError> {
    let width = vectors.first().map_or(0, |first| first.as_ref().len());
    let mut writer = Writer::new(out, vectors.len(), width)?;
    for vector in vectors {
        writer.push(vector.as_ref())?;
    }
    writer.finish()
}

/// Writes the vectors of a file one by one.
pub struct Writer<W> {
    out: W,
    width: usize,
    expected: usize,
    written: usize,
}

impl<W: Write> Writer<W> {
    /// Begins a file of so many vectors of a width.
    ///
    /// # Errors
    /// [`NpyError::Io`] if the output fails.
    pub fn new(mut out: W, vectors: usize, width: usize) -> Result<Self, NpyError> {
        out.write_all(&header(vectors, width))?;
        Ok(Self {
            out,
            width,
            expected: vectors,
            written: 0,
        })
    }

    /// Writes the next vector.
    ///
    /// # Errors
    /// [`NpyError::Io`] if the output fails; [`NpyError::Width`] for a vector of another width.
    pub fn push(&mut self, vector: &[f32]) -> Result<(), NpyError> {
        if vector.len() != self.width {
            return Err(NpyError::Width {
                row: self.written + 1,
                found: vector.len(),
                expected: self.width,
            });
        }
        let bytes: Vec<u8> = vector.iter().flat_map(|n| n.to_le_bytes()).collect();
        self.out.write_all(&bytes)?;
        self.written += 1;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`NpyError::Io`] if the output fails; [`NpyError::Truncated`] if fewer or more vectors
    /// were written than announced.
    pub fn finish(mut self) -> Result<(), NpyError> {
        if self.written != self.expected {
            return Err(NpyError::Truncated {
                found: self.written,
                expected: self.expected,
            });
        }
        self.out.flush()?;
        Ok(())
    }
}

/// Reads the vectors of a file one by one. After an error it ends.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    width: usize,
    expected: usize,
    found: usize,
    failed: bool,
}

impl Reader<BufReader<File>> {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`NpyError::Io`] or [`NpyError::Format`].
    pub fn open(path: &Path) -> Result<Self, NpyError> {
        Self::new(BufReader::new(File::open(path)?))
    }
}

impl<R: Read> Reader<R> {
    /// Reads the header of an input.
    ///
    /// # Errors
    /// [`NpyError::Io`] or [`NpyError::Format`].
    pub fn new(mut input: R) -> Result<Self, NpyError> {
        let header = read_header(&mut input).map_err(|error| match error {
            NpyError::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
                NpyError::Format("it ends within its header".into())
            }
            other => other,
        })?;
        let (expected, width) = shape(&header)?;
        Ok(Self {
            input,
            width,
            expected,
            found: 0,
            failed: false,
        })
    }

    /// How many vectors the header promises.
    pub fn expected(&self) -> usize {
        self.expected
    }

    /// The components of each vector; 0 only if there are none.
    pub fn width(&self) -> usize {
        self.width
    }

    fn vector(&mut self) -> Result<Vector, NpyError> {
        let mut bytes = vec![0; self.width * size_of::<f32>()];
        self.input.read_exact(&mut bytes).map_err(|error| {
            if error.kind() == ErrorKind::UnexpectedEof {
                NpyError::Truncated {
                    found: self.found,
                    expected: self.expected,
                }
            } else {
                error.into()
            }
        })?;
        let numbers = bytes.as_chunks().0.iter();
        Ok(numbers.map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Vector, NpyError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.found == self.expected {
            return None;
        }
        let vector = self.vector();
        self.failed = vector.is_err();
        self.found += 1;
        Some(vector)
    }
}

/// The header's text: a Python dictionary.
fn read_header(input: &mut impl Read) -> Result<String, NpyError> {
    let mut start = [0; 8];
    input.read_exact(&mut start)?;
    let [magic @ .., major, minor] = start;
    if magic != *MAGIC {
        return Err(NpyError::Format("it does not begin as one".into()));
    }
    let length = match (major, minor) {
        (1, 0) => {
            let mut length = [0; 2];
            input.read_exact(&mut length)?;
            usize::from(u16::from_le_bytes(length))
        }
        (2, 0) => {
            let mut length = [0; 4];
            input.read_exact(&mut length)?;
            u32::from_le_bytes(length) as usize
        }
        _ => {
            return Err(NpyError::Format(format!(
                "it has version {major}.{minor} of the format, expected 1.0 or 2.0"
            )));
        }
    };
    if length > MAX_HEADER {
        return Err(NpyError::Format(format!("its header has {length} bytes")));
    }
    let mut header = vec![0; length];
    input.read_exact(&mut header)?;
    String::from_utf8(header).map_err(|_| NpyError::Format("its header is not text".into()))
}

/// The number of rows and their width, after a check of everything else the header says.
fn shape(header: &str) -> Result<(usize, usize), NpyError> {
    let kind = field(header, "descr", ',')?.trim_matches(['\'', '"']);
    if kind != "<f4" {
        return Err(NpyError::Format(format!(
            "its numbers are of type {kind}, expected <f4 (f32, little endian)"
        )));
    }
    if field(header, "fortran_order", ',')? != "False" {
        return Err(NpyError::Format(
            "it is stored in column order; save it with numpy.ascontiguousarray".into(),
        ));
    }
    let shape = field(header, "shape", ')')?.trim_start_matches('(');
    let sizes: Vec<&str> = shape
        .split(',')
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect();
    let sizes: Vec<Option<usize>> = sizes.iter().map(|size| size.parse().ok()).collect();
    match sizes.as_slice() {
        [Some(rows), Some(width)] if (1..=MAX_DIMENSION).contains(width) || *rows == 0 => {
            Ok((*rows, *width))
        }
        _ => Err(NpyError::Format(format!(
            "its shape is ({shape}), expected (n, width) with a width of 1 to {MAX_DIMENSION}"
        ))),
    }
}

/// What follows a key of the header, up to the character that ends it.
fn field<'a>(header: &'a str, key: &str, end: char) -> Result<&'a str, NpyError> {
    header
        .split_once(&format!("'{key}':"))
        .and_then(|(_, rest)| rest.split_once(end))
        .map(|(value, _)| value.trim())
        .ok_or_else(|| NpyError::Format(format!("its header lacks {key}")))
}

/// Magic, version, length and dictionary, padded so that the data is aligned.
fn header(rows: usize, width: usize) -> Vec<u8> {
    let fields =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {width}), }}");
    // Ten bytes come before the dictionary, one line end after it.
    let total = (10 + fields.len() + 1).next_multiple_of(ALIGNMENT);
    let length = total - 10;
    let mut header = MAGIC.to_vec();
    header.extend([1, 0]);
    // The longest number of rows leaves the dictionary well under 128 bytes.
    header.extend((length as u16).to_le_bytes());
    header.extend(format!("{fields:<width$}\n", width = length - 1).into_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Vector> {
        let row = |start: usize| (start..start + 384).map(|i| i as f32 * 0.5 - 3.0);
        [0, 100, 7].map(|start| row(start).collect()).to_vec()
    }

    fn bytes(vectors: &[Vector]) -> Vec<u8> {
        let mut bytes = vec![];
        write(&mut bytes, vectors).unwrap();
        bytes
    }

    fn read_bytes(bytes: &[u8]) -> Result<Vec<Vector>, NpyError> {
        Reader::new(bytes)?.collect()
    }

    /// A file with another dictionary, and no data.
    fn with_header(version: u8, fields: &str) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        match version {
            1 => bytes.extend((fields.len() as u16).to_le_bytes()),
            _ => bytes.extend((fields.len() as u32).to_le_bytes()),
        }
        bytes.extend(fields.as_bytes());
        bytes
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(read_bytes(&bytes(&sample())).unwrap(), sample());
        assert_eq!(read_bytes(&bytes(&[])).unwrap(), Vec::<Vector>::new());
    }

    #[test]
    fn the_header_is_numpys_own() {
        let bytes = bytes(&sample());
        assert_eq!(bytes.len(), 128 + 3 * 384 * 4);
        let fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 384), }";
        let expected = format!("{fields:<117}\n");
        assert_eq!(&bytes[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(&bytes[10..128], expected.as_bytes());
    }

    #[test]
    fn every_width_up_to_the_largest_is_read() {
        for width in [1, 2, 3, 768, MAX_DIMENSION] {
            let vectors = [vec![0.5; width], vec![-2.0; width]];
            let mut bytes = Vec::new();
            write(&mut bytes, &vectors).unwrap();
            let reader = Reader::new(&bytes[..]).unwrap();
            assert_eq!((reader.width(), reader.expected()), (width, 2));
            let read: Result<Vec<Vector>, _> = reader.collect();
            assert_eq!(read.unwrap(), vectors.map(Vector::from));
        }
    }

    #[test]
    fn vectors_of_different_widths_are_not_written() {
        let error = write(Vec::new(), &[vec![1.0; 3], vec![1.0; 4]]).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("vector 2 has 4 components"), "{error}");
    }

    #[test]
    fn version_two_is_read() {
        let fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 384), }\n";
        let mut bytes = with_header(2, fields);
        bytes.extend([0; 384 * 4]);
        assert_eq!(read_bytes(&bytes).unwrap(), [vec![0.0; 384].into()]);
    }

    #[test]
    fn other_arrays_are_refused_with_what_they_hold() {
        for (fields, said) in [
            (
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 384), }",
                "<f8",
            ),
            (
                "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 384), }",
                ">f4",
            ),
            (
                "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 384), }",
                "column order",
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4097), }",
                "(1, 4097)",
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0), }",
                "(1, 0)",
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (384,), }",
                "(384,)",
            ),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 384), }",
                "(-1, 384)",
            ),
            (
                "{'fortran_order': False, 'shape': (1, 384), }",
                "lacks descr",
            ),
        ] {
            let error = read_bytes(&with_header(1, fields)).unwrap_err().to_string();
            assert!(error.contains(said), "{fields}: {error}");
        }
    }

    #[test]
    fn what_is_no_npy_file_is_refused() {
        for bytes in [
            &b""[..],
            b"\x93NUM",
            b"PK\x03\x04 a zip file",
            b"\x93NUMPY\x09\x00  ",
        ] {
            assert!(matches!(read_bytes(bytes), Err(NpyError::Format(_))));
        }
    }

    #[test]
    fn a_file_cut_short_says_how_much_it_holds() {
        let bytes = bytes(&sample());
        let error = read_bytes(&bytes[..bytes.len() - 1]).unwrap_err();
        assert!(
            matches!(
                error,
                NpyError::Truncated {
                    found: 2,
                    expected: 3
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_promise_of_too_many_vectors_takes_no_memory() {
        let fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999, 384), }";
        let error = read_bytes(&with_header(1, fields)).unwrap_err();
        assert!(
            matches!(error, NpyError::Truncated { found: 0, .. }),
            "{error}"
        );
    }
}
