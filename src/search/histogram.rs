//! How the numbers or dates of a facet are distributed: records counted in intervals of equal
//! width. The intervals of dates begin and end with a day, and those of whole numbers with a whole
//! number.

use crate::filter::{FacetValue, Walk};
use crate::query::Bucket;
use crate::search::members::Members;

/// From the least to the greatest value, as [`crate::filter::FacetValue::measure`] places them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    least: f64,
    greatest: f64,
    /// Whether all values are whole.
    whole: bool,
}

impl Extent {
    /// The extent of one value.
    fn at(measure: f64) -> Self {
        Self {
            least: measure,
            greatest: measure,
            whole: measure.fract() == 0.0,
        }
    }

    /// The extent of some values and another one, which is not less than the others; `None` for values
    /// that are neither numbers nor dates.
    pub fn with(others: Option<Self>, value: &FacetValue) -> Option<Self> {
        let measure = value.measure()?;
        Some(match others {
            Some(extent) => extent.up_to(measure),
            None => Self::at(measure),
        })
    }

    /// The extent with another value, which is not less than the others.
    fn up_to(self, measure: f64) -> Self {
        Self {
            greatest: measure,
            whole: self.whole && measure.fract() == 0.0,
            ..self
        }
    }

    /// How many intervals there are, at most `buckets`, and how wide each is.
    fn divided(self, buckets: usize) -> (usize, f64) {
        // Of the halves, because the whole may be beyond f64.
        let half = self.greatest / 2.0 - self.least / 2.0;
        let share = half / buckets as f64 * 2.0;
        if half == 0.0 {
            return (1, 1.0);
        }
        if !self.whole {
            return (buckets, share);
        }
        let values = half * 2.0 + 1.0;
        let width = (values / buckets as f64).ceil();
        if !width.is_finite() {
            return (buckets, share);
        }
        let needed = (values / width).ceil() as usize;
        (needed.clamp(1, buckets), width)
    }

    /// In which of the intervals of this width a value is.
    fn place(self, measure: f64, width: f64) -> usize {
        let distance = measure - self.least;
        if distance.is_finite() {
            (distance / width) as usize
        } else {
            (measure / width - self.least / width) as usize
        }
    }
}

/// Counts the records of each interval; `values` are those of the facet, ascending, and `among`
/// are the records to count in each part.
pub fn histogram(
    mut values: Walk<'_>,
    among: &[Members],
    extent: Extent,
    buckets: usize,
) -> Vec<Bucket> {
    let (buckets, width) = extent.divided(buckets);
    let mut histogram = vec![
        Bucket {
            count: 0,
            between: None,
        };
        buckets
    ];
    // A record with several values in an interval is counted once.
    let mut seen: Vec<Seen> = among.iter().map(|_| Seen::default()).collect();
    let mut current = 0;
    while let Some(value) = values.step() {
        let Some(measure) = value.measure() else {
            continue;
        };
        let at = extent.place(measure, width).min(buckets - 1);
        if at != current {
            seen.iter_mut().for_each(Seen::clear);
            current = at;
        }
        let mut has_value = false;
        let bucket = &mut histogram[at];
        for (part, having) in values.positions() {
            for &position in having.iter().filter(|&&at| among[part].contains(at)) {
                has_value = true;
                bucket.count += u32::from(seen[part].insert(position));
            }
        }
        if has_value {
            let value = value.rounded();
            let least = bucket.between.take().map(|(least, _)| least);
            bucket.between = Some((least.unwrap_or_else(|| value.clone()), value));
        }
    }
    histogram
}

/// The first and the last value in each interval, of values in rising order; `None` if there is none in it.
pub fn intervals(
    values: &[FacetValue],
    extent: Extent,
    buckets: usize,
) -> Vec<Option<(&FacetValue, &FacetValue)>> {
    let (buckets, width) = extent.divided(buckets);
    let mut intervals = vec![None; buckets];
    for value in values {
        let Some(measure) = value.measure() else {
            continue;
        };
        let at = extent.place(measure, width).min(buckets - 1);
        if let Some(interval) = intervals.get_mut(at) {
            let first = interval.map_or(value, |(first, _)| first);
            *interval = Some((first, value));
        }
    }
    intervals
}

/// The records of a part that were counted in the current interval, as one bit each.
#[derive(Default)]
struct Seen(Vec<u64>);

impl Seen {
    /// Whether a record is new.
    fn insert(&mut self, position: u32) -> bool {
        let (word, bit) = (position as usize / 64, 1 << (position % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let Some(bits) = self.0.get_mut(word) else {
            return false;
        };
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Column;
    use crate::record::FacetKind;
    use proptest::prelude::*;
    use roaring::RoaringBitmap;

    fn counted(values: &[(&str, u32)], kind: FacetKind, buckets: usize) -> Vec<Bucket> {
        let entry = |&(text, at): &(&str, u32)| (FacetValue::parse(text, kind).unwrap(), at);
        let mut entries: Vec<(FacetValue, u32)> = values.iter().map(entry).collect();
        entries.sort();
        let mut measures = entries.iter().filter_map(|(value, _)| value.measure());
        let first = Extent::at(measures.next().unwrap());
        let extent = measures.fold(first, Extent::up_to);
        let column = Column::new(entries);
        let all: RoaringBitmap = (0..100).collect();
        histogram(
            Walk::over([&column]),
            &[Members::of(100, &all)],
            extent,
            buckets,
        )
    }

    fn shown(buckets: &[Bucket]) -> Vec<String> {
        let shown = buckets.iter().map(|bucket| match &bucket.between {
            Some((from, to)) => format!("{from}..{to}: {}", bucket.count),
            None => bucket.count.to_string(),
        });
        shown.collect()
    }

    #[test]
    fn whole_numbers_have_whole_intervals() {
        let years = [
            ("1990", 0),
            ("1994", 1),
            ("1995", 2),
            ("2009", 3),
            ("2009", 4),
        ];
        assert_eq!(
            shown(&counted(&years, FacetKind::Number, 4)),
            ["1990..1994: 2", "1995..1995: 1", "0", "2009..2009: 2"]
        );
        let few = [("1", 0), ("3", 1)];
        assert_eq!(
            shown(&counted(&few, FacetKind::Number, 20)),
            ["1..1: 1", "0", "3..3: 1"]
        );
        let one = [("-7", 0)];
        assert_eq!(shown(&counted(&one, FacetKind::Number, 20)), ["-7..-7: 1"]);
    }

    #[test]
    fn fractions_and_extremes_are_divided_too() {
        let fractions = [("0.5", 0), ("1.25", 1), ("2.5", 2)];
        assert_eq!(
            shown(&counted(&fractions, FacetKind::Number, 2)),
            ["0.5..1.25: 2", "2.5..2.5: 1"]
        );
        let wide = [("-1.7e308", 0), ("0", 1), ("1.7e308", 2)];
        let counts = counted(&wide, FacetKind::Number, 4);
        assert_eq!(counts.iter().map(|bucket| bucket.count).sum::<u32>(), 3);
    }

    #[test]
    fn dates_are_divided_by_days() {
        let times = [
            ("2024-05-01T23:59:59Z", 0),
            ("2024-05-02T00:00:00Z", 1),
            ("2024-05-03", 2),
            ("2024-05", 3),
        ];
        assert_eq!(
            shown(&counted(&times, FacetKind::Date, 10)),
            [
                "2024-05-01..2024-05-01: 2",
                "2024-05-02..2024-05-02: 1",
                "2024-05-03..2024-05-03: 1"
            ]
        );
    }

    #[test]
    fn a_record_counts_once_in_an_interval() {
        let several = [("1", 0), ("2", 0), ("9", 0), ("2", 1)];
        assert_eq!(
            shown(&counted(&several, FacetKind::Number, 3)),
            ["1..2: 2", "0", "9..9: 1"]
        );
    }

    proptest! {
        #[test]
        fn every_record_is_counted_where_its_value_is(
            values in prop::collection::vec(-1e6f64..1e6, 1..40),
            buckets in 1usize..20,
        ) {
            let texts: Vec<String> = values.iter().map(f64::to_string).collect();
            let entries: Vec<(&str, u32)> = texts.iter().map(String::as_str).zip(0..).collect();
            let histogram = counted(&entries, FacetKind::Number, buckets);
            prop_assert!(histogram.len() <= buckets);
            let total: u32 = histogram.iter().map(|bucket| bucket.count).sum();
            prop_assert_eq!(total as usize, values.len());
            for bucket in &histogram {
                let Some((from, to)) = &bucket.between else {
                    prop_assert_eq!(bucket.count, 0);
                    continue;
                };
                let (from, to): (f64, f64) = (from.parse().unwrap(), to.parse().unwrap());
                let inside = values.iter().filter(|value| (from..=to).contains(value));
                prop_assert_eq!(inside.count(), bucket.count as usize);
            }
        }
    }
}
