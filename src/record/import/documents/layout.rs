//! Turns positioned letters on a page into text by grouping them into words, lines and paragraphs.
//! The letters come in drawing order, which is usually reading order.

use unicode_normalization::UnicodeNormalization;

/// A letter's position on a page, in page coordinates.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Where it begins and ends on its line.
    pub start: (f64, f64),
    pub end: (f64, f64),
    /// The direction of its line, as a unit vector.
    pub along: (f64, f64),
    /// Its height.
    pub size: f64,
}

/// The gap between a letter and the one before it.
#[derive(Debug, PartialEq, Eq)]
enum Gap {
    None,
    Blank,
    Line,
    Paragraph,
}

/// The text of a page so far.
#[derive(Default)]
pub struct Layout {
    pub text: String,
    last: Option<Place>,
    /// The last letter drawn.
    letter: String,
}

/// A gap wider than this fraction of a letter's height is a space.
const BLANK: f64 = 0.17;
/// A letter farther than this from the line is on another one.
const OFF_LINE: f64 = 0.5;
/// Lines farther apart than this belong to different paragraphs.
const PARAGRAPH: f64 = 1.75;
/// So do lines whose letters differ in size by more than this factor, such as headings.
const OTHER_SIZE: f64 = 1.2;

impl Layout {
    /// Adds the next letter, or a ligature drawn as one.
    pub fn push(&mut self, letter: &str, place: Place) {
        // Ligatures are split into their letters.
        let ligature = |c: char| ('\u{fb00}'..='\u{fb4f}').contains(&c);
        let letter: String = if letter.contains(ligature) {
            letter.nfkc().collect()
        } else {
            letter.to_owned()
        };
        let letter: String = letter.chars().filter(|c| !c.is_control()).collect();
        if letter.is_empty() || self.is_drawn_twice(&letter, &place) {
            return;
        }
        let gap = self
            .last
            .map_or(Gap::None, |last| gap(&last, &place, &letter));
        let is_blank = letter.trim().is_empty();
        match gap {
            Gap::None => {}
            Gap::Blank => self.push_blank(),
            Gap::Line if is_blank => {}
            Gap::Line => self.end_line(&letter),
            Gap::Paragraph => {
                self.text.truncate(self.text.trim_end().len());
                if !self.text.is_empty() {
                    self.text.push_str("\n\n");
                }
            }
        }
        if is_blank {
            self.push_blank();
        } else {
            self.text.push_str(&letter);
        }
        // A space at the end of a line must not hide that the next letter begins a new one.
        self.last = Some(place);
        self.letter = letter;
    }

    /// Some programs draw a letter twice, slightly offset, to make it bold.
    fn is_drawn_twice(&self, letter: &str, place: &Place) -> bool {
        self.last.is_some_and(|last| {
            let (x, y) = (place.start.0 - last.start.0, place.start.1 - last.start.1);
            self.letter == letter && x.hypot(y) < 0.1 * place.size
        })
    }

    fn push_blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    /// Joins a line to the next one, which begins with the given letter.
    fn end_line(&mut self, next: &str) {
        self.text.truncate(self.text.trim_end().len());
        let next = next.chars().next();
        let mut before = self.text.chars().rev();
        let last = before.next();
        let is_hyphen = matches!(last, Some('-' | '\u{ad}' | '\u{2010}'));
        if is_hyphen
            && before.next().is_some_and(char::is_alphabetic)
            && next.is_some_and(char::is_lowercase)
        {
            self.text.pop();
        } else if !(last.is_some_and(needs_no_blank) && next.is_some_and(needs_no_blank)) {
            self.text.push(' ');
        }
    }
}

/// Whether the letter's script is written without spaces between words: Chinese and Japanese.
fn needs_no_blank(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

fn is_right_to_left(letter: &str) -> bool {
    letter.contains(
        |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'),
    )
}

fn gap(last: &Place, place: &Place, letter: &str) -> Gap {
    let dot = |a: (f64, f64), b: (f64, f64)| a.0 * b.0 + a.1 * b.1;
    let from = |a: (f64, f64), b: (f64, f64)| (b.0 - a.0, b.1 - a.1);
    if dot(last.along, place.along) < 0.9 {
        return Gap::Paragraph;
    }
    let size = last.size.max(place.size);
    let moved = from(last.end, place.start);
    let along = dot(moved, last.along);
    let across = dot(moved, (-last.along.1, last.along.0));
    if across.abs() < OFF_LINE * size {
        let back = dot(from(place.end, last.start), last.along);
        let ahead = if along < 0.0 && is_right_to_left(letter) {
            back
        } else {
            along
        };
        return if ahead < -size {
            Gap::Line
        } else if ahead > BLANK * size {
            Gap::Blank
        } else {
            Gap::None
        };
    }
    let other_size = size > OTHER_SIZE * last.size.min(place.size);
    // A move upwards starts the next column.
    if across > 0.0 || across < -PARAGRAPH * size || other_size {
        Gap::Paragraph
    } else {
        Gap::Line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws words at given positions, with letters half as wide as they are high.
    fn page(words: &[(&str, f64, f64, f64)]) -> String {
        let mut layout = Layout::default();
        for &(word, x, y, size) in words {
            for (at, letter) in word.chars().enumerate() {
                let width = size / 2.0;
                let start = (x + at as f64 * width, y);
                layout.push(
                    &letter.to_string(),
                    Place {
                        start,
                        end: (start.0 + width, y),
                        along: (1.0, 0.0),
                        size,
                    },
                );
            }
        }
        layout.text
    }

    #[test]
    fn gaps_make_words_lines_and_paragraphs() {
        let text = page(&[
            ("Mill", 0.0, 100.0, 20.0),
            ("rye", 0.0, 80.0, 10.0),
            ("oats", 20.0, 80.0, 10.0),
            ("corn", 0.0, 68.0, 10.0),
            ("Next", 0.0, 40.0, 10.0),
            ("Column", 200.0, 100.0, 10.0),
        ]);
        assert_eq!(text, "Mill\n\nrye oats corn\n\nNext\n\nColumn");
    }

    #[test]
    fn words_parted_at_a_line_end_are_joined() {
        let text = page(&[("infor-", 0.0, 20.0, 10.0), ("mation", 0.0, 8.0, 10.0)]);
        assert_eq!(text, "information");
        let text = page(&[("Baden-", 0.0, 20.0, 10.0), ("Baden", 0.0, 8.0, 10.0)]);
        assert_eq!(text, "Baden- Baden");
        let text = page(&[("水車", 0.0, 20.0, 10.0), ("小屋", 0.0, 8.0, 10.0)]);
        assert_eq!(text, "水車小屋");
    }

    #[test]
    fn a_letter_drawn_twice_is_one_and_a_ligature_is_its_letters() {
        let text = page(&[
            ("\u{fb01}", 0.0, 0.0, 10.0),
            ("x", 5.0, 0.0, 10.0),
            ("x", 5.3, 0.0, 10.0),
        ]);
        assert_eq!(text, "fix");
        assert_eq!(page(&[("ab  c", 0.0, 0.0, 10.0)]), "ab c");
    }

    #[test]
    fn lines_from_right_to_left_keep_their_words() {
        // Each letter is to the left of the previous one.
        let mut layout = Layout::default();
        for (letter, x) in [
            ("ש", 100.0),
            ("ל", 95.0),
            ("ו", 90.0),
            ("ם", 85.0),
            ("ע", 77.0),
        ] {
            let place = Place {
                start: (x, 0.0),
                end: (x + 5.0, 0.0),
                along: (1.0, 0.0),
                size: 10.0,
            };
            layout.push(letter, place);
        }
        assert_eq!(layout.text, "שלום ע");
    }
}
