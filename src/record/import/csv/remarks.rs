//! Lines above a table, usually about its origin.

use super::dialect::{Look, is_spaced, tell};
use super::row::{Dialect, Parsed, Row, end_of_line};

/// The most such lines.
const MAX_LINES: usize = 10;

/// How many bytes precede the header: lines that begin with `#`, other lines that are separated from
/// it by a blank line, and titles that a spreadsheet padded with separators. 0 if the first line can be the header, or if the lines below are not
/// clearly a table: a file with one column may contain blank lines too.
pub fn length(beginning: &[u8], whole: bool, said: Option<u8>) -> usize {
    let dialect = tell(beginning, whole, said);
    if dialect.separator.is_some() && Look::at(beginning, whole, dialect).most_fit() {
        return padded(beginning, whole, dialect);
    }
    let mut end = 0;
    // Whether the lines so far all begin with `#` or are followed by a blank line.
    let mut parted = true;
    for _ in 0..=MAX_LINES {
        let (above, rest) = beginning.split_at(end);
        let Some(length) = end_of_line(rest, false) else {
            break;
        };
        let line = rest[..length].trim_ascii();
        if line.is_empty() {
            parted = true;
        } else if parted && end > 0 && is_table_below(above, rest, whole, said) {
            return end;
        } else if !line.starts_with(b"#") {
            parted = false;
        }
        end += length;
    }
    0
}

/// How many bytes of rows precede the header that have as many fields, but nothing in them, or only a
/// title of several words in the first. Every field of the header has a name that is not a number.
fn padded(beginning: &[u8], whole: bool, dialect: Dialect) -> usize {
    let mut row = Row::default();
    let (mut end, mut columns, mut titles) = (0, 0, 0);
    for _ in 0..=MAX_LINES {
        let rest = &beginning[end..];
        let Parsed::Row { length, .. } = row.parse(rest, whole, usize::MAX, dialect) else {
            return 0;
        };
        let fields: Vec<&[u8]> = row.fields().map(<[u8]>::trim_ascii).collect();
        let is_title = fields.len() > 2
            && fields[0].contains(&b' ')
            && fields[1..].iter().all(|field| field.is_empty());
        if !is_title && !row.is_blank() {
            let is_name = |field: &&[u8]| {
                let text = std::str::from_utf8(field);
                text.is_ok_and(|text| !text.is_empty() && text.parse::<f64>().is_err())
            };
            let is_header = fields.len() == columns && fields.iter().all(is_name);
            return if is_header && titles > 0 { end } else { 0 };
        }
        if is_title {
            (columns, titles) = (fields.len(), titles + 1);
        }
        end += length;
    }
    0
}

/// Whether the rest is a table and none of the lines above are its rows.
fn is_table_below(above: &[u8], rest: &[u8], whole: bool, said: Option<u8>) -> bool {
    let dialect = tell(rest, whole, said);
    let Some(separator) = dialect.separator else {
        return false;
    };
    let look = Look::at(rest, whole, dialect);
    // If every separator is followed by a space, the lines may also be prose.
    if dialect.trims || look.columns < 2 || !look.all_fit() {
        return false;
    }
    let mut lines = above.split(|&byte| matches!(byte, b'\n' | b'\r'));
    lines.all(|line| is_remark(line, separator, look.columns))
}

/// Whether a line is not a row: it has no separators or, like prose, fewer than a row.
fn is_remark(line: &[u8], separator: u8, columns: usize) -> bool {
    let marks = line.iter().filter(|&&byte| byte == separator).count();
    marks == 0 || (marks + 1 < columns && is_spaced(line, separator))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lines_above_a_table_are_told_from_it() {
        for (above, table) in [
            ("# written by hand\n", "tree,height\noak,30\n"),
            ("# written by hand\n# in May\n\n", "tree;height\noak;30\n"),
            (
                "Trees, as of 1 May\r\n\r\n",
                "tree,height,place\r\noak,30,Oslo\r\n",
            ),
            ("Trees\nas of 1 May\n\n", "tree\theight\noak\t30\n"),
            (
                "# Trees, tall ones\n",
                "tree,height,place\noak,30,\"a, b\"\n",
            ),
            (
                "All trees 2024,,\n,,\n",
                "tree,height,place\noak,30,Oslo\nelm,20,Rome\n",
            ),
            ("All trees;;\n", "tree;height;place\noak;30;Oslo\n"),
            // A header that begins like a remark.
            ("", "# tree,height\noak,30\n"),
            ("", "# tree,height\noak,30\nelm,20,Oslo\n"),
            ("", "\ntree,height\noak,30\n"),
        ] {
            let file = format!("{above}{table}");
            let found = length(file.as_bytes(), true, None);
            assert_eq!(found, above.len(), "{file:?}");
        }
    }

    #[test]
    fn no_line_of_a_file_is_left_out_that_may_be_its_header() {
        for file in [
            "address\n\n12 Mill Lane, Oslo\n3 Quay, Rome\n",
            "address\n12 Mill Lane,Oslo\n3 Quay,Rome\n",
            "address\n12 Mill Lane,Oslo\n\n3 Quay,Rome\n5 Quay,Rome\n",
            "tree,height\n\noak,30,Oslo\nelm,20,Rome\n",
            "my trees,,\noak,30,Oslo\nelm,20,Rome\n",
            "trees,,\noak,tall,Oslo\nelm,small,Rome\n",
            "my trees,\noak,tall\n",
            "# written by hand\ntree,height\n",
            "# written by hand\ntree,height\noak\n",
            "# tree\noak\nelm\n",
            "# place\n\nMill Lane, Oslo\nQuay, Rome\n",
            "Trees\n\n",
            "#",
            "\n\n",
            "",
        ] {
            assert_eq!(length(file.as_bytes(), true, None), 0, "{file:?}");
        }
        let far = format!("{}tree,height\noak,30\n", "# on and on\n".repeat(50));
        assert_eq!(length(far.as_bytes(), true, None), 0);
    }
}
