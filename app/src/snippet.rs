//! Where a snippet of a few lines begins in a longer text, so that it shows what matched.

use std::ops::Range;

/// How many bytes a few lines show, even on a phone.
const ROOM: usize = 160;

/// How much of a marked sentence must be shown.
const ENOUGH: usize = 48;

/// How far before a mark a snippet begins, if no sentence begins near enough.
const LEAD: usize = 40;

/// Where a snippet begins within `window`, given the marked ranges of the text: at the beginning, or
/// at the sentence from which more of the marks are shown, but so early that the text fills the
/// lines.
pub fn begin(text: &str, window: &Range<usize>, marks: &[Range<usize>]) -> usize {
    let (start, end) = (window.start, window.end);
    let Some(part) = text.get(window.clone()).filter(|part| part.len() > ROOM) else {
        return start;
    };
    let shown = |from: usize| {
        let until = from + ROOM;
        let is_shown =
            |at: &&Range<usize>| from <= at.start && at.end.min(at.start + ENOUGH) <= until;
        marks.iter().filter(is_shown).count()
    };
    let sentences: Vec<usize> = sentences(part).map(|at| start + at).collect();
    let mut best = (start, shown(start));
    for &at in &sentences {
        let count = shown(at);
        if count > best.1 {
            best = (at, count);
        }
    }
    let from = best.0;
    let first = marks.iter().map(|at| at.start);
    let first = first.filter(|&at| from <= at && at < end).min();
    match first {
        // Not before the sentence with the first of them.
        Some(first) if from > start => {
            let upto = sentences.into_iter().take_while(|&at| at <= first);
            best.0 = upto.last().unwrap_or(from);
        }
        Some(first) if best.1 == 0 => {
            best.0 = word_at(text, window, first.saturating_sub(LEAD));
        }
        _ => {}
    }
    best.0.min(word_at(text, window, end - ROOM))
}

/// Where sentences begin in a text, after the first.
fn sentences(text: &str) -> impl Iterator<Item = usize> {
    let ends = text.match_indices(['.', '!', '?', '\n', '\u{3002}', '\u{ff01}', '\u{ff1f}']);
    ends.filter_map(move |(at, mark)| {
        let rest = &text[at + mark.len()..];
        let begins = rest.trim_start();
        let apart = rest.len() > begins.len() || mark.len() > 1 || mark == "\n";
        (apart && !begins.is_empty()).then(|| text.len() - begins.len())
    })
}

/// The beginning of the word at a place, or of the character if the word is long.
fn word_at(text: &str, window: &Range<usize>, at: usize) -> usize {
    let at = text.floor_char_boundary(at.max(window.start));
    let before = text.get(window.start..at).unwrap_or_default();
    match before.rfind(char::is_whitespace) {
        Some(blank) if before.len() - blank <= LEAD => at - before[blank..].trim_start().len(),
        None if before.len() <= LEAD => window.start,
        _ => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin_at(text: &str, window: &Range<usize>, mark: Range<usize>) -> usize {
        begin(text, window, std::slice::from_ref(&mark))
    }

    fn shown<'t>(text: &'t str, marked: &str) -> &'t str {
        let at = text.find(marked).unwrap();
        &text[begin_at(text, &(0..text.len()), at..at + marked.len())..]
    }

    fn long() -> String {
        let filler = "Nothing of the kind is said in this sentence. ".repeat(6);
        format!("{filler}The kiln is fired twice. {filler}")
    }

    #[test]
    fn a_short_text_or_one_without_marks_is_shown_from_its_beginning() {
        assert_eq!(begin_at("Bread daily.", &(0..12), 6..11), 0);
        let text = long();
        assert_eq!(begin(&text, &(0..text.len()), &[]), 0);
        assert_eq!(begin_at(&text, &(0..text.len()), 0..7), 0);
    }

    #[test]
    fn a_snippet_begins_at_the_sentence_that_matched() {
        assert!(shown(&long(), "fired").starts_with("The kiln is fired twice."));
        let japanese = format!(
            "{}窯は二度焚く。{}",
            "何も言わない。".repeat(12),
            "続く。".repeat(30)
        );
        assert!(shown(&japanese, "二度").starts_with("窯は二度焚く"));
    }

    #[test]
    fn a_match_deep_in_a_long_sentence_is_shown_from_a_word_before_it() {
        let text = format!("{} kiln {}", "clay and ".repeat(40), "glaze ".repeat(60));
        let part = shown(&text, "kiln");
        assert!(part.find("kiln").is_some_and(|at| at <= LEAD + 8), "{part}");
        assert!(
            part.starts_with("clay") || part.starts_with("and"),
            "{part}"
        );
    }

    #[test]
    fn the_lines_are_filled_to_the_end() {
        let text = format!("{}The end.", "Clay and glaze. ".repeat(30));
        assert!(shown(&text, "The end").len() >= ROOM);
        let run = "x".repeat(1_000);
        assert!(shown(&run, &run[990..]).len() >= ROOM);
    }

    #[test]
    fn ranges_that_lie_do_no_harm() {
        let text = "窯".repeat(200);
        for lie in [1..2, 599..601, 900..1_000, Range { start: 9, end: 3 }] {
            let at = begin_at(&text, &(0..text.len()), lie.clone());
            assert!(text.is_char_boundary(at), "{lie:?}");
        }
        assert_eq!(begin_at("abc", &(2..99), 0..1), 2);
    }
}
