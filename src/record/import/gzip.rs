//! Unpacks gzip data. Supports several members in a row and trailing zeros, and reports errors
//! clearly.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::bounds::Bounds;
use super::input::Input;
use super::notes::Notes;

/// The first bytes of gzip data.
pub const MAGIC: &[u8] = &[0x1f, 0x8b];

/// Unpacks gzip data while it is read.
pub struct Gunzip {
    /// The current member; `None` after the last one.
    member: Option<GzDecoder<Input>>,
    notes: Notes,
    bounds: Bounds,
    /// Bytes unpacked so far, of all members.
    unpacked: u64,
}

impl Gunzip {
    /// Takes an input that starts with [`MAGIC`].
    pub fn new(packed: Input, notes: Notes, bounds: Bounds) -> Self {
        Self {
            member: Some(GzDecoder::new(packed)),
            notes,
            bounds,
            unpacked: 0,
        }
    }

    /// Continues after the end of a member. Tapes and block devices pad files with zeros.
    fn next_member(&self, mut rest: Input) -> io::Result<Option<GzDecoder<Input>>> {
        loop {
            let ahead = rest.fill_buf()?;
            if ahead.is_empty() {
                return Ok(None);
            }
            let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
            if zeros == 0 {
                break;
            }
            rest.consume(zeros);
        }
        if rest.peek(MAGIC.len())?.starts_with(MAGIC) {
            return Ok(Some(GzDecoder::new(rest)));
        }
        self.notes
            .say("What stands behind the end of the gzip data was not read.");
        Ok(None)
    }
}

impl Read for Gunzip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(into).map_err(explained)?;
            self.unpacked += read as u64;
            self.bounds.check_unpacked(self.unpacked)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            if let Some(ended) = self.member.take() {
                self.member = self.next_member(ended.into_inner())?;
            }
        }
        Ok(0)
    }
}

fn explained(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::UnexpectedEof => io::Error::new(
            ErrorKind::UnexpectedEof,
            "the gzip data ends too early: the file is cut",
        ),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => io::Error::new(
            ErrorKind::InvalidData,
            format!("the gzip data is damaged ({error}); make or fetch the file again"),
        ),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use crate::record::Import;
    use crate::record::import::tests::{gzip, read, records};

    #[test]
    fn members_follow_one_another_and_zeros_may_follow_them() {
        let mut packed = gzip(b"{\"a\":1}\n{\"a\"");
        packed.extend(gzip(b":2}\n"));
        packed.extend(gzip(b""));
        packed.extend([0; 70_000]);
        let (lines, notes) = read("a.jsonl.gz", &packed);
        assert_eq!(records(&lines).len(), 2);
        assert!(notes.is_empty(), "{notes:?}");
        packed.extend(gzip(b"{\"a\":3}\n"));
        assert_eq!(read("a.jsonl.gz", &packed).0.len(), 3);
    }

    #[test]
    fn what_follows_and_is_no_gzip_is_told() {
        let mut packed = gzip(b"{\"a\":1}\n");
        packed.extend(b"appended by hand");
        let (lines, notes) = read("a.jsonl.gz", &packed);
        assert_eq!(lines.len(), 1);
        assert!(notes[0].contains("behind the end"), "{notes:?}");
    }

    #[test]
    fn damage_in_the_middle_keeps_what_came_before() {
        let rows: String = (0..50_000).map(|i| format!("{{\"a\":{i}}}\n")).collect();
        let mut packed = gzip(rows.as_bytes());
        let middle = packed.len() / 2;
        packed[middle..middle + 20].fill(0x55);
        let import = Import::read("a.jsonl.gz", std::io::Cursor::new(packed)).unwrap();
        let mut lines: Vec<_> = import.collect();
        let error = lines.pop().unwrap().unwrap_err().to_string();
        assert!(error.contains("gzip data"), "{error}");
        assert!(lines.len() > 1_000 && lines.iter().filter(|line| line.is_err()).count() == 0);
    }
}
