//! Splitting a text at its matched words. The ranges come from a server, so they are not trusted:
//! any that are not on character boundaries inside the text are ignored.

use std::ops::Range;

use parallax::vocabulary::Snippet;

/// A stretch of text, matched or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether a word of the query matched here.
    pub marked: bool,
}

/// Splits the part of `text` within `window` into pieces. Joined, the pieces are that part.
pub fn pieces(text: &str, ranges: &[Range<usize>], window: Range<usize>) -> Vec<Piece> {
    let mut ranges: Vec<Range<usize>> = ranges
        .iter()
        .map(|range| range.start.max(window.start)..range.end.min(window.end))
        .filter(|range| range.start < range.end && text.get(range.clone()).is_some())
        .collect();
    ranges.sort_by_key(|range| (range.start, range.end));

    let mut pieces = Vec::new();
    let mut add = |range: Range<usize>, marked: bool| {
        if let Some(part) = text.get(range).filter(|part| !part.is_empty()) {
            let text = part.to_owned();
            pieces.push(Piece { text, marked });
        }
    };
    let mut at = window.start;
    for range in ranges {
        // If two ranges overlap, the first wins.
        if range.start >= at {
            add(at..range.start, false);
            at = range.end;
            add(range, true);
        }
    }
    add(at..window.end, false);
    pieces
}

/// Splits a record's text for a card: the first line is the tagline, the rest is the description.
/// A text with only one line, or with a first line that is too long, has no tagline.
fn tagline_and_rest(text: &str) -> (Option<Range<usize>>, Range<usize>) {
    const LONGEST_TAGLINE: usize = 160;
    let whole = 0..text.len();
    let Some(end) = text.find('\n') else {
        return (None, whole);
    };
    let (line, rest) = text.split_at(end);
    let title_sized = (1..=LONGEST_TAGLINE).contains(&line.trim().chars().count());
    if !title_sized || rest.trim().is_empty() {
        return (None, whole);
    }
    let rest = text.len() - rest.trim_start().len();
    (Some(0..line.trim_end().len()), rest..text.len())
}

/// What a card shows of a text, and whether there is more of it before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its first line, if that is a tagline.
    pub tagline: Option<Range<usize>>,
    /// The description: the rest or, for a long text, the nearest passage.
    pub rest: Range<usize>,
    /// Whether the text has more before it.
    pub before: bool,
    /// Whether the text has more after it.
    pub after: bool,
}

/// What a card shows of a hit's text. An invalid passage, which a server might send, is ignored.
pub fn shown(text: &str, passage: Option<&Range<usize>>, snippet: Option<&Snippet>) -> Shown {
    let (cut_before, cut_after) = snippet.map_or((false, false), |s| (s.cut_before, s.cut_after));
    let inside = |passage: &&Range<usize>| text.get((*passage).clone()).is_some();
    let (tagline, rest) = match passage.filter(inside) {
        Some(passage) => (None, passage.clone()),
        None if cut_before => (None, 0..text.len()),
        None => tagline_and_rest(text),
    };
    Shown {
        before: tagline.is_none() && (cut_before || rest.start > 0),
        after: cut_after || rest.end < text.len(),
        tagline,
        rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces with the marked ones in brackets.
    fn drawn(text: &str, ranges: &[Range<usize>], window: Range<usize>) -> String {
        let pieces = pieces(text, ranges, window).into_iter();
        pieces
            .map(|piece| {
                if piece.marked {
                    format!("[{}]", piece.text)
                } else {
                    piece.text
                }
            })
            .collect()
    }

    #[test]
    fn matched_words_are_cut_out() {
        let text = "Café in Zürich";
        assert_eq!(drawn(text, &[0..5, 9..16], 0..16), "[Café] in [Zürich]");
        assert_eq!(drawn(text, &[], 0..16), text);
        assert_eq!(drawn("", &[], 0..0), "");
    }

    #[test]
    fn ranges_that_lie_are_passed_over() {
        let text = "Zürich";
        let backwards = Range { start: 6, end: 3 };
        let lies = [2..7, 0..2, 5..5, backwards, 9..12, 0..usize::MAX];
        for lie in lies {
            let joined: String = pieces(text, std::slice::from_ref(&lie), 0..text.len())
                .into_iter()
                .map(|piece| piece.text)
                .collect();
            assert_eq!(joined, text, "{lie:?}");
        }
        assert_eq!(drawn(text, &[3..7, 0..3, 1..5], 0..7), "[Zü][rich]");
    }

    #[test]
    fn ranges_are_of_the_whole_text_and_shown_where_they_fall() {
        let text = "Bread daily\nSourdough bread";
        let (tagline, rest) = tagline_and_rest(text);
        let marks = [0..5, 22..27];
        assert_eq!(drawn(text, &marks, tagline.unwrap()), "[Bread] daily");
        assert_eq!(drawn(text, &marks, rest), "Sourdough [bread]");
    }

    #[test]
    fn only_a_short_first_line_with_more_below_is_a_tagline() {
        assert_eq!(tagline_and_rest("One line"), (None, 0..8));
        assert_eq!(tagline_and_rest("A\n\n  B"), (Some(0..1), 5..6));
        assert_eq!(tagline_and_rest("A\n"), (None, 0..2));
        assert_eq!(tagline_and_rest("\nB"), (None, 0..2));
        let long = format!("{}\nB", "a".repeat(161));
        assert_eq!(tagline_and_rest(&long), (None, 0..163));
        assert_eq!(tagline_and_rest(""), (None, 0..0));
    }

    #[test]
    fn what_is_left_out_of_a_text_is_told() {
        let text = "Bread daily\nSourdough bread";
        let snippet = |cut_before, cut_after| Snippet {
            start: 0,
            length: 99,
            cut_before,
            cut_after,
        };
        let told = |passage: Option<Range<usize>>, snippet: Option<Snippet>| {
            let shown = shown(text, passage.as_ref(), snippet.as_ref());
            (shown.tagline.is_some(), shown.before, shown.after)
        };
        assert_eq!(told(None, None), (true, false, false));
        assert_eq!(told(Some(12..21), None), (false, true, true));
        assert_eq!(told(Some(0..27), None), (false, false, false));
        assert_eq!(told(None, Some(snippet(false, true))), (true, false, true));
        assert_eq!(told(None, Some(snippet(true, false))), (false, true, false));
        // A passage outside the text is ignored.
        assert_eq!(told(Some(12..99), None), (true, false, false));
    }
}
