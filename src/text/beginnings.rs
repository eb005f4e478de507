//! The titles of records in order, by which those are found that begin as typed.

use std::io::{self, Write};

use crate::analysis::fold;
use crate::mapped::{MappedFile, SectionWriter, Values};

/// How many bytes of a title are kept. Titles that are the same so far are in order of record.
const MAX_BYTES: usize = 64;

/// How many titles are looked at to find live ones.
const MAX_LOOKED_AT: usize = 256;

/// The titles of some records, without case and accents, each with its records.
///
/// The texts are plain: most titles differ soon after they begin, so a map of shared beginnings and
/// ends would be about as large, and take several times as long to build.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beginnings {
    /// The distinct texts in order, one after another.
    texts: Values<u8>,
    /// Where each text ends; it starts where the previous one ends.
    text_ends: Values<u32>,
    /// Where the records of each text end; they start where those of the previous one end.
    ends: Values<u32>,
    /// Ascending within a title.
    records: Values<u32>,
}

/// The titles of an index while its records are read. Their texts are one after another in one text,
/// because so many small ones would take longer to free than to sort.
#[derive(Default)]
pub struct Gathered {
    texts: Vec<u8>,
    titles: Vec<Title>,
}

/// A title in [`Gathered`].
struct Title {
    /// Its first 16 bytes as a number, which is compared faster. Most titles differ there.
    first_bytes: u128,
    /// Where its text starts and ends.
    start: usize,
    end: usize,
    record: u32,
}

impl Gathered {
    /// Adds the title of the next record, unless nothing is left of it.
    pub fn add(&mut self, title: &str, record: u32) {
        if let Some(text) = spelled(title) {
            self.add_spelled(text.as_bytes(), record);
        }
    }

    fn add_spelled(&mut self, text: &[u8], record: u32) {
        let start = self.texts.len();
        self.texts.extend_from_slice(text);
        self.titles.push(Title {
            first_bytes: first_bytes(text),
            start,
            end: self.texts.len(),
            record,
        });
    }

    /// The titles in order, each with its records.
    pub fn build(mut self) -> Beginnings {
        let text = |title: &Title| &self.texts[title.start..title.end];
        self.titles.sort_unstable_by(|a, b| {
            let by_text = a.first_bytes.cmp(&b.first_bytes);
            let by_text = by_text.then_with(|| text(a).cmp(text(b)));
            by_text.then(a.record.cmp(&b.record))
        });
        let mut texts = Vec::with_capacity(self.texts.len());
        let (mut text_ends, mut ends, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for same in self.titles.chunk_by(|a, b| text(a) == text(b)) {
            texts.extend(same.first().into_iter().flat_map(text));
            text_ends.push(texts.len() as u32);
            records.extend(same.iter().map(|title| title.record));
            ends.push(records.len() as u32);
        }
        Beginnings {
            texts: texts.into(),
            text_ends: text_ends.into(),
            ends: ends.into(),
            records: records.into(),
        }
    }
}

impl Beginnings {
    /// Merges several: record `r` of each becomes `place[r]`, and records without a place are
    /// dropped.
    pub fn merge(parts: &[(&Self, &[Option<u32>])]) -> Self {
        let mut merged = Gathered::default();
        for (part, places) in parts {
            for title in 0..part.ends.len() {
                for &record in part.records(title) {
                    if let Some(place) = places.get(record as usize).copied().flatten() {
                        merged.add_spelled(part.text(title), place);
                    }
                }
            }
        }
        merged.build()
    }

    /// The first titles in order that begin with a text as [`spelled`] and have a live record,
    /// each with the first such record.
    pub fn first(
        &self,
        beginning: &str,
        most: usize,
        is_live: impl Fn(u32) -> bool,
    ) -> Vec<(String, u32)> {
        let beginning = beginning.as_bytes();
        let begun = self.first_from(beginning)..self.ends.len();
        let begun = begun.take_while(|&title| self.text(title).starts_with(beginning));
        let live = begun.take(MAX_LOOKED_AT).filter_map(|title| {
            let mut records = self.records(title).iter().copied();
            let record = records.find(|&record| is_live(record))?;
            let text = String::from_utf8(self.text(title).to_vec()).ok()?;
            Some((text, record))
        });
        live.take(most).collect()
    }

    /// Calls `each` with every title and each of its records, in order of title.
    pub fn each(&self, mut each: impl FnMut(&[u8], u32)) {
        for title in 0..self.ends.len() {
            for &record in self.records(title) {
                each(self.text(title), record);
            }
        }
    }

    /// The number of the first title that is not before a text.
    fn first_from(&self, text: &[u8]) -> usize {
        let (mut from, mut to) = (0, self.ends.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if self.text(middle) < text {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    fn text(&self, title: usize) -> &[u8] {
        of(&self.texts, &self.text_ends, title)
    }

    /// The records of a title, deleted ones among them.
    fn records(&self, title: usize) -> &[u32] {
        of(&self.records, &self.ends, title)
    }

    /// Writes them to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("beginnings.texts", self.texts.as_bytes())?;
        to.section("beginnings.text_ends", self.text_ends.as_bytes())?;
        to.section("beginnings.ends", self.ends.as_bytes())?;
        to.section("beginnings.records", self.records.as_bytes())
    }

    /// The titles in a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            texts: file.values("beginnings.texts")?,
            text_ends: file.values("beginnings.text_ends")?,
            ends: file.values("beginnings.ends")?,
            records: file.values("beginnings.records")?,
        })
    }

    /// Whether these can be the titles of `records` records, as they are unless the file was
    /// tampered with.
    pub fn fits(&self, records: usize) -> bool {
        self.text_ends.len() == self.ends.len()
            && ends_at(&self.text_ends, self.texts.len())
            && ends_at(&self.ends, self.records.len())
            && self.records.iter().all(|&of| (of as usize) < records)
    }
}

/// What belongs to a title: it starts where that of the previous one ends.
fn of<'a, T>(all: &'a [T], ends: &[u32], title: usize) -> &'a [T] {
    let end = |title: usize| ends.get(title).map_or(0, |&end| end as usize);
    let start = title.checked_sub(1).map_or(0, end);
    all.get(start..end(title)).unwrap_or(&[])
}

/// Whether ends are in order, and the last one is that of everything.
fn ends_at(ends: &[u32], all: usize) -> bool {
    ends.is_sorted() && ends.last().map_or(0, |&end| end as usize) == all
}

/// The first 16 bytes of a text as a number. Numbers are in the order of the texts, or the same.
fn first_bytes(text: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(bytes)
}

/// A title, or its beginning, as it is looked up: without case and accents, without marks in
/// front, with single spaces, and cut. `None` if nothing is left of it.
pub fn spelled(title: &str) -> Option<String> {
    let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut text = String::new();
    for word in title.split_whitespace() {
        if text.len() >= MAX_BYTES {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&fold(word));
    }
    text.truncate(text.floor_char_boundary(MAX_BYTES));
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(titles: &[&str]) -> Beginnings {
        let mut gathered = Gathered::default();
        for (title, record) in titles.iter().zip(0..) {
            gathered.add(title, record);
        }
        gathered.build()
    }

    fn found(titles: &[&str], typed: &str) -> Vec<u32> {
        let beginning = spelled(typed).unwrap_or_default();
        let first = of(titles).first(&beginning, 5, |_| true);
        first.into_iter().map(|(_, record)| record).collect()
    }

    #[test]
    fn titles_are_found_however_their_beginning_is_written() {
        let titles = [
            "Dune Messiah",
            "Émile",
            "dune",
            "“Dunes”",
            "The Dune",
            "emil",
        ];
        assert_eq!(found(&titles, "Dune"), [2, 0, 3]);
        assert_eq!(found(&titles, " dune   m"), [0]);
        assert_eq!(found(&titles, "ÉMI"), [5, 1]);
        assert_eq!(found(&titles, "une"), [] as [u32; 0]);
    }

    #[test]
    fn deleted_records_are_passed_over() {
        let titles = of(&["Dune", "Dune", "Dunes"]);
        let live = |record| record != 0;
        assert_eq!(titles.first("du", 5, live).len(), 2);
        assert_eq!(titles.first("du", 5, live)[0], ("dune".into(), 1));
        assert_eq!(titles.first("du", 1, live).len(), 1);
        assert!(titles.first("du", 5, |_| false).is_empty());
    }

    #[test]
    fn a_long_title_is_cut_between_characters() {
        let long = "€".repeat(40);
        assert_eq!(spelled(&long), None);
        let long = spelled(&"ж".repeat(40)).unwrap();
        assert_eq!(long.chars().count(), 32);
    }

    proptest! {
        #[test]
        fn merged_titles_are_those_built_at_once(
            parts in prop::collection::vec(
                prop::collection::vec(("[ab É]{0,3}", any::<bool>()), 0..8), 1..4)
        ) {
            let mut next = 0;
            let places: Vec<Vec<Option<u32>>> = parts.iter().map(|part| {
                let place = |kept: bool| kept.then(|| { next += 1; next - 1 });
                part.iter().map(|(_, kept)| *kept).map(place).collect()
            }).collect();
            let built: Vec<Beginnings> = parts.iter().map(|part| {
                of(&part.iter().map(|(title, _)| title.as_str()).collect::<Vec<_>>())
            }).collect();
            let pairs: Vec<(&Beginnings, &[Option<u32>])> =
                built.iter().zip(places.iter().map(Vec::as_slice)).collect();
            let kept = parts.iter().flatten().filter(|(_, kept)| *kept);
            let kept: Vec<&str> = kept.map(|(title, _)| title.as_str()).collect();
            let merged = Beginnings::merge(&pairs);
            prop_assert_eq!(&merged, &of(&kept));
            prop_assert!(merged.fits(kept.len()));
        }
    }
}
