//! Reads a JSON array of objects as a stream. The end of each element is found by counting brackets
//! outside strings, and only then is it parsed. An element that is not an object is skipped, and
//! reading continues after the next comma. Another array may follow.

use std::io::{self, BufRead};

use super::brackets::Brackets;
use super::input::Input;
use super::line::{Line, MAX_LINE_BYTES, Rows};
use super::notes::Notes;
use super::object::{self, Place};

/// The elements of an array.
pub struct JsonArray {
    input: Input,
    /// The position of the next byte.
    at: Place,
    state: State,
    element: Vec<u8>,
    /// Whether the array is inside an object. The rest of that object is ignored.
    wrapped: bool,
    notes: Notes,
}

/// What is expected next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// `[`.
    Start,
    /// An element, or `]`.
    Element,
    /// Only white space.
    Closed,
    /// Nothing: the file ended inside the array.
    Cut,
    /// Nothing, and the error was already reported.
    Done,
}

impl JsonArray {
    /// Reads from the first byte, which is `[` after optional white space.
    pub fn new(input: Input, notes: Notes) -> Self {
        Self {
            input,
            at: Place { line: 1, column: 1 },
            state: State::Start,
            element: Vec::new(),
            wrapped: false,
            notes,
        }
    }

    /// Reads from the `[` that follows the given number of bytes of an enclosing object.
    pub fn within(mut input: Input, before: usize, notes: Notes) -> io::Result<Self> {
        let mut at = Place { line: 1, column: 1 };
        let ahead = input.peek(before)?;
        for &byte in ahead.iter().take(before) {
            at.pass(byte);
        }
        input.consume(before);
        Ok(Self {
            at,
            wrapped: true,
            ..Self::new(input, notes)
        })
    }

    /// Consumes the next non-blank byte and returns it with its position.
    fn next_byte(&mut self) -> io::Result<Option<(Place, u8)>> {
        loop {
            let ahead = self.input.fill_buf()?;
            if ahead.is_empty() {
                return Ok(None);
            }
            let mut used = 0;
            let mut found = None;
            for &byte in ahead {
                let place = self.at;
                self.at.pass(byte);
                used += 1;
                if !byte.is_ascii_whitespace() {
                    found = Some((place, byte));
                    break;
                }
            }
            self.input.consume(used);
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Reads up to the end of an element, the array or the file. Returns the element, if any.
    fn element(&mut self) -> io::Result<Option<Line>> {
        let read = self.read_element()?;
        self.state = match read.end {
            Some(b',') => State::Element,
            Some(_) => State::Closed,
            None => State::Cut,
        };
        let Some(start) = read.start else {
            // A comma after the last element is common and harmless.
            if read.end.is_none() || self.state == State::Closed {
                return Ok(None);
            }
            return Ok(Some(Line::Skipped {
                line: self.at.line,
                reason: "not JSON: there is no element beside a comma".into(),
            }));
        };
        let line = start.line;
        let parsed = if self.state == State::Cut && read.open {
            self.state = State::Done;
            Err("the array is never closed: the file ends within this element; it is cut".into())
        } else if read.length > MAX_LINE_BYTES {
            Err(format!("the element is longer than {MAX_LINE_BYTES} bytes"))
        } else {
            object::parse(self.element.trim_ascii(), start, &self.notes)
        };
        Ok(Some(match parsed {
            Ok(payload) => Line::Record { line, payload },
            Err(reason) => Line::Skipped { line, reason },
        }))
    }

    /// Reads the bytes before the next separating comma or closing bracket into `element`, up to
    /// the size limit.
    fn read_element(&mut self) -> io::Result<Extent> {
        self.element.clear();
        let mut brackets = Brackets::default();
        let mut read = Extent {
            start: None,
            length: 0,
            end: None,
            open: false,
        };
        loop {
            let ahead = self.input.fill_buf()?;
            if ahead.is_empty() {
                read.open = brackets.is_open();
                return Ok(read);
            }
            let mut used = 0;
            for &byte in ahead {
                let place = self.at;
                self.at.pass(byte);
                used += 1;
                if !brackets.is_open() && matches!(byte, b',' | b']') {
                    read.end = Some(byte);
                    break;
                }
                brackets.pass(byte);
                if read.start.is_none() && !byte.is_ascii_whitespace() {
                    read.start = Some(place);
                }
                if read.start.is_some() {
                    read.length += 1;
                    if read.length <= MAX_LINE_BYTES {
                        self.element.push(byte);
                    }
                }
            }
            self.input.consume(used);
            if read.end.is_some() {
                return Ok(read);
            }
        }
    }
}

impl Rows for JsonArray {
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        loop {
            if self.state == State::Start {
                self.next_byte()?;
                self.state = State::Element;
            }
            if self.state == State::Element
                && let Some(line) = self.element()?
            {
                return Ok(Some(line));
            }
            let (line, reason) = match self.state {
                State::Closed if self.wrapped => return Ok(None),
                State::Closed => match self.next_byte()? {
                    Some((_, b'[')) => {
                        self.state = State::Element;
                        continue;
                    }
                    Some((place, _)) => (place.line, "text after the end of the array is not read"),
                    None => return Ok(None),
                },
                State::Cut => (
                    self.at.line,
                    "the array is never closed: the file is cut, or the ']' at its end is missing",
                ),
                _ => return Ok(None),
            };
            self.state = State::Done;
            return Ok(Some(Line::Skipped {
                line,
                reason: reason.into(),
            }));
        }
    }
}

/// Where an element is.
struct Extent {
    /// Its first non-blank byte, if any.
    start: Option<Place>,
    /// Its length from there, whether stored or not.
    length: usize,
    /// The comma or bracket that ended it; `None` at the end of the file.
    end: Option<u8>,
    /// Whether it is incomplete.
    open: bool,
}

#[cfg(test)]
mod tests {
    use crate::record::import::tests::{lines, records, skipped};
    use crate::record::{Line, MAX_LINE_BYTES};

    #[test]
    fn a_pretty_printed_array_gives_its_objects_with_their_lines() {
        let array = b" \n[\n  {\n    \"a\": \"[{,\\\"\"\n  },\n  {\"a\": [1, {\"b\": 2}]}, {}\n]\n";
        let lines = lines("a.json", array);
        let records = records(&lines);
        let begin: Vec<u64> = records.iter().map(|(line, _)| *line).collect();
        assert_eq!(begin, [3, 6, 6]);
        assert_eq!(records[0].1["a"], "[{,\"");
        assert!(skipped(&lines).is_empty());
    }

    #[test]
    fn an_empty_array_has_no_lines() {
        assert!(lines("a.json", b" [ \n ] \n").is_empty());
    }

    #[test]
    fn bad_elements_are_skipped_with_their_place_and_the_next_is_read() {
        let array = b"[1, {\"a\": tru},\n{\n\"a\" 1}, \"x\",\n, {\"a\":\"\xff\"},\n{\"a\":2},]";
        let lines = lines("a.json", array);
        assert_eq!(records(&lines).len(), 1);
        let skipped = skipped(&lines);
        assert_eq!(
            skipped.iter().map(|s| s.0).collect::<Vec<_>>(),
            [1, 1, 2, 3, 4, 4]
        );
        assert_eq!(skipped[0].1, "not a JSON object");
        assert!(skipped[1].1.ends_with("at column 14"), "{skipped:?}");
        assert!(skipped[2].1.ends_with("at line 3, column 5"), "{skipped:?}");
        assert!(skipped[4].1.contains("comma"), "{skipped:?}");
        assert_eq!(skipped[5].1, "invalid UTF-8 at byte 7");
    }

    #[test]
    fn a_lost_quote_costs_one_pretty_printed_element() {
        let array = b"[\n{\n\"a\": \"open\n},\n{\"a\":1}]";
        let lines = lines("a.json", array);
        assert_eq!(records(&lines).len(), 1);
        assert_eq!(skipped(&lines).len(), 1);
    }

    #[test]
    fn a_cut_array_gives_what_it_holds_and_says_that_it_is_cut() {
        let whole = b"[{\"a\":1},\n{\"a\":2}]";
        for end in 1..whole.len() {
            let lines = lines("a.json", &whole[..end]);
            let complete = usize::from(end > 7) + usize::from(end > 16);
            assert_eq!(records(&lines).len(), complete, "{end}");
            let Some(Line::Skipped { reason, .. }) = lines.last() else {
                panic!("{end}: {lines:?}")
            };
            assert!(reason.contains("never closed"), "{end}: {reason}");
            assert_eq!(lines.len(), complete + 1);
        }
    }

    #[test]
    fn another_array_may_follow_and_other_text_is_reported() {
        let lines = lines("a.json", b"[{\"a\":1}]\n\n[{\"a\":2},]\n{\"a\":3}");
        assert_eq!(records(&lines).len(), 2);
        let said = skipped(&lines);
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].0, 4);
        assert!(said[0].1.contains("after the end"), "{said:?}");
    }

    #[test]
    fn an_element_too_long_is_passed_over() {
        let mut array = b"[{\"a\":\"".to_vec();
        array.resize(MAX_LINE_BYTES + 10, b'x');
        array.extend_from_slice(b"\"},{\"a\":1}]");
        let lines = lines("a.json", &array);
        assert_eq!(records(&lines).len(), 1);
        assert!(skipped(&lines)[0].1.contains("longer"), "{lines:?}");
    }
}
