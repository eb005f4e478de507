//! What is where on a card.

use parallax::Mode;

use super::canvas::{Canvas, Rgb};
use super::fonts::{Face, Fonts};
use super::line::{Line, Writing};

/// The size that the sites which show cards ask for.
pub const WIDTH: u32 = 1_200;
/// Its height.
pub const HEIGHT: u32 = 630;

/// The margin on all sides, and the width between.
const MARGIN: f32 = 72.0;
const INNER: f32 = WIDTH as f32 - 2.0 * MARGIN;

/// The light colours of style/tokens.css.
const PAPER: Rgb = 0xfbfbf9;
const LINE: Rgb = 0xe3e3dd;
const INK: Rgb = 0x17191c;
const INK_SOFT: Rgb = 0x434850;
const INK_FAINT: Rgb = 0x5f646b;
const MEANING: Rgb = 0x0b6e7c;
const MEANING_SOFT: Rgb = 0xe0f1f3;
const WORDS: Rgb = 0xb53a1c;
const WORDS_SOFT: Rgb = 0xfdece5;
const BOTH: Rgb = 0x6a3fa0;
/// Those of the mark, in style/frame.css.
const MARK_WORDS: Rgb = 0xe2603f;
const MARK_MEANING: Rgb = 0x12a0b2;
const MARK_BOTH: Rgb = 0x16323a;

/// What a card shows.
pub enum Card {
    /// No search: what Parallax is.
    Plain,
    /// A search and its best hits.
    Search {
        /// The query.
        q: String,
        /// The mode.
        mode: Mode,
        /// How many hits, and where.
        told: String,
        /// The best hits.
        rows: Vec<Row>,
    },
}

/// A hit on a card.
pub struct Row {
    /// Its title.
    pub title: String,
    /// Its rank by meaning.
    pub by_meaning: Option<u32>,
    /// Its rank by words.
    pub by_words: Option<u32>,
}

/// Draws a card as a PNG file; `None` if there are no fonts.
pub fn draw(card: &Card, fonts: &Fonts) -> Option<Vec<u8>> {
    let hand = Hand {
        bold: fonts.at_weight(700.0),
        normal: fonts.at_weight(450.0),
    };
    if hand.bold.is_empty() {
        return None;
    }
    let mut canvas = Canvas::new(WIDTH, HEIGHT, PAPER)?;
    match card {
        Card::Plain => plain(&mut canvas, &hand),
        Card::Search {
            q,
            mode,
            told,
            rows,
        } => {
            head(&mut canvas, &hand, *mode);
            search(&mut canvas, &hand, (q, told), rows);
        }
    }
    canvas.png()
}

/// The two weights that cards are written in.
struct Hand<'f> {
    bold: Vec<Face<'f>>,
    normal: Vec<Face<'f>>,
}

impl Hand<'_> {
    fn bold(&self, size: f32) -> Writing<'_, '_> {
        let faces = &self.bold;
        Writing { faces, size }
    }

    fn normal(&self, size: f32) -> Writing<'_, '_> {
        let faces = &self.normal;
        Writing { faces, size }
    }
}

/// Writes a line at a place.
fn put(canvas: &mut Canvas, with: &Writing<'_, '_>, line: &Line, place: (f32, f32), colour: Rgb) {
    canvas.write(with.faces, line, with.size, place, colour);
}

/// Writes a text that ends at a place.
fn put_before(
    canvas: &mut Canvas,
    with: &Writing<'_, '_>,
    text: &str,
    (right, y): (f32, f32),
    colour: Rgb,
) {
    let line = with.one_line(text, INNER);
    put(canvas, with, &line, (right - line.width, y), colour);
}

/// The mark: one sheet seen from two places.
fn mark(canvas: &mut Canvas, (left, top): (f32, f32), size: f32) {
    let unit = size / 32.0;
    let square = |x: f32, side: f32| [left + x * unit, top + x * unit, side * unit, side * unit];
    let round = 5.0 * unit;
    canvas.rounded(square(3.0, 19.0), [round; 4], MARK_WORDS);
    canvas.rounded(square(10.0, 19.0), [round; 4], MARK_MEANING);
    canvas.rounded(square(10.0, 12.0), [round, 0.0, round, 0.0], MARK_BOTH);
}

fn head(canvas: &mut Canvas, hand: &Hand<'_>, mode: Mode) {
    mark(canvas, (MARGIN - 5.0, 48.0), 52.0);
    let name = hand.bold(30.0);
    put(
        canvas,
        &name,
        &name.one_line("Parallax", INNER),
        (132.0, 84.0),
        INK,
    );
    let (text, colour) = match mode {
        Mode::Neural => ("Search by meaning", MEANING),
        Mode::Text => ("Search by words", WORDS),
        Mode::Hybrid => ("Search by both", BOTH),
    };
    let right = WIDTH as f32 - MARGIN;
    put_before(canvas, &hand.bold(26.0), text, (right, 84.0), colour);
}

fn search(canvas: &mut Canvas, hand: &Hand<'_>, (q, told): (&str, &str), rows: &[Row]) {
    let large = hand.bold(60.0);
    let lines = large.lines(q, INNER, 2);
    // A query in a script that the fonts do not have leaves its place to the hits.
    let mut y = 136.0;
    for line in &lines {
        y += 66.0;
        put(canvas, &large, line, (MARGIN, y), INK);
    }
    y += 50.0;
    let small = hand.normal(27.0);
    put(
        canvas,
        &small,
        &small.one_line(told, INNER),
        (MARGIN, y),
        INK_FAINT,
    );
    y += 28.0;
    canvas.rectangle([MARGIN, y, INNER, 2.0], LINE);
    let title = hand.bold(32.0);
    for (at, row) in rows.iter().enumerate() {
        y += if at == 0 { 56.0 } else { 68.0 };
        let number = hand.normal(27.0);
        let place = number.one_line(&(at + 1).to_string(), INNER);
        put(canvas, &number, &place, (MARGIN, y), INK_FAINT);
        let end = marks(canvas, hand, row, y);
        let room = end - MARGIN - 44.0 - 28.0;
        let line = title.one_line(&row.title, room);
        if line.glyphs.is_empty() {
            let line = number.one_line("A title in another script", room);
            put(canvas, &number, &line, (MARGIN + 44.0, y), INK_FAINT);
        } else {
            put(canvas, &title, &line, (MARGIN + 44.0, y), INK_SOFT);
        }
    }
}

/// The ranks of a hit by each engine, from the right. Returns where they begin.
fn marks(canvas: &mut Canvas, hand: &Hand<'_>, row: &Row, y: f32) -> f32 {
    let mut right = WIDTH as f32 - MARGIN;
    let ranks = [
        (row.by_words, "words", WORDS, WORDS_SOFT),
        (row.by_meaning, "meaning", MEANING, MEANING_SOFT),
    ];
    for (rank, engine, colour, soft) in ranks {
        let Some(rank) = rank else {
            continue;
        };
        let small = hand.bold(22.0);
        let line = small.one_line(&format!("#{rank} by {engine}"), INNER);
        let width = line.width + 28.0;
        canvas.rounded([right - width, y - 30.0, width, 42.0], [10.0; 4], soft);
        put(
            canvas,
            &small,
            &line,
            (right - width + 14.0, y - 1.0),
            colour,
        );
        right -= width + 12.0;
    }
    right
}

fn plain(canvas: &mut Canvas, hand: &Hand<'_>) {
    mark(canvas, (MARGIN - 12.0, 150.0), 128.0);
    let name = hand.bold(92.0);
    put(
        canvas,
        &name,
        &name.one_line("Parallax", INNER),
        (216.0, 248.0),
        INK,
    );
    let large = hand.bold(46.0);
    let line = large.one_line("Neural search you can see through", INNER);
    put(canvas, &large, &line, (MARGIN, 380.0), INK);
    let mut x = MARGIN;
    let small = hand.bold(32.0);
    for (text, colour) in [
        ("By meaning", MEANING),
        ("by words", WORDS),
        ("by both", BOTH),
    ] {
        let line = small.one_line(text, INNER);
        put(canvas, &small, &line, (x, 446.0), colour);
        x += line.width + 28.0;
    }
    let note = hand.normal(27.0);
    let line = note.one_line("Every hit says why it was found.", INNER);
    put(canvas, &note, &line, (MARGIN, 506.0), INK_FAINT);
}

#[cfg(test)]
mod tests {
    use super::super::fonts::tests::site;
    use super::*;
    use crate::site::Files;

    #[test]
    fn the_colours_are_those_of_the_page() {
        let tokens = include_str!("../../../../style/tokens.css");
        for (name, colour) in [
            ("paper", PAPER),
            ("line", LINE),
            ("ink", INK),
            ("ink-soft", INK_SOFT),
            ("ink-faint", INK_FAINT),
            ("meaning", MEANING),
            ("meaning-soft", MEANING_SOFT),
            ("words", WORDS),
            ("words-soft", WORDS_SOFT),
            ("both", BOTH),
        ] {
            let token = format!("--color-{name}: light-dark(#{colour:06x},");
            assert!(tokens.contains(&token), "{token}");
        }
    }

    #[test]
    fn hostile_titles_stay_in_their_place() {
        let fonts = Fonts::of(Files::InFolder(site()));
        let titles = [
            "w".repeat(100_000),
            "\u{202e}<script>alert(1)</script>".to_owned(),
            "🪱🐄".to_owned(),
        ];
        let row = |title: String| Row {
            title,
            by_meaning: Some(u32::MAX),
            by_words: Some(u32::MAX),
        };
        let card = Card::Search {
            q: "\u{0}\u{feff}".repeat(1_000) + &"m".repeat(100_000),
            mode: Mode::Hybrid,
            told: "x".repeat(100_000),
            rows: titles.map(row).into(),
        };
        assert!(draw(&card, &fonts).unwrap().len() > 1_000);
    }
}
