//! The values of single fields in the points of one segment, in a form in which conditions find their
//! points without reading payloads.
//!
//! They are read when a condition first needs them, once per segment: no field has to be named in
//! advance, and fields that nobody filters by cost nothing. A merged segment is a new one, so its
//! values are read again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use roaring::RoaringBitmap;
use serde_json::Value;

use super::filter::{MAX_KEYS, Range, Scalar, Test};
use super::moment::Moment;
use super::path::Path;
use crate::digest::sha256;
use crate::locks::lock;

/// Of how many fields the values are kept for a segment: those that were used last. It is enough for any
/// filter.
const KEPT: usize = MAX_KEYS;

/// Longer strings are kept as their digest, because they are only compared as a whole.
const LONG: usize = 64;

/// The values of the fields that conditions have asked for.
#[derive(Default)]
pub struct Keys {
    /// The one that was used last comes first.
    kept: Mutex<Vec<(Path, Arc<Values>)>>,
    /// Held while values are read, so that several who need the same wait for one reader.
    reading: Mutex<()>,
}

/// What the values of fields are read from: one state of a store.
pub trait ReadValues {
    /// An error of the store.
    type Error;

    /// The number of the state: later ones are higher, and do not contain what was deleted since.
    fn sequence(&self) -> u64;

    /// The values of some fields, in one pass over the payloads.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn read(&self, paths: &[&Path]) -> Result<Vec<Values>, Self::Error>;
}

impl Keys {
    /// The values of some fields.
    ///
    /// # Errors
    /// Those of reading them.
    pub fn get<R: ReadValues>(
        &self,
        paths: &[&Path],
        reader: &R,
    ) -> Result<Vec<Arc<Values>>, R::Error> {
        if let Some(all) = self.all(paths, reader.sequence()) {
            return Ok(all);
        }
        let reading = lock(&self.reading);
        // Somebody else may have read them in the meantime.
        if let Some(all) = self.all(paths, reader.sequence()) {
            return Ok(all);
        }
        let values = reader.read(paths)?.into_iter().map(Arc::new);
        let values: Vec<Arc<Values>> = values.collect();
        let mut kept = lock(&self.kept);
        for (&path, values) in paths.iter().zip(&values) {
            let is_other = |(other, of): &(Path, Arc<Values>)| {
                // Those of a later state are of use to all later readers.
                other != path || of.sequence > values.sequence
            };
            kept.retain(is_other);
            kept.insert(0, (path.clone(), Arc::clone(values)));
        }
        kept.truncate(KEPT);
        drop(reading);
        Ok(values)
    }

    /// Whether the values of some fields are kept.
    pub fn have(&self, paths: &[&Path]) -> bool {
        let kept = lock(&self.kept);
        paths
            .iter()
            .all(|&path| kept.iter().any(|(of, _)| of == path))
    }

    /// The values of some fields, if all are kept. Those that were read in a later state may lack
    /// records that this one has.
    fn all(&self, paths: &[&Path], sequence: u64) -> Option<Vec<Arc<Values>>> {
        let mut kept = lock(&self.kept);
        let found = paths.iter().map(|&path| {
            let fits =
                |(of, values): &(Path, Arc<Values>)| of == path && values.sequence <= sequence;
            let at = kept.iter().position(fits)?;
            let entry = kept.remove(at);
            let values = Arc::clone(&entry.1);
            kept.insert(0, entry);
            Some(values)
        });
        found.collect()
    }
}

/// The values of a field, each with the positions of the records that have it.
#[derive(Default)]
pub struct Values {
    /// The number of the state in which they were read.
    sequence: u64,
    scalars: HashMap<Key, RoaringBitmap>,
    /// The records with a value that is no scalar of [`Key`]: fractions, objects, lists in lists.
    others: RoaringBitmap,
    /// Numbers in rising order.
    numbers: Vec<(f64, u32)>,
    /// Points in time in rising order.
    moments: Vec<(Moment, u32)>,
    /// The records with a null.
    null: RoaringBitmap,
    /// The records with any value but null and an empty list.
    filled: RoaringBitmap,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Text(Box<str>),
    Digest(Box<str>),
    Integer(i64),
    Boolean(bool),
}

impl Key {
    fn of_text(text: &str) -> Self {
        match text.len() {
            ..=LONG => Self::Text(text.into()),
            _ => Self::Digest(sha256(text.as_bytes()).into()),
        }
    }
}

impl From<&Scalar> for Key {
    fn from(value: &Scalar) -> Self {
        match value {
            Scalar::Text(text) => Self::of_text(text),
            Scalar::Integer(number) => Self::Integer(*number),
            Scalar::Boolean(value) => Self::Boolean(*value),
        }
    }
}

impl Values {
    /// No values yet, in a state with this number.
    pub fn new(sequence: u64) -> Self {
        Self {
            sequence,
            ..Self::default()
        }
    }

    /// Adds the values of the record at a position. Positions ascend.
    pub fn add(&mut self, position: u32, values: &[&Value]) {
        for &value in values {
            match value {
                Value::Array(members) => {
                    if !members.is_empty() {
                        self.filled.insert(position);
                    }
                    for member in members {
                        self.add_one(position, member);
                    }
                }
                Value::Null => {
                    self.null.insert(position);
                }
                one => {
                    self.filled.insert(position);
                    self.add_one(position, one);
                }
            }
        }
    }

    fn add_one(&mut self, position: u32, value: &Value) {
        let key = match value {
            Value::Null => {
                self.null.insert(position);
                return;
            }
            Value::Bool(value) => Some(Key::Boolean(*value)),
            Value::Number(number) => {
                let real = number.as_f64();
                self.numbers.extend(real.map(|number| (number, position)));
                number.as_i64().map(Key::Integer)
            }
            Value::String(text) => {
                let moment = Moment::parse(text);
                self.moments.extend(moment.map(|moment| (moment, position)));
                Some(Key::of_text(text))
            }
            Value::Array(_) | Value::Object(_) => None,
        };
        let records = match key {
            Some(key) => self.scalars.entry(key).or_default(),
            None => &mut self.others,
        };
        records.insert(position);
    }

    /// Puts the values in order, when all were added.
    pub fn finished(mut self) -> Self {
        self.numbers.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        self.moments.sort_unstable();
        self
    }

    /// The records among `all` that pass a test.
    pub fn passing(&self, test: &Test, all: &RoaringBitmap) -> RoaringBitmap {
        let passing = match test {
            Test::Any(values) => {
                let found = values
                    .iter()
                    .filter_map(|value| self.scalars.get(&value.into()));
                found.fold(RoaringBitmap::new(), |any, records| any | records)
            }
            Test::Except(values) => {
                let excluded: HashSet<Key> = values.iter().map(Key::from).collect();
                let others = self.scalars.iter();
                let others = others.filter(|(value, _)| !excluded.contains(value));
                others.fold(self.others.clone(), |any, (_, records)| any | records)
            }
            Test::Numbers(range) => within(&self.numbers, range),
            Test::Moments(range) => within(&self.moments, range),
            Test::Empty(true) => return all - &self.filled,
            Test::Empty(false) => self.filled.clone(),
            Test::Null(true) => self.null.clone(),
            Test::Null(false) => return all - &self.null,
        };
        passing & all
    }
}

/// The records with a value in a range, of values in rising order.
fn within<T: PartialOrd>(values: &[(T, u32)], range: &Range<T>) -> RoaringBitmap {
    let is_below = |value: &T| {
        range.gt.as_ref().is_some_and(|bound| value <= bound)
            || range.gte.as_ref().is_some_and(|bound| value < bound)
    };
    let first = values.partition_point(|(value, _)| is_below(value));
    let inside = values.iter().skip(first);
    let inside = inside.take_while(|(value, _)| range.contains(value));
    inside.map(|(_, position)| *position).collect()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use serde_json::json;

    /// A store with one record, which is deleted after the first state.
    struct State(u64);

    impl ReadValues for State {
        type Error = Infallible;

        fn sequence(&self) -> u64 {
            self.0
        }

        fn read(&self, paths: &[&Path]) -> Result<Vec<Values>, Infallible> {
            let read = paths.iter().map(|_| {
                let mut values = Values::new(self.0);
                if self.0 == 1 {
                    values.add(0, &[&json!("x")]);
                }
                values.finished()
            });
            Ok(read.collect())
        }
    }

    #[test]
    fn values_of_a_later_state_are_not_used_in_an_earlier_one() {
        let (keys, path) = (Keys::default(), Path::parse("a").unwrap());
        let all: RoaringBitmap = [0].into_iter().collect();
        let found = |state: u64| {
            let values = keys.get(&[&path], &State(state)).unwrap();
            let test = Test::Any(vec![Scalar::Text("x".into())]);
            values[0].passing(&test, &all).len()
        };
        assert!(!keys.have(&[&path]));
        assert_eq!(found(2), 0);
        assert_eq!(found(1), 1);
        assert!(keys.have(&[&path]));
        // Those of the earlier state have all records that the later one has.
        assert_eq!(found(2), 1);
    }

    #[test]
    fn the_fields_used_last_are_kept() {
        let keys = Keys::default();
        let paths: Vec<Path> = (0..=KEPT)
            .map(|at| Path::parse(&format!("f{at}")).unwrap())
            .collect();
        for path in &paths {
            keys.get(&[&paths[0]], &State(1)).unwrap();
            keys.get(&[path], &State(1)).unwrap();
        }
        assert!(keys.have(&[&paths[0], &paths[KEPT]]));
        assert!(!keys.have(&[&paths[1]]));
    }

    #[test]
    fn long_texts_are_compared_as_a_whole() {
        let (long, other) = ("a".repeat(LONG + 1), "a".repeat(LONG) + "b");
        let mut values = Values::new(0);
        values.add(0, &[&json!(long)]);
        values.add(1, &[&json!(other)]);
        let values = values.finished();
        let all: RoaringBitmap = (0..2).collect();
        let any = Test::Any(vec![Scalar::Text(long)]);
        assert_eq!(values.passing(&any, &all).iter().collect::<Vec<_>>(), [0]);
    }
}
