//! Converts text in any common encoding to UTF-8. A byte-order mark identifies the encoding for
//! certain. Without one, text is UTF-8 unless its bytes clearly are not; then the encoding that
//! gives the most plausible text is used. Single invalid bytes in UTF-8 pass unchanged: the reader
//! loses the line they are in, never the file.

use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE};

use super::input::Input;
use super::notes::Notes;

/// How many bytes are needed to detect a byte-order mark or its absence.
pub const LOOKED_AT: usize = 256;

/// How far to look ahead from the first non-ASCII byte.
const WINDOW: usize = 1 << 20;

/// This many non-ASCII letters settle the encoding for the rest of a file. With fewer, the guess
/// holds only for the bytes examined.
const ENOUGH: usize = 16;

/// How many bytes are decoded at a time.
const CHUNK: usize = 1 << 14;

/// What was found at the beginning of a text.
pub struct Mark {
    /// Its encoding, if that is certain.
    pub encoding: Option<&'static Encoding>,
    /// The length of the mark in bytes.
    pub length: usize,
}

/// Looks for a byte-order mark. Without one, UTF-16 is recognised by the zero bytes next to its
/// ASCII letters.
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

/// Whether bytes switch to Japanese characters, as only ISO-2022-JP does. It writes them in ASCII.
fn begins_in_japanese(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1b$B") || bytes.starts_with(b"\x1b$@")
}

/// Where the first character is that may not be UTF-8.
fn first_beyond(bytes: &[u8]) -> Option<usize> {
    let is_beyond = |at: &usize| {
        let byte = bytes[*at];
        !byte.is_ascii() || byte == 0x1b && begins_in_japanese(&bytes[*at..])
    };
    (0..bytes.len()).find(is_beyond)
}

/// What some bytes appear to be.
enum Guess {
    Utf8,
    Other {
        encoding: &'static Encoding,
        /// How many places in them are not valid UTF-8.
        told_by: usize,
    },
}

/// Guesses the encoding of bytes that are not all ASCII. Text in another encoding is hardly ever
/// valid UTF-8 by chance, so if most non-ASCII sequences are valid, the rest is damage.
fn guess(bytes: &[u8]) -> Guess {
    if begins_in_japanese(bytes) {
        return Guess::Other {
            encoding: ISO_2022_JP,
            told_by: ENOUGH,
        };
    }
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // The last character may be incomplete.
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

/// Whether each of a few non-ASCII bytes is a letter or a common mark, and none is damage.
fn makes_sense(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if !encoding.is_single_byte() {
        return true;
    }
    let usual = |c: char| c.is_alphabetic() || USUAL_MARKS.contains(c);
    let mut beyond = bytes.iter().filter(|byte| !byte.is_ascii());
    beyond.all(|&byte| {
        let (text, unreadable) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
        // 0xff is hardly ever used as a letter but is common as damage.
        byte != 0xff && !unreadable && text.chars().all(usual)
    })
}

/// Marks that are common in all kinds of text.
const USUAL_MARKS: &str = "‘’“”„–—…•€£¥§°©®™«»¿¡·±½¼²³\u{a0}";

/// Decodes a complete text, with a note about its encoding if it is unusual.
///
/// # Errors
/// It is not UTF-8, and it is too short to detect its encoding.
pub fn decoded(bytes: &[u8]) -> Result<(String, Option<String>), String> {
    let Mark { encoding, length } = mark(&bytes[..bytes.len().min(LOOKED_AT)]);
    let bytes = &bytes[length..];
    let encoding = match encoding {
        Some(encoding) => encoding,
        None => match (std::str::from_utf8(bytes), first_beyond(bytes)) {
            (Ok(text), at) if !at.is_some_and(|at| begins_in_japanese(&bytes[at..])) => {
                return Ok((text.to_owned(), None));
            }
            (_, at) => match guess(&bytes[at.unwrap_or(0)..]) {
                Guess::Utf8 => {
                    let text = String::from_utf8_lossy(bytes).into_owned();
                    return Ok((text, Some(UNREADABLE.into())));
                }
                Guess::Other { encoding, told_by } => {
                    // A wrong guess ruins a short text, but only a few letters of a long one.
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

/// Converts an input to UTF-8 as it is read.
pub struct Utf8 {
    input: Input,
    how: How,
    notes: Notes,
    /// Decoded text that has not been read yet.
    decoded: String,
    given: usize,
}

enum How {
    /// All bytes so far are ASCII.
    Undecided,
    AsItIs,
    Decoded {
        decoder: Box<Decoder>,
        /// How many more bytes to decode this way; `None` for all of them, if the encoding is
        /// certain.
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
    /// Takes an input positioned after its byte-order mark, and the encoding that the mark
    /// indicated.
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

    /// Looks ahead from a non-ASCII byte to decide on the encoding.
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

    /// Decodes more bytes and returns whether there were any.
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
            // The decoder has reached the end and must not be called again.
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
                    let ascii = first_beyond(ahead).unwrap_or(ahead.len());
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
