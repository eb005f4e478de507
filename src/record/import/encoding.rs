//! Text in any common encoding, as UTF-8. A byte-order mark tells it for certain. Without
//! one, text is UTF-8 unless its bytes are plainly not, and then whichever encoding makes
//! the likeliest text of them. In UTF-8 single bytes that are none pass as they are: they
//! cost whoever reads them the line they stand in, never the file.

use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE, UTF_16LE};

use super::input::Input;
use super::notes::Notes;

/// So many bytes at the beginning tell whether there is a mark, and what has none.
pub const LOOKED_AT: usize = 256;

/// How far is looked ahead from the first byte that is no ASCII.
const WINDOW: usize = 1 << 20;

/// So many letters beyond ASCII tell an encoding for the rest of a file; fewer tell it as
/// far as was looked.
const ENOUGH: usize = 16;

/// How much is decoded at once.
const CHUNK: usize = 1 << 14;

/// What stands at the beginning of a text.
pub struct Mark {
    /// What to read it as, where that is certain.
    pub encoding: Option<&'static Encoding>,
    /// Bytes of the mark itself.
    pub length: usize,
}

/// Looks for a byte-order mark; without one, UTF-16 is known by the zeros beside its ASCII
/// letters.
pub fn mark(beginning: &[u8]) -> Mark {
    let (encoding, length) = match beginning {
        [0xef, 0xbb, 0xbf, ..] => (None, 3),
        [0xff, 0xfe, ..] => (Some(UTF_16LE), 2),
        [0xfe, 0xff, ..] => (Some(UTF_16BE), 2),
        _ => {
            let pairs = beginning.as_chunks::<2>().0;
            let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
            let (first, second) = (zeros(0), zeros(1));
            let most = pairs.len() / 2;
            let encoding = if second > most && first == 0 {
                Some(UTF_16LE)
            } else if first > most && second == 0 {
                Some(UTF_16BE)
            } else {
                None
            };
            (encoding, 0)
        }
    };
    Mark { encoding, length }
}

/// What a stretch of bytes seems to be.
enum Guess {
    Utf8,
    Other {
        encoding: &'static Encoding,
        /// How many places there are in it that are no UTF-8.
        told_by: usize,
    },
}

/// Judges bytes, some of which are no ASCII. Text in another encoding is hardly ever valid
/// UTF-8 by chance: where most of what is beyond ASCII is valid, the rest is damage.
fn guess(bytes: &[u8]) -> Guess {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // The last letter may be cut.
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        bad = 0;
    }
    if bad == 0 || good >= bad {
        return Guess::Utf8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    if bad < ENOUGH && !makes_sense(bytes, encoding) {
        return Guess::Utf8;
    }
    Guess::Other {
        encoding,
        told_by: bad,
    }
}

/// Whether each of a few bytes beyond ASCII is a letter or a usual mark, and none is damage.
fn makes_sense(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if !encoding.is_single_byte() {
        return true;
    }
    let usual = |c: char| c.is_alphabetic() || USUAL_MARKS.contains(c);
    let mut beyond = bytes.iter().filter(|byte| !byte.is_ascii());
    beyond.all(|&byte| {
        let (text, unreadable) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
        // As a letter 0xff is hardly ever used; as damage it is common.
        byte != 0xff && !unreadable && text.chars().all(usual)
    })
}

/// What stands between words in texts of all kinds.
const USUAL_MARKS: &str = "‘’“”„–—…•€£¥§°©®™«»¿¡·±½¼²³\u{a0}";

/// A text held as a whole, with what was noticed about its encoding.
///
/// # Errors
/// That it is no UTF-8, where there is too little of it to tell what it is.
pub fn decoded(bytes: &[u8]) -> Result<(String, Option<String>), String> {
    let Mark { encoding, length } = mark(&bytes[..bytes.len().min(LOOKED_AT)]);
    let bytes = &bytes[length..];
    let encoding = match encoding {
        Some(encoding) => encoding,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok((text.to_owned(), None)),
            Err(_) => match guess(bytes) {
                Guess::Utf8 => {
                    let text = String::from_utf8_lossy(bytes).into_owned();
                    return Ok((text, Some(UNREADABLE.into())));
                }
                Guess::Other { encoding, told_by } => {
                    // A wrong guess spoils a short text, and a few letters in a long one.
                    if told_by < ENOUGH && told_by * 100 > bytes.len() {
                        return Err(format!(
                            "this is no UTF-8, and too short to tell its encoding for certain \
                             (perhaps {}); save the file as UTF-8",
                            encoding.name()
                        ));
                    }
                    encoding
                }
            },
        },
    };
    let (text, unreadable) = encoding.decode_without_bom_handling(bytes);
    let mut note = read_as(encoding);
    if unreadable {
        note = format!("{note} {UNREADABLE}");
    }
    Ok((text.into_owned(), Some(note)))
}

fn read_as(encoding: &'static Encoding) -> String {
    format!("The text was read as {}.", encoding.name())
}

const UNREADABLE: &str = "Some of it could not be read and shows as \u{fffd}.";

/// An input's bytes as UTF-8, as they are read.
pub struct Utf8 {
    input: Input,
    how: How,
    notes: Notes,
    /// What was decoded and not read yet.
    decoded: String,
    given: usize,
}

enum How {
    /// All is ASCII so far.
    Undecided,
    AsItIs,
    Decoded {
        decoder: Box<Decoder>,
        /// Bytes left to read this way; all of them where it is certain.
        left: Option<usize>,
    },
}

impl How {
    fn decoded(encoding: &'static Encoding, left: Option<usize>) -> Self {
        let decoder = Box::new(encoding.new_decoder_without_bom_handling());
        Self::Decoded { decoder, left }
    }
}

impl Utf8 {
    /// Takes an input behind its mark, and what the mark said.
    pub fn new(input: Input, encoding: Option<&'static Encoding>, notes: Notes) -> Self {
        let how = encoding.map_or(How::Undecided, |encoding| {
            notes.say(read_as(encoding));
            How::decoded(encoding, None)
        });
        Self {
            input,
            how,
            notes,
            decoded: String::new(),
            given: 0,
        }
    }

    /// Looks ahead from a byte that is no ASCII.
    fn decide(&mut self) -> io::Result<()> {
        let ahead = self.input.peek(WINDOW)?;
        let whole = ahead.len() < WINDOW;
        self.how = match guess(ahead) {
            Guess::Utf8 => How::AsItIs,
            Guess::Other { encoding, told_by } => {
                let left = (!whole && told_by < ENOUGH).then_some(ahead.len());
                self.notes.say(read_as(encoding));
                How::decoded(encoding, left)
            }
        };
        Ok(())
    }

    /// Decodes some more; whether there was more.
    fn decode(&mut self) -> io::Result<bool> {
        let How::Decoded { decoder, left } = &mut self.how else {
            return Ok(false);
        };
        self.decoded.clear();
        self.given = 0;
        self.decoded.reserve(4 * CHUNK);
        let ahead = self.input.fill_buf()?;
        let last = ahead.is_empty();
        let most = left.unwrap_or(CHUNK).min(CHUNK).min(ahead.len());
        let (result, read, unreadable) =
            decoder.decode_to_string(&ahead[..most], &mut self.decoded, last);
        self.input.consume(read);
        if unreadable {
            self.notes.say(UNREADABLE);
        }
        if last && result == CoderResult::InputEmpty {
            // The decoder has been told the end and must not be asked again.
            self.how = How::AsItIs;
        } else if let Some(left) = left {
            *left -= read;
            if *left == 0 {
                self.how = How::Undecided;
            }
        }
        Ok(!last || !self.decoded.is_empty())
    }
}

impl Read for Utf8 {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.given < self.decoded.len() {
                let count = (&self.decoded.as_bytes()[self.given..]).read(into)?;
                self.given += count;
                return Ok(count);
            }
            match self.how {
                How::AsItIs => return self.input.read(into),
                How::Undecided => {
                    let ahead = self.input.fill_buf()?;
                    let beyond = ahead.iter().position(|byte| !byte.is_ascii());
                    let ascii = beyond.unwrap_or(ahead.len());
                    if ascii > 0 || ahead.is_empty() {
                        let count = (&ahead[..ascii]).read(into)?;
                        self.input.consume(count);
                        return Ok(count);
                    }
                    self.decide()?;
                }
                How::Decoded { .. } => {
                    if !self.decode()? {
                        return Ok(0);
                    }
                }
            }
        }
    }
}
