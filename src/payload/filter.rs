//! Conditions on the payloads of points, and combinations of them, in the form in which Qdrant's
//! clients send them. Everything that is not supported is refused by name: a condition that was
//! ignored would give wrong answers.

use serde_json::{Map, Value};

use super::id::PointId;
use super::moment::Moment;
use super::path::Path;
use super::shown;

/// How deeply filters may be nested.
const MAX_NESTING: usize = 16;

/// The most conditions in a filter.
const MAX_CONDITIONS: usize = 256;

/// The most different keys in them.
pub const MAX_KEYS: usize = 16;

/// The most values or ids in a condition.
const MAX_LISTED: usize = 10_000;

/// The conditions that a point must fulfil. Empty lists demand nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// All of these.
    pub must: Vec<Condition>,
    /// At least one of these.
    pub should: Vec<Condition>,
    /// None of these.
    pub must_not: Vec<Condition>,
    /// At least so many of these.
    pub min_should: Option<(usize, Vec<Condition>)>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// On the values of a field.
    Field(Path, Test),
    /// That the id is one of these.
    HasId(Vec<PointId>),
    /// All that a filter demands.
    Filter(Box<Filter>),
}

/// What is tested of the values of a field. If it holds a list, one of its members is enough.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One of these values, of the same type.
    Any(Vec<Scalar>),
    /// A value that is none of these.
    Except(Vec<Scalar>),
    /// A number in a range.
    Numbers(Range<f64>),
    /// A date or a time in a range.
    Moments(Range<Moment>),
    /// Whether the field has no value, null or an empty list (`true`), or anything else (`false`).
    Empty(bool),
    /// Whether the field is null (`true`), or is missing or has another value (`false`).
    Null(bool),
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A string, compared exactly.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
}

/// A range. Without a bound, it is open on that side.
#[derive(Debug, Clone, PartialEq)]
pub struct Range<T> {
    /// Greater than.
    pub gt: Option<T>,
    /// Greater than or equal to.
    pub gte: Option<T>,
    /// Less than.
    pub lt: Option<T>,
    /// Less than or equal to.
    pub lte: Option<T>,
}

impl<T: PartialOrd> Range<T> {
    /// Whether a value is in it.
    pub fn contains(&self, value: &T) -> bool {
        self.gt.as_ref().is_none_or(|bound| value > bound)
            && self.gte.as_ref().is_none_or(|bound| value >= bound)
            && self.lt.as_ref().is_none_or(|bound| value < bound)
            && self.lte.as_ref().is_none_or(|bound| value <= bound)
    }
}

impl Filter {
    /// Reads a filter from JSON.
    ///
    /// # Errors
    /// What is wrong, or not supported, and where.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let filter = Self::read(value, "filter", 0)?;
        let (mut paths, count) = (Vec::new(), filter.conditions());
        filter.paths(&mut paths);
        if count > MAX_CONDITIONS || paths.len() > MAX_KEYS {
            return Err(format!(
                "the filter has {count} conditions on {} keys; at most {MAX_CONDITIONS} on \
                 {MAX_KEYS} are allowed",
                paths.len()
            ));
        }
        Ok(filter)
    }

    /// All conditions, without those of nested filters.
    fn each(&self) -> impl Iterator<Item = &Condition> {
        let min_should = self.min_should.iter();
        let min_should = min_should.flat_map(|(_, conditions)| conditions);
        let lists = [&self.must, &self.should, &self.must_not];
        lists.into_iter().flatten().chain(min_should)
    }

    /// How many conditions there are, with those of nested filters.
    fn conditions(&self) -> usize {
        let count = |condition: &Condition| match condition {
            Condition::Filter(filter) => 1 + filter.conditions(),
            _ => 1,
        };
        self.each().map(count).sum()
    }

    /// Adds the fields that conditions are about, each once.
    pub fn paths<'f>(&'f self, paths: &mut Vec<&'f Path>) {
        for condition in self.each() {
            match condition {
                Condition::Filter(filter) => filter.paths(paths),
                Condition::Field(path, _) if !paths.contains(&path) => paths.push(path),
                Condition::Field(..) | Condition::HasId(_) => {}
            }
        }
    }

    /// Adds the ids that conditions name.
    pub fn ids<'f>(&'f self, ids: &mut Vec<&'f PointId>) {
        for condition in self.each() {
            match condition {
                Condition::Filter(filter) => filter.ids(ids),
                Condition::HasId(of) => ids.extend(of),
                Condition::Field(..) => {}
            }
        }
    }

    /// Whether it demands nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn read(value: &Value, place: &str, depth: usize) -> Result<Self, String> {
        if depth >= MAX_NESTING {
            return Err(format!("the filter has more than {MAX_NESTING} levels"));
        }
        let members = object(value, place)?;
        let mut filter = Self::default();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let place = format!("{place}.{}", shown(name));
            match name.as_str() {
                "must" => filter.must = conditions(value, &place, depth)?,
                "should" => filter.should = conditions(value, &place, depth)?,
                "must_not" => filter.must_not = conditions(value, &place, depth)?,
                "min_should" => filter.min_should = Some(min_should(value, &place, depth)?),
                _ => {
                    return Err(format!(
                        "{place} is unknown; a filter has must, should, must_not and min_should"
                    ));
                }
            }
        }
        Ok(filter)
    }
}

fn min_should(value: &Value, place: &str, depth: usize) -> Result<(usize, Vec<Condition>), String> {
    let members = object(value, place)?;
    let count = members.get("min_count").and_then(Value::as_u64);
    match (members.get("conditions"), count, members.len()) {
        (Some(of), Some(count @ 1..), 2) => Ok((
            usize::try_from(count).unwrap_or(usize::MAX),
            conditions(of, &format!("{place}.conditions"), depth)?,
        )),
        _ => Err(format!(
            "{place}: expected conditions, and a min_count of 1 or more"
        )),
    }
}

/// One condition, or a list.
fn conditions(value: &Value, place: &str, depth: usize) -> Result<Vec<Condition>, String> {
    match value {
        Value::Array(members) => {
            let numbered = members.iter().enumerate();
            let each =
                numbered.map(|(at, member)| condition(member, &format!("{place}[{at}]"), depth));
            each.collect()
        }
        one => Ok(vec![condition(one, place, depth)?]),
    }
}

fn condition(value: &Value, place: &str, depth: usize) -> Result<Condition, String> {
    let members = object(value, place)?;
    if members.contains_key("key") {
        return on_field(members, place);
    }
    let combines = ["must", "should", "must_not", "min_should"];
    if members.is_empty() || members.keys().all(|name| combines.contains(&name.as_str())) {
        let filter = Filter::read(value, place, depth + 1)?;
        return Ok(Condition::Filter(Box::new(filter)));
    }
    let mut all = members.iter();
    match (all.next(), all.next()) {
        (Some((name, ids)), None) if name == "has_id" => {
            let ids = list(ids, &format!("{place}.has_id"))?.iter();
            let ids = ids.map(PointId::from_json);
            Ok(Condition::HasId(ids.collect::<Result<_, _>>()?))
        }
        (Some((name, field)), None) if name == "is_empty" || name == "is_null" => {
            let members = object(field, place)?;
            let key = members.get("key").filter(|_| members.len() == 1);
            let key = key.and_then(Value::as_str);
            let key = key.ok_or_else(|| format!("{place}.{name}: expected a key alone"))?;
            let test = match name.as_str() {
                "is_empty" => Test::Empty(true),
                _ => Test::Null(true),
            };
            Ok(Condition::Field(Path::parse(key)?, test))
        }
        (Some((name, _)), _) => Err(format!(
            "{place}: conditions of the kind '{}' are not supported; there are conditions on a \
             key (match, range, is_empty, is_null), has_id, is_empty, is_null, and nested filters",
            shown(name)
        )),
        (None, _) => Err(format!("{place}: the condition is empty")),
    }
}

fn on_field(members: &Map<String, Value>, place: &str) -> Result<Condition, String> {
    let key = members.get("key").and_then(Value::as_str);
    let key = key.ok_or_else(|| format!("{place}.key: expected a string"))?;
    let tests = members.iter();
    let tests = tests.filter(|(name, value)| *name != "key" && !value.is_null());
    let tests: Vec<Test> = tests
        .map(|(name, value)| {
            let place = format!("{place}.{}", shown(name));
            match name.as_str() {
                "match" => matched(value, &place),
                "range" => ranged(value, &place),
                "is_empty" => Ok(Test::Empty(boolean(value, &place)?)),
                "is_null" => Ok(Test::Null(boolean(value, &place)?)),
                _ => Err(format!(
                    "{place} is not supported; a condition on a key has match, range, is_empty or \
                     is_null"
                )),
            }
        })
        .collect::<Result<_, String>>()?;
    let path = Path::parse(key)?;
    let mut conditions = tests
        .into_iter()
        .map(|test| Condition::Field(path.clone(), test));
    match (conditions.next(), conditions.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(format!("{place}: the condition tests nothing")),
        // Qdrant demands one of several tests.
        (Some(first), Some(second)) => {
            let should = [first, second].into_iter().chain(conditions).collect();
            Ok(Condition::Filter(Box::new(Filter {
                should,
                ..Filter::default()
            })))
        }
    }
}

fn matched(value: &Value, place: &str) -> Result<Test, String> {
    let members = object(value, place)?;
    let mut all = members.iter();
    let (Some((name, value)), None) = (all.next(), all.next()) else {
        return Err(format!("{place}: expected one of value, any, except"));
    };
    let place = format!("{place}.{}", shown(name));
    match name.as_str() {
        "value" => Ok(Test::Any(vec![scalar(value, &place)?])),
        "any" => Ok(Test::Any(scalars(value, &place)?)),
        "except" => Ok(Test::Except(scalars(value, &place)?)),
        _ => Err(format!(
            "{place} is not supported: a match has value, any or except; to search for the words of \
             a text, use the collection's page or its search API"
        )),
    }
}

fn scalars(value: &Value, place: &str) -> Result<Vec<Scalar>, String> {
    let members = list(value, place)?;
    let read: Vec<Scalar> = members
        .iter()
        .map(|member| scalar(member, place))
        .collect::<Result<_, _>>()?;
    let texts = read
        .iter()
        .filter(|value| matches!(value, Scalar::Text(_)))
        .count();
    let numbers = read
        .iter()
        .filter(|value| matches!(value, Scalar::Integer(_)))
        .count();
    if texts == read.len() || numbers == read.len() {
        return Ok(read);
    }
    Err(format!("{place}: expected either strings or whole numbers"))
}

fn scalar(value: &Value, place: &str) -> Result<Scalar, String> {
    let found = match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(number) => number.as_i64().map(Scalar::Integer),
        Value::Bool(value) => Some(Scalar::Boolean(*value)),
        _ => None,
    };
    found.ok_or_else(|| {
        format!("{place}: expected a string, a whole number or a boolean; fractions are matched by range")
    })
}

fn ranged(value: &Value, place: &str) -> Result<Test, String> {
    let members = object(value, place)?;
    let known = ["gt", "gte", "lt", "lte"];
    if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "{place}.{} is unknown; a range has gt, gte, lt, lte",
            shown(name)
        ));
    }
    if members.values().any(Value::is_string) {
        let bound = |value: &Value| value.as_str().and_then(Moment::parse);
        return range(members, place, "a date such as 2024-05-01T10:00:00Z", bound)
            .map(Test::Moments);
    }
    range(members, place, "a number", Value::as_f64).map(Test::Numbers)
}

fn range<T>(
    members: &Map<String, Value>,
    place: &str,
    expected: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Range<T>, String> {
    let bound = |name: &str| {
        let given = members.get(name).filter(|value| !value.is_null());
        let read = given
            .map(|value| read(value).ok_or_else(|| format!("{place}.{name}: expected {expected}")));
        read.transpose()
    };
    Ok(Range {
        gt: bound("gt")?,
        gte: bound("gte")?,
        lt: bound("lt")?,
        lte: bound("lte")?,
    })
}

fn boolean(value: &Value, place: &str) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("{place}: expected true or false"))
}

fn object<'v>(value: &'v Value, place: &str) -> Result<&'v Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| format!("{place}: expected an object"))
}

fn list<'v>(value: &'v Value, place: &str) -> Result<&'v [Value], String> {
    match value {
        Value::Array(members) if members.len() <= MAX_LISTED => Ok(members),
        Value::Array(_) => Err(format!("{place}: more than {MAX_LISTED} members")),
        _ => Err(format!("{place}: expected a list")),
    }
}
