//! Iterates over several sorted columns as one, for merging, counting and listing in order.

use std::cmp::Ordering;
use std::ops::Range;

use super::column::ColumnBuilder;
use super::{Column, FacetValue};

/// A walk over the values of several columns at once, each distinct value once, in ascending or
/// descending order.
pub struct Walk<'a> {
    /// What is left of each column.
    ahead: Vec<(&'a Column, Range<usize>)>,
    here: Vec<(usize, usize)>,
    backwards: bool,
}

impl<'a> Walk<'a> {
    /// Over all values, ascending.
    pub fn over(columns: impl IntoIterator<Item = &'a Column>) -> Self {
        let whole = |column: &'a Column| (column, column.all());
        Self::through(columns.into_iter().map(whole).collect(), false)
    }

    /// Over some values of each column.
    pub fn through(ahead: Vec<(&'a Column, Range<usize>)>, backwards: bool) -> Self {
        Self {
            ahead,
            here: Vec::new(),
            backwards,
        }
    }

    /// Moves to the next value.
    pub fn step(&mut self) -> Option<&'a FacetValue> {
        self.here.clear();
        let mut nearest: Option<&'a FacetValue> = None;
        for (part, (column, ahead)) in self.ahead.iter().enumerate() {
            let at = if self.backwards {
                ahead.clone().next_back()
            } else {
                ahead.clone().next()
            };
            let Some(at) = at else { continue };
            let value = column.value(at);
            let order = nearest.map(|nearest| match value.cmp(nearest) {
                order if self.backwards => order.reverse(),
                order => order,
            });
            match order {
                Some(Ordering::Greater) => continue,
                Some(Ordering::Equal) => {}
                Some(Ordering::Less) | None => self.here.clear(),
            }
            nearest = Some(value);
            self.here.push((part, at));
        }
        for &(part, at) in &self.here {
            let ahead = &mut self.ahead[part].1;
            if self.backwards {
                ahead.end = at;
            } else {
                ahead.start = at + 1;
            }
        }
        nearest
    }

    /// The positions that have the current value, column by column.
    pub fn positions(&self) -> impl Iterator<Item = (usize, &'a [u32])> + '_ {
        let here = self.here.iter();
        here.map(|&(part, at)| (part, self.ahead[part].0.having(at)))
    }
}

/// Merges several columns: position `p` of each becomes `place[p]`, and positions without a
/// place are dropped. Places ascend from column to column.
pub(super) fn merge(parts: &[(&Column, &[Option<u32>])]) -> Column {
    let mut merged = ColumnBuilder::default();
    let mut walk = Walk::over(parts.iter().map(|(column, _)| *column));
    while let Some(value) = walk.step() {
        let places = walk.positions().flat_map(|(part, having)| {
            let place = parts[part].1;
            having
                .iter()
                .filter_map(|&p| place.get(p as usize).copied().flatten())
        });
        merged.push(value, places);
    }
    merged.build()
}
