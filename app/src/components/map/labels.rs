//! Which names of regions are written on the map, and where, so that none covers another. This
//! depends on how large the map is drawn, not on which part of it is seen, so names do not come and go
//! while the map is moved.

use parallax::vocabulary::MapRegion;

/// From which zoom on the parts of the regions are named instead of the regions.
const NEAR: f64 = 2.5;
/// The height of a name, in pixels.
const HEIGHT: f64 = 18.0;
/// The space around a name, in pixels.
const AROUND: f64 = 5.0;
/// The width of a letter, in pixels; of those of scripts with wide letters twice that.
const LETTER: f64 = 7.2;
/// How many words of a region's name are written.
const WORDS: usize = 2;
/// How many letters of a word.
const LETTERS: usize = 22;

/// A name on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Its middle, in pixels from the map's own corner.
    pub x: f64,
    /// The same, downwards.
    pub y: f64,
    /// What is written.
    pub text: String,
    /// Whether it names a region of the whole map, not a part of one.
    pub large: bool,
}

/// The names that are written at a scale, in pixels a unit, and at a zoom. Those of regions with more
/// records are placed first.
pub fn placed(regions: &[MapRegion], scale: f64, zoom: f64) -> Vec<Label> {
    let wanted = u8::from(zoom >= NEAR);
    // A small map has regions of one level only.
    let level = match regions.iter().any(|region| region.level == wanted) {
        true => wanted,
        false => 1 - wanted,
    };
    let mut regions: Vec<&MapRegion> = regions
        .iter()
        .filter(|region| region.level == level && !region.words.is_empty())
        .collect();
    regions.sort_by_key(|region| std::cmp::Reverse(region.records));
    let mut labels: Vec<Label> = Vec::new();
    let mut boxes: Vec<[f64; 4]> = Vec::new();
    for region in regions {
        let text = name(&region.words);
        let (x, y) = (f64::from(region.x) * scale, f64::from(region.y) * scale);
        let (half, tall) = (width_of(&text) / 2.0 + AROUND, HEIGHT / 2.0 + AROUND);
        let own = [x - half, y - tall, x + half, y + tall];
        if boxes.iter().all(|other| apart(&own, other)) {
            boxes.push(own);
            let large = level == 0;
            labels.push(Label { x, y, text, large });
        }
    }
    labels
}

fn apart(a: &[f64; 4], b: &[f64; 4]) -> bool {
    a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]
}

fn name(words: &[String]) -> String {
    let words = words
        .iter()
        .take(WORDS)
        .map(|word| shortened(word, LETTERS));
    words.collect::<Vec<_>>().join(", ")
}

/// The first letters of a text, on one line, and a sign if there are more.
pub fn shortened(text: &str, letters: usize) -> String {
    let mut rest = text.chars();
    let mut short: String = rest.by_ref().take(letters).collect();
    if rest.next().is_some() {
        short.push('\u{2026}');
    }
    short
}

/// About how wide a text is, in pixels.
fn width_of(text: &str) -> f64 {
    let letters = text.chars().map(|letter| match u32::from(letter) {
        0x1100..=0x11ff | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xff00..=0xffef | 0x1_f000.. => 2.0,
        _ => 1.0,
    });
    letters.sum::<f64>() * LETTER
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(x: u16, y: u16, records: u32, word: &str, level: u8) -> MapRegion {
        MapRegion {
            x,
            y,
            records,
            words: vec![word.into()],
            level,
        }
    }

    fn texts(labels: Vec<Label>) -> Vec<String> {
        labels.into_iter().map(|label| label.text).collect()
    }

    #[test]
    fn no_name_covers_another_and_large_regions_come_first() {
        let regions: Vec<MapRegion> = (0..400)
            .map(|at| {
                region(
                    at % 20 * 3_000,
                    at / 20 * 3_000,
                    at.into(),
                    "solar power",
                    0,
                )
            })
            .collect();
        let labels = placed(&regions, 0.01, 1.0);
        assert_eq!(labels[0].x, 399.0_f64 % 20.0 * 30.0);
        assert!(labels.len() > 10 && labels.len() < 400);
        let half = width_of("solar power") / 2.0;
        for (at, one) in labels.iter().enumerate() {
            for other in &labels[..at] {
                let beside = (one.x - other.x).abs() >= 2.0 * half;
                assert!(beside || (one.y - other.y).abs() >= HEIGHT);
            }
        }
    }

    #[test]
    fn near_by_the_parts_are_named() {
        let regions = [
            region(100, 100, 9, "food", 0),
            region(100, 100, 4, "cheese", 1),
        ];
        assert_eq!(texts(placed(&regions, 0.01, 1.0)), ["food"]);
        assert_eq!(texts(placed(&regions, 0.1, 10.0)), ["cheese"]);
        // Where there are no parts, the regions keep their names.
        assert_eq!(texts(placed(&regions[..1], 0.1, 10.0)), ["food"]);
        assert!(placed(&[], 1.0, 1.0).is_empty());
    }

    #[test]
    fn long_words_are_cut() {
        let long = "x".repeat(100_000);
        let labels = placed(&[region(0, 0, 1, &long, 0)], 1.0, 1.0);
        assert_eq!(labels[0].text.chars().count(), LETTERS + 1);
        assert_eq!(shortened("漢字", 2), "漢字");
    }
}
