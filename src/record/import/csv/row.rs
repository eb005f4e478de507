//! Parses one row of CSV.

/// A multi-line row that fits the header is rejected if it contains at least this many whole lines
/// and each of them would be a row by itself.
const ROWS_SWALLOWED: usize = 3;

/// How a file's rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The separator between fields; `None` for a single column.
    pub separator: Option<u8>,
    /// Whether a quote at the beginning of a field opens a quoted field, which may contain
    /// separators, line breaks and doubled quotes. Otherwise quotes are literal.
    pub quotes: bool,
    /// Whether a backslash escapes a quote, another backslash or a line break in a quoted field.
    pub escapes: bool,
    /// Whether spaces around a field are ignored.
    pub trims: bool,
}

/// The fields of a row.
#[derive(Default)]
pub struct Row {
    text: Vec<u8>,
    /// Where each field ends in the text.
    ends: Vec<usize>,
    /// The number of fields that need their quotes: they contain a separator, a comma, a line break
    /// or a quote.
    pub needed: usize,
    /// The number of properly quoted fields.
    pub quoted: usize,
    /// The number of fields that begin with a quote that does not enclose them.
    pub loose: usize,
}

/// What was found at the beginning of the bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A row of this many bytes, including its line break, on one or more lines.
    Row { length: usize, lines: u64 },
    /// An incomplete row.
    Short,
    /// A quote that is opened on the first line and not properly closed.
    Unclosed,
}

impl Row {
    /// The number of fields.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The fields.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = starts.zip(&self.ends);
        ranges.map(|(start, &end)| &self.text[start..end])
    }

    /// Whether all its fields are blank: spreadsheets write an empty row as separators.
    pub fn is_blank(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    /// Whether it has a field for every column and, beyond them, only empty fields.
    pub fn fits(&self, columns: usize) -> bool {
        self.len() >= columns && self.fields().skip(columns).all(<[u8]>::is_empty)
    }

    /// Reads the row at the beginning of the bytes. `whole` means that no more bytes follow. A
    /// multi-line row with more than `most` fields is abandoned.
    pub fn parse(&mut self, bytes: &[u8], whole: bool, most: usize, dialect: Dialect) -> Parsed {
        self.text.clear();
        self.ends.clear();
        (self.needed, self.quoted, self.loose) = (0, 0, 0);
        let mut scan = Scan {
            bytes,
            whole,
            dialect,
            at: 0,
            lines: 1,
        };
        loop {
            if let Err(parsed) = self.field(&mut scan) {
                return parsed;
            }
            self.ends.push(self.text.len());
            if scan.lines > 1 && self.len() > most {
                return Parsed::Unclosed;
            }
            match bytes.get(scan.at) {
                None => break,
                Some(b'\n') => scan.at += 1,
                Some(b'\r') => match bytes.get(scan.at + 1) {
                    Some(b'\n') => scan.at += 2,
                    None if !whole => return Parsed::Short,
                    _ => scan.at += 1,
                },
                // A separator.
                Some(_) => {
                    scan.at += 1;
                    continue;
                }
            }
            break;
        }
        Parsed::Row {
            length: scan.at,
            lines: scan.lines,
        }
    }

    /// Whether this multi-line row is genuine, rather than the result of an unclosed quote that was
    /// closed by a quote in a later row. In that case, each line it contains is a row.
    pub fn is_believed(&self, text: &[u8], columns: usize, dialect: Dialect) -> bool {
        let mut row = Self::default();
        let mut fits = |line: &[u8]| {
            let parsed = row.parse(line, true, columns, dialect);
            matches!(parsed, Parsed::Row { .. }) && row.fits(columns)
        };
        let mut rest = &text[end_of_line(text, true).unwrap_or_default()..];
        let (mut inner, mut fitting) = (0, 0);
        while let Some(end) = end_of_line(rest, true).filter(|&end| end < rest.len()) {
            inner += 1;
            fitting += usize::from(fits(&rest[..end]));
            rest = &rest[end..];
        }
        if self.fits(columns) {
            // A line of prose may contain a comma or two by chance.
            columns < 3 || inner < ROWS_SWALLOWED || fitting < inner
        } else {
            columns < 2 || fitting < inner || !fits(rest)
        }
    }

    /// Reads a field up to its end.
    fn field(&mut self, scan: &mut Scan<'_>) -> Result<(), Parsed> {
        let start = scan.at;
        let first = scan.after_blanks(start);
        if scan.dialect.quotes && scan.bytes.get(first) == Some(&b'"') {
            let before = self.text.len();
            if let Some(end) = self.quoted(scan, first + 1)? {
                scan.at = end;
                return Ok(());
            }
            // Text follows the closing quote, so both quotes are part of the field.
            self.loose += 1;
            self.text.truncate(before);
        }
        let end = scan.end_of_field(scan.at)?;
        let field = &scan.bytes[start..end];
        let field = if scan.dialect.trims {
            field.trim_ascii()
        } else {
            field
        };
        self.text.extend_from_slice(field);
        scan.at = end;
        Ok(())
    }

    /// Reads the rest of a field after its opening quote. Returns where the field ends, or `None`
    /// if it continues after the closing quote; the scan is then positioned after that quote.
    fn quoted(&mut self, scan: &mut Scan<'_>, start: usize) -> Result<Option<usize>, Parsed> {
        let first_line = scan.lines;
        let mut needed = false;
        let mut from = start;
        loop {
            let rest = scan.bytes.get(from..).unwrap_or_default();
            let Some(length) = rest.iter().position(|&byte| byte == b'"') else {
                return Err(if scan.whole {
                    Parsed::Unclosed
                } else {
                    Parsed::Short
                });
            };
            let part = &rest[..length];
            scan.lines += lines_in(part);
            needed |=
                part.contains(&b',') || scan.dialect.separator.is_some_and(|s| part.contains(&s));
            let quote = from + length;
            if scan.dialect.escapes {
                self.push_unescaped(part);
                if escapes_next(part) {
                    needed = true;
                    self.text.pop();
                    self.text.push(b'"');
                    from = quote + 1;
                    continue;
                }
            } else {
                self.text.extend_from_slice(part);
            }
            if scan.bytes.get(quote + 1) == Some(&b'"') {
                needed = true;
                self.text.push(b'"');
                from = quote + 2;
                continue;
            }
            let end = scan.after_blanks(quote + 1);
            if end >= scan.bytes.len() && !scan.whole {
                return Err(Parsed::Short);
            }
            let spans = scan.lines > first_line;
            if scan
                .bytes
                .get(end)
                .is_none_or(|&byte| scan.ends_field(byte))
            {
                self.quoted += 1;
                self.needed += usize::from(needed || spans);
                return Ok(Some(end));
            }
            if spans {
                return Err(Parsed::Unclosed);
            }
            scan.at = quote + 1;
            return Ok(None);
        }
    }

    /// Appends text, removing backslashes that escape a backslash or a line break.
    fn push_unescaped(&mut self, part: &[u8]) {
        let mut rest = part.iter().copied().peekable();
        while let Some(byte) = rest.next() {
            let meant = match byte {
                b'\\' => rest.next_if(|next| matches!(next, b'\\' | b'\n' | b'\r')),
                _ => None,
            };
            self.text.push(meant.unwrap_or(byte));
        }
    }
}

/// Whether the last byte is a backslash that escapes the next byte and is not itself escaped.
fn escapes_next(part: &[u8]) -> bool {
    let backslashes = part.iter().rev().take_while(|&&byte| byte == b'\\');
    backslashes.count() % 2 == 1
}

/// The number of line breaks in some bytes: `\n`, `\r\n` or `\r`.
pub fn lines_in(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|&(at, &byte)| {
        byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
    });
    ends.count() as u64
}

/// Where the first line ends, including its line break; `None` if it is incomplete.
pub fn end_of_line(bytes: &[u8], whole: bool) -> Option<usize> {
    let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
        return whole.then_some(bytes.len());
    };
    match (bytes[end], bytes.get(end + 1)) {
        (b'\r', Some(b'\n')) => Some(end + 2),
        (b'\r', None) if !whole => None,
        _ => Some(end + 1),
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    whole: bool,
    dialect: Dialect,
    at: usize,
    /// The number of lines read so far.
    lines: u64,
}

impl Scan<'_> {
    fn ends_field(&self, byte: u8) -> bool {
        matches!(byte, b'\n' | b'\r') || Some(byte) == self.dialect.separator
    }

    fn after_blanks(&self, from: usize) -> usize {
        let blank = |byte: u8| matches!(byte, b' ' | b'\t') && !self.ends_field(byte);
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|&&byte| blank(byte)).count()
    }

    fn end_of_field(&self, from: usize) -> Result<usize, Parsed> {
        let rest = self.bytes.get(from..).unwrap_or_default();
        match rest.iter().position(|&byte| self.ends_field(byte)) {
            Some(length) => Ok(from + length),
            None if self.whole => Ok(self.bytes.len()),
            None => Err(Parsed::Short),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAS: Dialect = Dialect {
        separator: Some(b','),
        quotes: true,
        escapes: false,
        trims: false,
    };

    fn parse(text: &str, dialect: Dialect) -> (Parsed, Vec<String>) {
        let mut row = Row::default();
        let parsed = row.parse(text.as_bytes(), true, 4, dialect);
        let text = |field: &[u8]| String::from_utf8(field.to_vec()).unwrap();
        (parsed, row.fields().map(text).collect())
    }

    #[test]
    fn fields_are_read_as_a_spreadsheet_reads_them() {
        let expected: [(&str, &[&str]); 13] = [
            ("a,b", &["a", "b"]),
            ("a,,b,\n", &["a", "", "b", ""]),
            ("\"a,b\",c\r\nnext", &["a,b", "c"]),
            ("\"a \"\"b\"\"\",\"\"", &["a \"b\"", ""]),
            ("a, \"b, c\" ,d", &["a", "b, c", "d"]),
            ("a, b ,c", &["a", " b ", "c"]),
            ("a\"b\",c", &["a\"b\"", "c"]),
            ("\"a\nb\",c\n", &["a\nb", "c"]),
            ("\"Weird Al\" Yankovic,x", &["\"Weird Al\" Yankovic", "x"]),
            ("\"a, b\" c,x", &["\"a, b\" c", "x"]),
            ("5\" pipe,x", &["5\" pipe", "x"]),
            ("\"a\"", &["a"]),
            ("a\rb", &["a"]),
        ];
        for (text, fields) in expected {
            let (parsed, found) = parse(text, COMMAS);
            assert!(matches!(parsed, Parsed::Row { .. }), "{text:?}: {parsed:?}");
            assert_eq!(found, fields, "{text:?}");
        }
    }

    #[test]
    fn a_backslash_may_say_that_a_quote_is_no_end() {
        let escapes = Dialect {
            escapes: true,
            ..COMMAS
        };
        let expected: [(&str, &[&str]); 8] = [
            (r#""an \"oak, old\"",b"#, &[r#"an "oak, old""#, "b"]),
            (r#""\"\"","c""#, &[r#""""#, "c"]),
            (r#""c:\\trees\\","b""#, &[r"c:\trees\", "b"]),
            (r#""\\\"x","b""#, &[r#"\"x"#, "b"]),
            (r#""a ""b"" \n","c""#, &[r#"a "b" \n"#, "c"]),
            // Outside quotes, a backslash is literal.
            (r#"a \"b\",c\\d"#, &[r#"a \"b\""#, r"c\\d"]),
            ("\"a\\\nb\",c", &["a\nb", "c"]),
            ("\"a\\\r\nb\",c", &["a\r\nb", "c"]),
        ];
        for (text, fields) in expected {
            let (parsed, found) = parse(text, escapes);
            assert!(matches!(parsed, Parsed::Row { .. }), "{text:?}: {parsed:?}");
            assert_eq!(found, fields, "{text:?}");
        }
        let mut row = Row::default();
        let cut = row.parse(br#""an \""#, false, 4, escapes);
        assert_eq!(cut, Parsed::Short);
    }

    #[test]
    fn a_quote_that_encloses_no_field_is_told() {
        for text in ["\"a,b\nc,d\n", "a,\"b\nc,d\ne,\"f\",g\n", "\"a\nb\"c,d"] {
            assert_eq!(parse(text, COMMAS).0, Parsed::Unclosed, "{text:?}");
        }
        // A row that never ends.
        let many = "\"a\nb\",\"c\nd\",".repeat(9);
        assert_eq!(parse(&many, COMMAS).0, Parsed::Unclosed);
    }

    #[test]
    fn where_quotes_are_letters_a_row_is_a_line() {
        let tabs = Dialect {
            separator: Some(b'\t'),
            quotes: false,
            escapes: false,
            trims: true,
        };
        let (parsed, found) = parse("\"a\t b \n\"c", tabs);
        assert_eq!(
            parsed,
            Parsed::Row {
                length: 7,
                lines: 1
            }
        );
        assert_eq!(found, ["\"a", "b"]);
    }

    #[test]
    fn a_row_is_short_until_its_end_is_there() {
        for whole in ["a,\"b \"\" \n c\" ,d\r\n", "\"a\" b,c\n", "a\r\n"] {
            for end in 0..whole.len() {
                let mut row = Row::default();
                let parsed = row.parse(&whole.as_bytes()[..end], false, 9, COMMAS);
                assert_eq!(parsed, Parsed::Short, "{:?}", &whole[..end]);
            }
            let length = whole.len();
            let lines = if whole.contains(" \n c") { 2 } else { 1 };
            assert_eq!(parse(whole, COMMAS).0, Parsed::Row { length, lines });
        }
        assert_eq!(end_of_line(b"a\r", false), None);
        assert_eq!(end_of_line(b"a\r\nb", false), Some(3));
        assert_eq!(lines_in(b"a\r\nb\rc\nd"), 3);
    }
}
