//! Detects the CSV dialect from a file's first rows.

use std::cmp::Ordering;

use super::row::{Dialect, Parsed, Row, end_of_line};

/// How many rows are examined.
const ROWS: usize = 200;

/// Possible field separators, the most likely first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The line with which some spreadsheets start a file to specify the separator.
pub struct SaidSeparator {
    /// The separator.
    pub separator: u8,
    /// The length of the line in bytes, including its line break.
    pub length: usize,
}

/// Looks for such a line, e.g. `sep=;`.
pub fn said_separator(beginning: &[u8]) -> Option<SaidSeparator> {
    let length = end_of_line(beginning, true)?;
    let line = beginning[..length]
        .strip_suffix(b"\n")
        .unwrap_or(&beginning[..length]);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""))
        .unwrap_or(line);
    let (key, separator) = line.split_at_checked(4)?;
    match separator {
        &[separator] if separator.is_ascii() && key.eq_ignore_ascii_case(b"sep=") => {
            Some(SaidSeparator { separator, length })
        }
        _ => None,
    }
}

/// Detects the dialect from a file's beginning, which is the entire file if `whole` is set: the
/// separator with which most rows have as many fields as the header.
pub fn tell(beginning: &[u8], whole: bool, said: Option<u8>) -> Dialect {
    let candidates = match &said {
        Some(said) => std::slice::from_ref(said),
        None => &SEPARATORS,
    };
    let looks = candidates.iter().map(|&separator| {
        let (dialect, look) = look_at(beginning, whole, Some(separator));
        (separator, dialect, look)
    });
    let looks = looks.filter(|(_, _, look)| look.columns > 1 || said.is_some());
    // In case of a tie, the first wins.
    let best = looks.reduce(|best, other| if other.2.beats(&best.2) { other } else { best });
    let Some((separator, dialect, look)) = best else {
        return look_at(beginning, whole, None).0;
    };
    Dialect {
        // In tab-separated files, a quote is usually literal: inches or a nickname.
        quotes: separator != b'\t' || look.needed > look.loose,
        trims: is_spaced(beginning, separator),
        ..dialect
    }
}

/// Examines the first rows, treating backslashes before quotes as escapes if that gives a better
/// result.
fn look_at(beginning: &[u8], whole: bool, separator: Option<u8>) -> (Dialect, Look) {
    let plain = Dialect {
        separator,
        quotes: true,
        escapes: false,
        trims: false,
    };
    let look = Look::at(beginning, whole, plain);
    if beginning.windows(2).any(|pair| pair == b"\\\"") {
        let escaping = Dialect {
            escapes: true,
            ..plain
        };
        let other = Look::at(beginning, whole, escaping);
        if other.is_cleaner_than(&look) {
            return (escaping, other);
        }
    }
    (plain, look)
}

/// Whether a file that is not necessarily a table is one: it has at least two rows, all with the
/// same number of fields.
pub fn is_table(beginning: &[u8], whole: bool) -> bool {
    let dialect = tell(beginning, whole, None);
    if dialect.separator.is_none() {
        return false;
    }
    Look::at(beginning, whole, dialect).all_fit()
}

/// Whether each separator of the first line is followed by a space, as in `id, name, city`.
pub fn is_spaced(beginning: &[u8], separator: u8) -> bool {
    let header = end_of_line(beginning, true).unwrap_or_default();
    let mut parts = beginning[..header].split(|&byte| byte == separator);
    parts.next();
    let mut further = parts.peekable();
    further.peek().is_some() && further.all(|part| part.starts_with(b" "))
}

/// What the first rows look like in a given dialect.
#[derive(Default)]
pub struct Look {
    /// How many fields the header has.
    pub columns: usize,
    /// The number of rows after the header, and how many of them fit it.
    rows: usize,
    fitting: usize,
    /// The number of fields that needed their quotes, and of rows with every field quoted.
    needed: usize,
    /// The number of quotes that do not enclose a field.
    loose: usize,
}

impl Look {
    /// Reads the first rows.
    pub fn at(beginning: &[u8], whole: bool, dialect: Dialect) -> Self {
        let mut look = Self::default();
        let mut row = Row::default();
        let mut rest = beginning;
        while !rest.is_empty() && look.rows < ROWS {
            let most = if look.columns == 0 {
                usize::MAX
            } else {
                look.columns
            };
            match row.parse(rest, whole, most, dialect) {
                Parsed::Row { length, .. } => {
                    rest = &rest[length..];
                    if !row.is_blank() {
                        look.take(&row);
                    }
                }
                Parsed::Unclosed => {
                    look.loose += 1;
                    look.rows += 1;
                    let Some(length) = end_of_line(rest, whole) else {
                        break;
                    };
                    rest = &rest[length..];
                }
                Parsed::Short => {
                    // The header is longer than the bytes examined, so use the part that is there.
                    if look.columns == 0 {
                        look.columns = row.len() + 1;
                    }
                    break;
                }
            }
        }
        look
    }

    fn take(&mut self, row: &Row) {
        let all_quoted = row.len() > 1 && row.quoted == row.len();
        self.needed += row.needed + usize::from(all_quoted);
        self.loose += row.loose;
        if self.columns == 0 {
            self.columns = row.len();
            return;
        }
        self.rows += 1;
        self.fitting += usize::from(row.fits(self.columns));
    }

    /// Whether there are rows and all of them fit the header.
    pub fn all_fit(&self) -> bool {
        self.rows > 0 && self.fitting == self.rows
    }

    /// Whether most rows fit the header, if there are any.
    pub fn most_fit(&self) -> bool {
        2 * self.fitting >= self.rows
    }

    /// Compares the share of rows that fit the header.
    fn by_fit(&self, other: &Self) -> Ordering {
        let share = |look: &Self, rows: usize| look.fitting * rows.max(1);
        share(self, other.rows).cmp(&share(other, self.rows))
    }

    /// Whether a larger share of its rows fits the header or, in case of a tie, its header has more
    /// columns.
    fn beats(&self, other: &Self) -> bool {
        let by_columns = self.columns.cmp(&other.columns);
        self.by_fit(other).then(by_columns).is_gt()
    }

    /// Whether a larger share of its rows fits the header or, in case of a tie, it has fewer quotes
    /// that do not enclose a field.
    fn is_cleaner_than(&self, other: &Self) -> bool {
        let by_loose = other.loose.cmp(&self.loose);
        self.by_fit(other).then(by_loose).is_gt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separator(text: &str) -> Option<char> {
        tell(text.as_bytes(), true, None).separator.map(char::from)
    }

    #[test]
    fn the_separator_is_the_one_by_which_rows_fit_the_header() {
        for (text, expected) in [
            ("name;text\nx;a,b,c\n", Some(';')),
            ("name;price, net;tax, net\nx;1,5;2,5\ny;3;4\n", Some(';')),
            ("na;me,text\nx,a\n", Some(',')),
            ("a|b|c\n1|x, y|2\n2|z, w, v|3\n", Some('|')),
            ("a\tb\n1, 2\t3\n", Some('\t')),
            ("\"a;b\",c\n\"1;2\",3\n", Some(',')),
            ("a,b;c\n1,2;3\n", Some(',')),
            ("a;b\n", Some(';')),
            ("title\nMill, old\nDairy\n", None),
            // A fitting row counts for more than a header with many columns.
            ("when, where, who|what\nx|y\nz|w\n", Some('|')),
            ("", None),
        ] {
            assert_eq!(separator(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_may_say_what_the_separator_is() {
        let said = |text: &str| {
            let said = said_separator(text.as_bytes())?;
            Some((char::from(said.separator), said.length))
        };
        assert_eq!(said("sep=;\na;b"), Some((';', 6)));
        assert_eq!(said("\"SEP=\t\"\r\na"), Some(('\t', 9)));
        assert_eq!(said("sep=;;\n"), None);
        assert_eq!(said("separator\n"), None);
        assert_eq!(said("sep"), None);
    }

    #[test]
    fn between_tabs_a_quote_is_a_letter_unless_fields_need_it() {
        for (text, expected) in [
            ("a\tb\n1\t\"Rome\n2\tx\n", false),
            ("a\tb\n1\t\"Weird Al\" Yankovic\n", false),
            ("a\tb\n1\t12\"\n2\t\"Heroes\"\n", false),
            ("a\tb\n1\t\"x\ty\"\n", true),
            ("a\tb\n1\t\"says \"\"no\"\"\"\n", true),
            ("a\tb\n1\t\"Smith, Ann\"\n2\tBob\n", true),
            ("\"a\"\t\"b\"\n\"1\"\t\"x\"\n", true),
        ] {
            assert_eq!(
                tell(text.as_bytes(), true, None).quotes,
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn backslashes_are_for_quotes_where_the_rows_are_read_better_so() {
        for (text, expected) in [
            ("a,b\n\"1\",\"an \\\"oak, old\\\" tree\"\n2,x\n", true),
            ("a,b\n\"1\",\"an \\\"old\\\" oak\"\n2,x\n", true),
            ("a;b\n\"1\";\"\\\"oak; old\\\"\"\n", true),
            ("a\n\"an \\\"old\\\" oak\"\n", true),
            // The backslash is literal and the quote ends the field.
            ("a,b\n\"c:\\x\\\",\"oak\"\n\"d:\\\",elm\n", false),
            (
                "a,b\n1,\"{\"\"n\"\":\"\"an \\\"\"old\\\"\" oak\"\"}\"\n",
                false,
            ),
            ("a,b\n1,an \\\"old\\\" oak\n", false),
            ("a,b\n\"1\",\"an \"\"old\"\" oak\"\n", false),
        ] {
            let dialect = tell(text.as_bytes(), true, None);
            assert_eq!(dialect.escapes, expected, "{text:?}");
        }
    }

    #[test]
    fn blanks_after_all_separators_belong_to_no_field() {
        let trims = |text: &str| tell(text.as_bytes(), true, None).trims;
        assert!(trims("id, name, city\n1, x, y\n"));
        assert!(!trims("id,name, city\n1,x,y\n"));
    }

    #[test]
    fn prose_is_no_table() {
        assert!(is_table(b"name\tage\nAnn\t7\n", true));
        assert!(!is_table(
            b"Dear Ann, hello.\n\nIt rains, again, and again.\nBob",
            true
        ));
        assert!(!is_table(b"One line, no more.", true));
        assert!(!is_table(b"", true));
    }
}
