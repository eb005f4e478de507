//! The titles of records in order, by which those are found that begin as typed.

use std::io::{self, Write};

use super::dictionary::{DictionaryBuilder, TermDictionary};
use crate::analysis::fold;
use crate::mapped::{MappedFile, SectionWriter, Values};

/// How many bytes of a title are kept. Titles that are the same so far are in order of record.
const MAX_BYTES: usize = 64;

/// How many titles are looked at to find live ones.
const MAX_LOOKED_AT: u32 = 256;

/// The titles of some records, without case and accents, each with its records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beginnings {
    texts: TermDictionary,
    /// Where the records of each title end; they start where those of the previous one end.
    ends: Values<u32>,
    /// Ascending within a title.
    records: Values<u32>,
}

/// The titles of an index while its records are read. Their texts are one after another in one text,
/// because so many small ones would take longer to free than to sort.
#[derive(Default)]
pub struct Gathered {
    texts: String,
    /// The first bytes of each title, where it starts and ends in `texts`, and its record. Most titles
    /// differ in their first bytes, which are compared faster as a number.
    titles: Vec<(u128, usize, usize, u32)>,
}

impl Gathered {
    /// Adds the title of the next record, unless nothing is left of it.
    pub fn add(&mut self, title: &str, record: u32) {
        if let Some(text) = spelled(title) {
            let start = self.texts.len();
            self.texts.push_str(&text);
            let title = (first_bytes(&text), start, self.texts.len(), record);
            self.titles.push(title);
        }
    }

    /// The titles in order, each with its records.
    pub fn build(mut self) -> Beginnings {
        let text = |&(_, start, end, _): &(u128, usize, usize, u32)| &self.texts[start..end];
        // Records come in order, so the sort keeps those of the same title in order if it is stable.
        self.titles
            .sort_by(|a, b| a.0.cmp(&b.0).then_with(|| text(a).cmp(text(b))));
        let mut builder = Builder::default();
        for same in self
            .titles
            .chunk_by(|a, b| a.0 == b.0 && text(a) == text(b))
        {
            if let Some(first) = same.first() {
                builder.add(text(first), same.iter().map(|(.., record)| *record));
            }
        }
        builder.build()
    }
}

/// Builds titles that come in order.
#[derive(Default)]
struct Builder {
    texts: DictionaryBuilder,
    ends: Vec<u32>,
    records: Vec<u32>,
}

impl Builder {
    /// Adds the next title in order, with its records; nothing if it has none.
    fn add(&mut self, text: &str, records: impl Iterator<Item = u32>) {
        let before = self.records.len();
        self.records.extend(records);
        if self.records.len() > before {
            self.texts.add(text);
            self.ends.push(self.records.len() as u32);
        }
    }

    fn build(self) -> Beginnings {
        Beginnings {
            texts: self.texts.build(),
            ends: self.ends.into(),
            records: self.records.into(),
        }
    }
}

impl Beginnings {
    /// Merges several: record `r` of each becomes `place[r]`, and records without a place are
    /// dropped. Places ascend from part to part.
    pub fn merge(parts: &[(&Self, &[Option<u32>])]) -> Self {
        let texts: Vec<&TermDictionary> = parts.iter().map(|(part, _)| &part.texts).collect();
        let mut builder = Builder::default();
        TermDictionary::each_of(&texts, |text, same| {
            let records = same.iter().flat_map(|&(at, title)| {
                let (part, places) = parts[at];
                let records = part.records(title).iter();
                records.filter_map(|&record| places.get(record as usize).copied().flatten())
            });
            builder.add(text, records);
        });
        builder.build()
    }

    /// The first titles in order that begin with a text as [`spelled`] and have a live record,
    /// each with the first such record.
    pub fn first(
        &self,
        beginning: &str,
        most: usize,
        is_live: impl Fn(u32) -> bool,
    ) -> Vec<(String, u32)> {
        let begun = self.texts.beginning_with(beginning);
        let begun = begun.start..begun.end.min(begun.start + MAX_LOOKED_AT);
        let live = begun.filter_map(|title| {
            let mut records = self.records(title).iter().copied();
            let record = records.find(|&record| is_live(record))?;
            Some((self.texts.text(title)?, record))
        });
        live.take(most).collect()
    }

    /// The records of a title, deleted ones among them.
    fn records(&self, title: u32) -> &[u32] {
        let end = |title: usize| self.ends.get(title).map_or(0, |&end| end as usize);
        let start = (title as usize).checked_sub(1).map_or(0, end);
        self.records.get(start..end(title as usize)).unwrap_or(&[])
    }

    /// Writes them to sections of a file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save<W: Write>(&self, to: &mut SectionWriter<W>) -> io::Result<()> {
        to.section("beginnings.texts", self.texts.as_bytes())?;
        to.section("beginnings.ends", self.ends.as_bytes())?;
        to.section("beginnings.records", self.records.as_bytes())
    }

    /// The titles in a file.
    ///
    /// # Errors
    /// Why they cannot be used.
    pub fn load(file: &MappedFile) -> Result<Self, String> {
        Ok(Self {
            texts: TermDictionary::load(file, "beginnings.texts")?,
            ends: file.values("beginnings.ends")?,
            records: file.values("beginnings.records")?,
        })
    }

    /// Whether these can be the titles of `records` records, as they are unless the file was
    /// tampered with.
    pub fn fits(&self, records: usize) -> bool {
        self.texts.len() == self.ends.len()
            && self.ends.is_sorted()
            && self.ends.last().map_or(0, |&end| end as usize) == self.records.len()
            && self.records.iter().all(|&of| (of as usize) < records)
    }
}

/// The first 16 bytes of a text as a number, by which texts are in the same order as by their bytes.
fn first_bytes(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
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
