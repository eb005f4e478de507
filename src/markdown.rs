//! The little of Markdown that is read: its heading lines.

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
    use super::heading;

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
}
