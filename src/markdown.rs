//! The little of Markdown that is read: its heading lines.

/// Tells the headings of a text, read line by line, from comments in fenced code.
#[derive(Default)]
pub struct Headings<'a> {
    /// The marks of the fence that is open.
    fence: Option<&'a str>,
}

impl<'a> Headings<'a> {
    /// The text of the next line where it is a heading.
    pub fn next(&mut self, line: &'a str) -> Option<&'a str> {
        match self.fence {
            Some(open) => {
                if closes(line, open) {
                    self.fence = None;
                }
                None
            }
            None => {
                self.fence = opens(line);
                heading(line)
            }
        }
    }
}

/// The marks of a line that opens fenced code: three or more backticks or tildes. A backtick
/// further on in the line would make it code within a line.
fn opens(line: &str) -> Option<&str> {
    let (marks, rest) = fence(line)?;
    (marks.starts_with('~') || !rest.contains('`')).then_some(marks)
}

/// Whether a line closes fenced code: as many marks of the same kind, or more, and no more.
fn closes(line: &str, open: &str) -> bool {
    fence(line).is_some_and(|(marks, rest)| marks.starts_with(open) && rest.trim().is_empty())
}

fn fence(line: &str) -> Option<(&str, &str)> {
    let marked = line.trim_start_matches(' ');
    let mark = marked.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = marked.trim_start_matches(mark);
    let marks = &marked[..marked.len() - rest.len()];
    (line.len() - marked.len() <= 3 && marks.len() >= 3).then_some((marks, rest))
}

/// The text of a heading line, `# …` to `###### …`; `None` where the line is no heading.
pub fn heading(line: &str) -> Option<&str> {
    let marked = line.trim_start_matches(' ');
    let text = marked.trim_start_matches('#');
    let (indent, level) = (line.len() - marked.len(), marked.len() - text.len());
    let parted = text.is_empty() || text.starts_with(char::is_whitespace);
    if indent > 3 || !(1..=6).contains(&level) || !parted {
        return None;
    }
    // Further marks may close the heading, but those of `# C#` belong to the text.
    let text = text.trim();
    let open = text.trim_end_matches('#');
    if open.is_empty() || open.ends_with(char::is_whitespace) {
        Some(open.trim_end())
    } else {
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Headings, heading};

    #[test]
    fn headings_are_told_from_lines_that_begin_alike() {
        assert_eq!(heading("# One\n"), Some("One"));
        assert_eq!(heading("  ### Three ##\r\n"), Some("Three"));
        assert_eq!(heading("# C#"), Some("C#"));
        assert_eq!(heading("##"), Some(""));
        for line in [
            "#tag",
            "    # code",
            "####### seven",
            "text # here",
            "",
            "\n",
        ] {
            assert_eq!(heading(line), None, "{line:?}");
        }
    }

    fn headings(text: &str) -> Vec<&str> {
        let mut headings = Headings::default();
        text.lines()
            .filter_map(|line| headings.next(line))
            .collect()
    }

    #[test]
    fn a_comment_in_code_is_no_heading() {
        let text = "# A\n```sh\n# set up\n```\n# B\n~~~~\n# x\n```\n~~~\n# y\n~~~~~ \n# C";
        assert_eq!(headings(text), ["A", "B", "C"]);
        // Indented code needs no fence.
        assert_eq!(headings("text\n\n    # a\n\t# b\n\n# D"), ["D"]);
        // Code that is not closed goes on to the end.
        assert_eq!(headings("```\n# a\n\n# b"), [""; 0]);
    }

    #[test]
    fn code_within_a_line_opens_nothing() {
        assert_eq!(headings("```not `a` fence```\n# A"), ["A"]);
        assert_eq!(headings("``\n# A"), ["A"]);
        assert_eq!(headings("    ```\n# A"), ["A"]);
    }
}
