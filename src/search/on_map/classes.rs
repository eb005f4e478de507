//! Classes of records by a facet, to colour a map.

use super::NOT_SHOWN;
use crate::error::Result;
use crate::filter::{FacetValue, Walk};
use crate::map::Map;
use crate::search::searcher::Searcher;
use crate::vocabulary::{FacetKind, MAX_CLASSES, MapClass, MapLegend, NO_VALUE, OTHER_VALUE};

/// Into how many intervals numbers and dates are divided that have more different values than there
/// are classes.
const INTERVALS: u32 = 8;

impl Searcher<'_> {
    /// The class of each record, in map order, and what the classes mean. Texts have the most frequent
    /// values as classes. Numbers and dates are divided into intervals with about as many records
    /// each, by their first value.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for a field that is not a facet.
    pub fn map_classes(&self, map: &Map, field: &str) -> Result<(Vec<u8>, MapLegend)> {
        let facet = self.facet("colour the map", field)?;
        let shown = self.shown(map);
        let mut classes = Classes {
            of_record: vec![NO_VALUE; map.len()],
            names: Vec::new(),
        };
        let values = || {
            let parts = self.generation.parts.iter();
            Walk::over(parts.map(|part| part.segment.columns.facets.column(facet)))
        };
        match self.schema.facets[facet].kind {
            FacetKind::Text | FacetKind::Boolean => classes.by_frequency(&values, &shown),
            FacetKind::Number | FacetKind::Date => classes.by_interval(&values, &shown),
        }
        let shown = shown.iter().flatten().filter(|&&index| index != NOT_SHOWN);
        let legend = classes.legend(field, shown.copied());
        Ok((classes.of_record, legend))
    }
}

/// The classes of a map's records.
struct Classes {
    of_record: Vec<u8>,
    /// The name of each, from class 1.
    names: Vec<String>,
}

impl Classes {
    fn by_frequency<'a>(&mut self, values: &dyn Fn() -> Walk<'a>, shown: &[Vec<u32>]) {
        let mut frequent: Vec<(u32, &FacetValue)> = Vec::new();
        let mut walk = values();
        while let Some(value) = walk.step() {
            let count = indices(&walk, shown).count() as u32;
            // Walked in order, so that of equally frequent values, the first are kept.
            let at = frequent.partition_point(|&(other, _)| other >= count);
            if count > 0 && at < MAX_CLASSES {
                frequent.insert(at, (count, value));
                frequent.truncate(MAX_CLASSES);
            }
        }
        let mut walk = values();
        while let Some(value) = walk.step() {
            let at = frequent.iter().position(|&(_, other)| other == value);
            let class = at.map_or(OTHER_VALUE, |at| at as u8 + 1);
            for index in indices(&walk, shown) {
                let own = &mut self.of_record[index as usize];
                if *own == NO_VALUE || class < *own {
                    *own = class;
                }
            }
        }
        self.names = frequent
            .iter()
            .map(|(_, value)| value.to_string())
            .collect();
    }

    fn by_interval<'a>(&mut self, values: &dyn Fn() -> Walk<'a>, shown: &[Vec<u32>]) {
        // How many records have each value as their first.
        let mut counts: Vec<(&FacetValue, u32)> = Vec::new();
        let mut seen = vec![false; self.of_record.len()];
        let mut first = |walk: &Walk<'_>| {
            let new = indices(walk, shown)
                .filter(|&index| !std::mem::replace(&mut seen[index as usize], true));
            new.count() as u32
        };
        let mut walk = values();
        while let Some(value) = walk.step() {
            let count = first(&walk);
            if count > 0 {
                counts.push((value, count));
            }
        }
        let intervals = divided(&counts.iter().map(|&(_, count)| count).collect::<Vec<_>>());
        for range in intervals.chunk_by(|a, b| a.0 == b.0) {
            let value = |at: usize| {
                counts
                    .get(at)
                    .map_or(String::new(), |&(value, _)| name(value))
            };
            let (least, greatest) = (range[0].1, range[range.len() - 1].1);
            self.names.push(match (value(least), value(greatest)) {
                (from, to) if from == to => from,
                (from, to) => format!("{from}–{to}"),
            });
        }
        let mut walk = values();
        let mut at = 0;
        while let Some(value) = walk.step() {
            if counts.get(at).is_none_or(|(other, _)| *other != value) {
                continue;
            }
            let class = intervals.get(at).map_or(0, |(interval, _)| *interval);
            at += 1;
            for index in indices(&walk, shown) {
                let own = &mut self.of_record[index as usize];
                if *own == NO_VALUE {
                    *own = class as u8 + 1;
                }
            }
        }
    }

    fn legend(&self, field: &str, shown: impl Iterator<Item = u32>) -> MapLegend {
        let mut counts = [0u32; u8::MAX as usize + 1];
        for index in shown {
            let class = self.of_record.get(index as usize);
            counts[class.copied().unwrap_or(NO_VALUE) as usize] += 1;
        }
        let classes = (1u8..).zip(&self.names).map(|(class, name)| MapClass {
            class,
            value: name.clone(),
            records: counts[class as usize],
        });
        MapLegend {
            facet: field.to_owned(),
            classes: classes.collect(),
            other: counts[OTHER_VALUE as usize],
            none: counts[NO_VALUE as usize],
        }
    }
}

/// A number, a year, a month or a day; of a moment, the day.
fn name(value: &FacetValue) -> String {
    let (whole, rounded) = (value.to_string(), value.rounded());
    if whole.len() < rounded.len() {
        whole
    } else {
        rounded
    }
}

/// The indices of the records on the map that have the current value.
fn indices<'a>(walk: &'a Walk<'_>, shown: &'a [Vec<u32>]) -> impl Iterator<Item = u32> + 'a {
    let all = walk.positions().flat_map(|(part, having)| {
        let shown = shown.get(part).map_or(&[][..], Vec::as_slice);
        having
            .iter()
            .filter_map(|&at| shown.get(at as usize).copied())
    });
    all.filter(|&index| index != NOT_SHOWN)
}

/// The interval of each of some values in order, from 0, with the value's place, given how many
/// records have each: one for each value, or intervals with about as many records.
fn divided(counts: &[u32]) -> Vec<(u32, usize)> {
    if counts.len() <= MAX_CLASSES {
        return (0..).zip(0..counts.len()).collect();
    }
    let all: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let mut before = 0u64;
    let mut last = None;
    let mut interval = 0;
    let places = counts.iter().enumerate().map(|(at, &count)| {
        // Where the middle of the records with this value is.
        let middle = before * 2 + u64::from(count);
        before += u64::from(count);
        let wanted = middle * u64::from(INTERVALS) / (2 * all.max(1));
        // No interval is empty, even where one value fills several.
        if let Some(last) = last.replace(wanted)
            && wanted > last
        {
            interval += 1;
        }
        (interval, at)
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_named_by_what_its_values_tell() {
        for (date, told) in [
            ("1999", "1999"),
            ("2024-05", "2024-05"),
            ("2024-05-01", "2024-05-01"),
            ("2024-05-01T10:00:00Z", "2024-05-01"),
        ] {
            let date = FacetValue::parse(date, FacetKind::Date).unwrap();
            assert_eq!(name(&date), told);
        }
        let number = FacetValue::parse("-1.5", FacetKind::Number).unwrap();
        assert_eq!(name(&number), "-1.5");
    }

    fn of(counts: &[u32]) -> Vec<u32> {
        divided(counts)
            .into_iter()
            .map(|(interval, _)| interval)
            .collect()
    }

    #[test]
    fn few_values_are_classes_of_their_own() {
        assert_eq!(of(&[5, 900, 1]), [0, 1, 2]);
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn many_values_are_divided_evenly() {
        let intervals = of(&[3; 80]);
        assert!(intervals.is_sorted());
        for interval in 0..8 {
            assert_eq!(intervals.iter().filter(|&&at| at == interval).count(), 10);
        }
        // A value with most of the records has an interval of its own.
        let mut counts = [1; 20];
        counts[10] = 1_000;
        let intervals = of(&counts);
        assert_eq!(
            intervals.iter().filter(|&&at| at == intervals[10]).count(),
            1
        );
        assert_eq!(intervals[19], 2);
    }
}
