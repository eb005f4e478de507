//! The pieces that texts consist of, and a vector for each.
//!
//! The vector of a piece is the one that the model gives it if it reads the piece alone, as
//! `[CLS] piece [SEP]`. So these vectors belong to the model: they are made once, saved next to it,
//! and are the same for every text. They say how similar two words are, whatever words are around
//! them; `crate::search` uses them to compare queries and records word by word.

use std::io::{self, BufWriter};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::vocabulary::UNKNOWN;
use super::{Encoder, EncoderError, QueryEncoder, attribution, ids, no_vector, not_finite};
use crate::background;
use crate::locks::lock;
use crate::mapped::{MappedFile, SectionWriter};
use crate::vector::{Codes, Estimates, Point, PointQuery, normalise};

/// The file in a model's folder that contains the vectors of its pieces.
pub const FILE: &str = "pieces.idx";

/// Changes if the sections of the file change, or the way the vectors are made.
const FORMAT: u32 = 1;

/// How the name of the file begins while it is written.
pub(super) const UNFINISHED: &str = ".pieces-";

/// A larger vocabulary takes minutes: `parallax model` and `parallax serve` make its vectors, and
/// nothing else waits for them.
pub const FEW_PIECES: u32 = 65_536;

/// How many pieces are encoded together, and how many before other work gets its turn. A large
/// model takes about ten times as long for them as all-MiniLM-L6-v2.
const GROUP: usize = 42;
const CHUNK: usize = GROUP * 4;

/// How many pieces are compared with those of a query at a time: their codes stay in the
/// processor's cache meanwhile.
const BLOCK: usize = 64;

/// The similarities of a piece to those of a query are padded to a multiple of this many, so that
/// they can be compared in registers.
pub const LANES: usize = 8;

/// A vector for each piece of a vocabulary, with one byte per component.
pub struct PieceVectors {
    /// The row of a piece is its id.
    codes: Codes,
}

/// What a file of vectors of pieces was made from.
#[derive(Serialize, Deserialize, PartialEq)]
struct About {
    model: String,
    dimension: u32,
}

/// The vectors of a model's pieces, once they have been made, and where they are saved.
pub(super) struct Kept {
    folder: PathBuf,
    /// One more than the largest id of a piece.
    count: u32,
    vectors: OnceLock<PieceVectors>,
    /// Held while they are made.
    making: Mutex<()>,
}

impl PieceVectors {
    /// The vectors of pieces, given one after another in order of id.
    pub fn new(dimension: usize, vectors: &[f32]) -> Self {
        Self {
            codes: Codes::new(dimension, vectors),
        }
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// How similar two pieces are: their cosine, or 0 if it is negative. A piece and itself have
    /// exactly 1. An unknown piece is similar only to itself.
    #[inline]
    pub fn similarity(&self, one: u32, other: u32) -> f32 {
        if one == other {
            return 1.0;
        }
        let cosine = Point::new(&self.codes, one).cosine(&Point::new(&self.codes, other));
        cosine.clamp(0.0, 1.0)
    }

    /// How similar pieces are to those of a query: a row for each piece, with a number for each piece
    /// of the query and zeros up to a multiple of [`LANES`]. These are the same numbers as those of
    /// [`Self::similarity`], several times as fast.
    pub fn similarities(&self, query: &[u32], pieces: &[u32]) -> Vec<f32> {
        let width = query.len().next_multiple_of(LANES);
        let of_query = query.iter().map(|&of| {
            let code = Point::new(&self.codes, of);
            (of, PointQuery::new(&code, self.codes.width()))
        });
        let of_query: Vec<(u32, PointQuery)> = of_query.collect();
        let mut similarities = vec![0.0; width * pieces.len()];
        let mut estimates = Estimates::default();
        let mut steps = Vec::with_capacity(BLOCK);
        let blocks = similarities.chunks_mut(BLOCK * width.max(1));
        for (rows, pieces) in blocks.zip(pieces.chunks(BLOCK)) {
            self.codes.steps(pieces, &mut steps);
            for (at, (of, code)) in of_query.iter().enumerate() {
                code.cosines(&self.codes, (pieces, &steps), &mut estimates);
                // Apart from putting them into a column, so that several are computed at a time.
                for (cosine, piece) in estimates.cosines.iter_mut().zip(pieces) {
                    *cosine = if piece == of {
                        1.0
                    } else {
                        cosine.clamp(0.0, 1.0)
                    };
                }
                let column = rows.iter_mut().skip(at).step_by(width);
                for (similarity, &cosine) in column.zip(&estimates.cosines) {
                    *similarity = cosine;
                }
            }
        }
        similarities
    }
}

impl Kept {
    pub(super) fn new(folder: PathBuf, count: u32) -> Self {
        Self {
            folder,
            count,
            vectors: OnceLock::new(),
            making: Mutex::new(()),
        }
    }
}

impl Encoder {
    /// The ids of the pieces of a text that the model reads, in order, without those that stand for
    /// unknown text.
    ///
    /// # Errors
    /// [`EncoderError::Tokenizer`] if the tokenizer fails on the text.
    pub fn pieces(&self, text: &str) -> Result<Vec<u32>, EncoderError> {
        let failed = |error: tokenizers::Error| EncoderError::Tokenizer(error.to_string());
        let encoding = self.tokenizer.encode_fast(text, false).map_err(failed)?;
        let unknown = self.unknown();
        let read = encoding.get_ids().iter().copied().take(self.room);
        Ok(read.filter(|id| !unknown.contains(&Some(*id))).collect())
    }

    /// The same, each with the place of its word in the text.
    ///
    /// # Errors
    /// As for [`Encoder::pieces`].
    pub fn placed_pieces(&self, text: &str) -> Result<Vec<(u32, Range<usize>)>, EncoderError> {
        let encoding = self.placed_tokens(text)?;
        let unknown = self.unknown();
        let tokens = attribution::tokens(&encoding, "", text);
        let mut words: Vec<(Option<u32>, Range<usize>)> = Vec::new();
        let mut pieces: Vec<(u32, usize)> = Vec::new();
        for (token, &id) in tokens.zip(encoding.get_ids()) {
            if token.word.is_none() {
                continue;
            }
            match words.last_mut() {
                Some((word, range)) if *word == token.word => range.end = token.bytes.end,
                _ => words.push((token.word, token.bytes)),
            }
            if !unknown.contains(&Some(id)) {
                pieces.push((id, words.len() - 1));
            }
        }
        let pieces = pieces.into_iter();
        let placed = pieces.filter_map(|(id, word)| Some((id, words.get(word)?.1.clone())));
        Ok(placed.collect())
    }

    /// The ids of the tokens for unknown text; `None` for those that are not in the vocabulary.
    fn unknown(&self) -> [Option<u32>; UNKNOWN.len()] {
        UNKNOWN.map(|token| self.tokenizer.token_to_id(token))
    }

    /// How many pieces the vocabulary has: one more than the largest id.
    pub fn piece_count(&self) -> u32 {
        self.pieces.count
    }

    /// The vectors of the pieces; `None` until they have been made.
    pub fn piece_vectors(&self) -> Option<&PieceVectors> {
        self.pieces.vectors.get()
    }

    /// Reads the vectors of the pieces from their file, if there is one that belongs to the model.
    pub(super) fn load_piece_vectors(&self) {
        match self.read_piece_vectors() {
            Ok(read) => {
                let _ = self.pieces.vectors.set(read);
            }
            Err(reason) => tracing::debug!(reason, "no vectors of pieces are loaded"),
        }
    }

    /// Makes the vectors of the pieces on the current rayon pool, unless they exist already, and
    /// saves them in the model's folder. If they cannot be saved, they are kept in memory only.
    /// This takes a few seconds for all-MiniLM-L6-v2, and minutes for a large vocabulary.
    ///
    /// # Errors
    /// As for [`Encoder::encode`], except that a piece that the model cannot read is not an error.
    pub fn make_piece_vectors(&self) -> Result<(), EncoderError> {
        self.make_piece_vectors_with(|work| work())
    }

    fn make_piece_vectors_with(
        &self,
        on: impl Fn(&(dyn Fn() -> Codes + Sync)) -> Codes,
    ) -> Result<(), EncoderError> {
        let _held = lock(&self.pieces.making);
        if self.piece_vectors().is_some() {
            return Ok(());
        }
        let texts = self.piece_texts()?;
        let dimension = self.dimension;
        let (mut lines, mut scales) = (Vec::new(), Vec::new());
        // Part by part, so that other work gets its turn on the same threads.
        let pieces: Vec<u32> = (0..self.pieces.count).collect();
        for pieces in pieces.chunks(CHUNK) {
            let codes = on(&|| {
                let groups = pieces.par_chunks(GROUP);
                let vectors = groups.map(|group| self.vectors_alone(group, &texts));
                let vectors: Vec<Vec<f32>> = vectors.collect();
                Codes::new(dimension, &vectors.concat())
            });
            lines.extend_from_slice(codes.lines());
            scales.extend_from_slice(codes.scales());
        }
        // Their digest is never used.
        let codes = Codes::of_parts(dimension, lines.into(), scales.into(), 0);
        let made = PieceVectors {
            codes: codes.ok_or_else(no_vector)?,
        };
        if let Err(error) = self.save_piece_vectors(&made, dimension) {
            let folder = self.pieces.folder.display();
            tracing::info!(%folder, %error, "the vectors of pieces are not saved");
        }
        let _ = self.pieces.vectors.set(made);
        Ok(())
    }

    /// The unit vectors of pieces that are encoded alone, one after another. If the model cannot
    /// read a piece, because its table of embeddings is shorter than the vocabulary, the vector is
    /// zero: the piece is similar only to itself.
    fn vectors_alone(&self, pieces: &[u32], texts: &PieceTexts) -> Vec<f32> {
        let alone: Vec<Vec<i64>> = pieces.iter().map(|&id| texts.of(id)).collect();
        let alone: Vec<&[i64]> = alone.iter().map(Vec::as_slice).collect();
        let before = texts.before.len();
        let tokens = before + 1 + texts.after.len();
        let own = |rows: &[f32]| {
            let own = own_row(rows, tokens, before);
            Ok(own.unwrap_or_else(|_| vec![0.0; self.dimension]))
        };
        match self.token_vectors(&alone, own) {
            Ok(vectors) => vectors.concat(),
            // At least one of them cannot be read.
            Err(_) if pieces.len() > 1 => {
                let each = pieces.chunks(1);
                each.flat_map(|piece| self.vectors_alone(piece, texts))
                    .collect()
            }
            Err(_) => vec![0.0; self.dimension],
        }
    }

    /// The tokens around each piece of the vocabulary when it is encoded alone.
    fn piece_texts(&self) -> Result<PieceTexts, EncoderError> {
        let encoding = self.placed_tokens("a")?;
        let all = ids(&encoding);
        let special = encoding.get_special_tokens_mask();
        let text = |of: &u32| *of == 0;
        let first = special.iter().position(text).unwrap_or(0);
        let after = special.iter().rposition(text).map_or(0, |last| last + 1);
        Ok(PieceTexts {
            before: all.get(..first).unwrap_or_default().to_vec(),
            after: all.get(after..).unwrap_or_default().to_vec(),
        })
    }

    fn about_pieces(&self, dimension: usize) -> About {
        About {
            model: self.model_hash().to_owned(),
            dimension: dimension as u32,
        }
    }

    fn read_piece_vectors(&self) -> Result<PieceVectors, String> {
        let file = MappedFile::open(&self.pieces.folder.join(FILE), FORMAT)?;
        let about: About = postcard::from_bytes(file.about()).map_err(|error| error.to_string())?;
        let dimension = about.dimension as usize;
        if about != self.about_pieces(dimension) {
            return Err("they are of another model".into());
        }
        // The file is small enough to be read completely, so that damage is found here.
        for section in ["codes", "scales"] {
            file.checked(section)?;
        }
        let (lines, scales) = (file.values("codes")?, file.values("scales")?);
        let codes = Codes::of_parts(dimension, lines, scales, 0);
        let codes = codes.ok_or("its parts contradict each other")?;
        Ok(PieceVectors { codes })
    }

    /// The file is written under another name first. It does not have to be durable: a damaged file
    /// is made again.
    fn save_piece_vectors(&self, made: &PieceVectors, dimension: usize) -> io::Result<()> {
        let folder = &self.pieces.folder;
        let about = postcard::to_stdvec(&self.about_pieces(dimension)).map_err(io::Error::other)?;
        let mut file = builder().tempfile_in(folder)?;
        let mut writer = SectionWriter::new(BufWriter::new(file.as_file_mut()), FORMAT, about)?;
        writer.section("codes", made.codes.lines().as_bytes())?;
        writer.section("scales", made.codes.scales().as_bytes())?;
        writer.finish()?;
        file.persist(folder.join(FILE))?;
        Ok(())
    }
}

impl QueryEncoder {
    /// Makes the vectors of the pieces in the background, unless they exist already: see
    /// [`Encoder::make_piece_vectors`]. In the meantime, queries are ranked without them.
    pub fn make_piece_vectors_soon(self: &Arc<Self>) {
        if self.encoder().piece_vectors().is_some() {
            return;
        }
        let own = Arc::clone(self);
        let work = move || {
            let made = own
                .encoder()
                .make_piece_vectors_with(|work| background::encode(work));
            if let Err(error) = made {
                tracing::warn!(%error, "the vectors of pieces cannot be made");
            }
        };
        let started = std::thread::Builder::new()
            .name("pieces".into())
            .spawn(work);
        if let Err(error) = started {
            tracing::warn!(%error, "the vectors of pieces are not made");
        }
    }
}

/// Everyone may read the file, like those of the model.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

/// The tokens before and after a piece when it is encoded alone.
struct PieceTexts {
    before: Vec<i64>,
    after: Vec<i64>,
}

impl PieceTexts {
    fn of(&self, piece: u32) -> Vec<i64> {
        let piece = i64::from(piece);
        let around = self.before.iter().copied().chain([piece]);
        around.chain(self.after.iter().copied()).collect()
    }
}

/// The unit vector of one token of a text, given the vectors of all its tokens.
fn own_row(rows: &[f32], tokens: usize, at: usize) -> Result<Vec<f32>, EncoderError> {
    let width = rows.len() / tokens.max(1);
    let row = rows.get(at * width..(at + 1) * width);
    let mut row = row.ok_or_else(not_finite)?.to_vec();
    normalise(&mut row).map_err(|_| not_finite())?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarities_are_between_nothing_and_one() {
        let vectors = PieceVectors::new(2, &[1.0, 0.0, 0.6, 0.8, -1.0, 0.0]);
        assert_eq!(vectors.len(), 3);
        assert!((vectors.similarity(0, 1) - 0.6).abs() < 0.01);
        assert_eq!(vectors.similarity(0, 2), 0.0);
        assert_eq!(vectors.similarity(1, 1), 1.0);
        // An id beyond the vocabulary, as in a damaged file.
        assert_eq!(vectors.similarity(0, 9), 0.0);
        assert_eq!(vectors.similarity(9, 9), 1.0);
    }

    #[test]
    fn many_pieces_are_as_similar_as_each_pair() {
        // More than are compared at a time, in no order.
        let numbers = (0..200 * 70).map(|at| (at as f32 * 1.7).sin());
        let vectors = PieceVectors::new(70, &numbers.collect::<Vec<f32>>());
        // Ids beyond the vocabulary, as in a damaged file.
        let pieces: Vec<u32> = (0..210).map(|at| at * 37 % 210).collect();
        let query = [3, 150, 3, 205];
        let all = vectors.similarities(&query, &pieces);
        let rows = all.chunks_exact(LANES);
        let all: Vec<f32> = rows.flat_map(|row| &row[..query.len()]).copied().collect();
        let pairs = pieces
            .iter()
            .flat_map(|&piece| query.map(|of| vectors.similarity(of, piece)));
        assert_eq!(all, pairs.collect::<Vec<f32>>());
        assert!(vectors.similarities(&[], &pieces).is_empty());
        assert!(vectors.similarities(&query, &[]).is_empty());
    }

    #[test]
    fn the_vector_of_the_piece_itself_is_taken() {
        let rows = [9.0, 9.0, 3.0, 4.0, 7.0, 7.0];
        let row = own_row(&rows, 3, 1).unwrap();
        assert!((row[0] - 0.6).abs() < 1e-6 && (row[1] - 0.8).abs() < 1e-6);
        assert!(own_row(&rows, 3, 3).is_err());
        assert!(own_row(&[0.0; 6], 3, 1).is_err());
    }
}
