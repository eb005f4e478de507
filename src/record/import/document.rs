//! Reads a text or Markdown file as a title and a text.

use crate::markdown;

/// The longest title in characters; a longer line is cut.
const MAX_TITLE_CHARS: usize = 200;

/// The title of a text: its first heading in Markdown, otherwise its first non-empty line. `None`
/// if that line contains no word.
pub fn title(text: &str, is_markdown: bool) -> Option<String> {
    let heading = if is_markdown {
        first_heading(text)
    } else {
        None
    };
    let line = || text.lines().map(str::trim).find(|line| !line.is_empty());
    let title = heading.or_else(line)?;
    let title: String = title.chars().take(MAX_TITLE_CHARS).collect();
    let title = title.trim();
    title
        .contains(char::is_alphanumeric)
        .then(|| title.to_owned())
}

/// The first non-empty heading outside fenced code.
fn first_heading(text: &str) -> Option<&str> {
    let mut fenced = false;
    for line in text.lines() {
        let marks = line.trim_start();
        if marks.starts_with("```") || marks.starts_with("~~~") {
            fenced = !fenced;
        }
        let heading = markdown::heading(line).filter(|heading| !heading.is_empty());
        if !fenced && heading.is_some() {
            return heading;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_heading_or_the_first_line() {
        let markdown = |text| title(text, true);
        assert_eq!(markdown("Intro\n\n## Head ##\n").as_deref(), Some("Head"));
        assert_eq!(
            markdown("```\n# code\n```\n# Head").as_deref(),
            Some("Head")
        );
        assert_eq!(markdown("\n  Line\nmore").as_deref(), Some("Line"));
        assert_eq!(title("a\n# b", false).as_deref(), Some("a"));
        assert_eq!(title("***\na", false), None);
        let long = "é".repeat(MAX_TITLE_CHARS + 1);
        assert_eq!(
            title(&long, false).map(|title| title.chars().count()),
            Some(200)
        );
    }
}
