//! Which records filters select, compared with checking every record by itself.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::tests::{everything, index, passing, schema};
use super::*;
use crate::mapped::{MappedFile, SectionWriter};

/// What a filter asks of one field, and how it is written.
#[derive(Debug, Clone)]
enum Asked<T> {
    Exists,
    Equal(T),
    AtLeast(T),
    Above(T),
    AtMost(T),
    Below(T),
    From(T),
    UpTo(T),
    Between(T, T),
}

impl<T: PartialOrd + ToString + Clone> Asked<T> {
    fn written(&self) -> String {
        match self {
            Self::Exists => "*".into(),
            Self::Equal(x) => x.to_string(),
            Self::AtLeast(x) => format!(">={}", x.to_string()),
            Self::Above(x) => format!(">{}", x.to_string()),
            Self::AtMost(x) => format!("<={}", x.to_string()),
            Self::Below(x) => format!("<{}", x.to_string()),
            Self::From(x) => format!("{}..", x.to_string()),
            Self::UpTo(x) => format!("..{}", x.to_string()),
            Self::Between(x, y) => format!("{}..{}", x.to_string(), y.to_string()),
        }
    }

    fn is(&self, value: &T) -> bool {
        match self {
            Self::Exists => true,
            Self::Equal(x) => value == x,
            Self::AtLeast(x) | Self::From(x) => value >= x,
            Self::Above(x) => value > x,
            Self::AtMost(x) | Self::UpTo(x) => value <= x,
            Self::Below(x) => value < x,
            Self::Between(x, y) => x <= value && value <= y,
        }
    }
}

fn asked<T>(value: impl Strategy<Value = T> + Clone) -> impl Strategy<Value = Asked<T>>
where
    T: PartialOrd + Clone + std::fmt::Debug,
{
    let between = (value.clone(), value.clone());
    prop_oneof![
        Just(Asked::Exists),
        value.clone().prop_map(Asked::Equal),
        value.clone().prop_map(Asked::AtLeast),
        value.clone().prop_map(Asked::Above),
        value.clone().prop_map(Asked::AtMost),
        value.clone().prop_map(Asked::Below),
        value.clone().prop_map(Asked::From),
        value.prop_map(Asked::UpTo),
        between.prop_map(|(x, y)| if x <= y {
            Asked::Between(x, y)
        } else {
            Asked::Between(y, x)
        }),
    ]
}

/// One filter: its text, and whether it holds for a record, judged by the record's values.
#[derive(Debug, Clone)]
enum Condition {
    City(Vec<String>),
    Year(Vec<Asked<f64>>),
    Open(bool),
    /// Days, compared with the days of a record's points in time.
    Day(Vec<Asked<String>>),
    /// Points in time. A record's day counts as its start.
    Time(Vec<Asked<String>>),
}

impl Condition {
    fn written(&self, negated: bool) -> Filter {
        let (field, values): (&str, Vec<String>) = match self {
            Self::City(cities) => {
                let literal = |city: &String| city.replace('|', "\\|").replace('*', "\\*");
                ("city", cities.iter().map(literal).collect())
            }
            Self::Year(asked) => ("year", asked.iter().map(Asked::written).collect()),
            Self::Open(open) => ("open", vec![open.to_string()]),
            Self::Day(asked) | Self::Time(asked) => {
                ("date", asked.iter().map(Asked::written).collect())
            }
        };
        let minus = if negated { "-" } else { "" };
        format!("{minus}{field}:{}", values.join("|"))
            .parse()
            .unwrap()
    }

    /// Whether it holds for a record. `spelled` has the cities of all records.
    fn holds(&self, record: &Value, spelled: &BTreeSet<String>) -> bool {
        let values = |field: &str| match &record[field] {
            Value::Array(members) => members.clone(),
            value => vec![value.clone()],
        };
        let texts = |field: &str| -> Vec<String> {
            let texts = values(field);
            texts
                .iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect()
        };
        match self {
            Self::City(cities) => texts("city").iter().any(|own| {
                let own = composed(own);
                cities.iter().any(|city| {
                    let city = composed(city);
                    if spelled.contains(&city) {
                        own == city
                    } else {
                        own.to_lowercase() == city.to_lowercase()
                    }
                })
            }),
            Self::Year(asked) => values("year").iter().any(|year| {
                let written = year.as_str().and_then(|text| text.parse().ok());
                let year: Option<f64> = year.as_f64().or(written);
                year.is_some_and(|year| asked.iter().any(|asked| asked.is(&year)))
            }),
            Self::Open(open) => values("open")
                .iter()
                .any(|value| *value == json!(open) || *value == json!(open.to_string())),
            // Dates in the same format sort as texts.
            Self::Day(asked) => texts("date")
                .iter()
                .any(|date| asked.iter().any(|asked| asked.is(&date[..10].to_owned()))),
            Self::Time(asked) => texts("date").iter().any(|date| {
                let time = if date.len() == 10 {
                    format!("{date}T00:00:00Z")
                } else {
                    date.clone()
                };
                asked.iter().any(|asked| asked.is(&time))
            }),
        }
    }
}

fn composed(text: &str) -> String {
    Text::new(text).map_or(String::new(), |text| text.as_str().to_owned())
}

/// The cities of a record.
fn cities(record: &Value) -> Vec<String> {
    let members = match &record["city"] {
        Value::Array(members) => members.as_slice(),
        value => std::slice::from_ref(value),
    };
    let texts = members.iter().filter_map(Value::as_str);
    texts.map(composed).collect()
}

fn city() -> impl Strategy<Value = String> + Clone {
    let cities = vec![
        "a", "A", "b", "a|b", "*", "é", "e\u{301}", "É", "ab", "Ab", "-c", "d:e",
    ];
    prop::sample::select(cities).prop_map(str::to_owned)
}

fn year() -> impl Strategy<Value = f64> + Clone {
    (-6i32..6).prop_map(|half| f64::from(half) / 2.0)
}

fn day() -> impl Strategy<Value = String> + Clone {
    (1..5).prop_map(|day| format!("2024-05-0{day}"))
}

fn time() -> impl Strategy<Value = String> + Clone {
    let clock = prop::sample::select(vec!["00:00:00", "00:00:01", "12:00:00", "23:59:59"]);
    (day(), clock).prop_map(|(day, clock)| format!("{day}T{clock}Z"))
}

fn value_or_list(one: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        one.clone(),
        prop::collection::vec(one, 0..3).prop_map(Value::Array),
    ]
}

fn record() -> impl Strategy<Value = Value> {
    let year = prop_oneof![
        year().prop_map(|year| json!(year)),
        year().prop_map(|year| json!(year.to_string())),
    ];
    let open = prop_oneof![
        any::<bool>().prop_map(|open| json!(open)),
        Just(json!("true"))
    ];
    let date = prop_oneof![day(), time()].prop_map(Value::String).boxed();
    (
        value_or_list(city().prop_map(Value::String)),
        value_or_list(year.boxed()),
        value_or_list(open.boxed()),
        value_or_list(date),
    )
        .prop_map(
            |(city, year, open, date)| json!({"city": city, "year": year, "open": open, "date": date}),
        )
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        prop::collection::vec(city(), 1..3).prop_map(Condition::City),
        prop::collection::vec(asked(year()), 1..3).prop_map(Condition::Year),
        any::<bool>().prop_map(Condition::Open),
        prop::collection::vec(asked(day()), 1..3).prop_map(Condition::Day),
        prop::collection::vec(asked(time()), 1..3).prop_map(Condition::Time),
    ]
}

proptest! {
    #[test]
    fn selection_equals_looking_at_every_record(
        records in prop::collection::vec(record(), 0..20),
        groups in prop::collection::vec(
            (prop::collection::vec((condition(), any::<bool>()), 1..3), any::<bool>()),
            1..4,
        ),
        deleted in prop::collection::btree_set(0u32..20, 0..5),
    ) {
        let mut all = everything(&records);
        for position in &deleted {
            all.remove(*position);
        }
        let spelled: BTreeSet<String> =
            all.iter().flat_map(|position| cities(&records[position as usize])).collect();
        // All groups must hold. Of a group, at least one condition must hold or, if turned,
        // none.
        let filters: Vec<Filter> = groups
            .iter()
            .map(|(conditions, turned)| {
                let any = conditions.iter().map(|(one, negated)| one.written(*negated));
                let any = Filter::Any(any.collect());
                if *turned { Filter::Not(Box::new(any)) } else { any }
            })
            .collect();
        let expected: Vec<u32> = all
            .iter()
            .filter(|position| {
                let record = &records[*position as usize];
                groups.iter().all(|(conditions, turned)| {
                    let mut conditions = conditions.iter();
                    let any = conditions.any(|(one, negated)| one.holds(record, &spelled) != *negated);
                    any != *turned
                })
            })
            .collect();
        prop_assert_eq!(passing(&index(&records), &filters, &all).unwrap(), expected);
    }

    #[test]
    fn merged_indexes_equal_one_built_of_what_is_kept(
        records in prop::collection::vec((record(), any::<bool>()), 0..20),
        cut in 0usize..20,
    ) {
        let kept: Vec<Value> =
            records.iter().filter(|(_, keep)| *keep).map(|(record, _)| record.clone()).collect();
        let mut next = 0..;
        let places: Vec<Option<u32>> =
            records.iter().map(|(_, keep)| if *keep { next.next() } else { None }).collect();
        let records: Vec<Value> = records.into_iter().map(|(record, _)| record).collect();
        let cut = cut.min(records.len());
        let (one, other) = (index(&records[..cut]), index(&records[cut..]));
        let parts = [(&one, &places[..cut]), (&other, &places[cut..])];
        let merged = FacetIndex::merge(&parts, &schema().facets);
        prop_assert_eq!(&merged, &index(&kept));
        prop_assert!(merged.fits(schema().facets.len(), kept.len() as u32));
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = SectionWriter::new(file.as_file(), 1, Vec::new()).unwrap();
        merged.save(&mut writer).unwrap();
        writer.finish().unwrap();
        let file = MappedFile::open(file.path(), 1).unwrap();
        prop_assert_eq!(FacetIndex::load(schema().facets.len(), &file).unwrap(), merged);
    }
}
