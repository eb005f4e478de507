//! Filters as they select records: by example, and against every record looked at alone.

use std::collections::BTreeSet;

use proptest::prelude::*;
use roaring::RoaringBitmap;
use serde_json::{Value, json};

use super::*;
use crate::error::Result;
use crate::record::{FacetField, FacetKind, Schema};

fn schema() -> Schema {
    let facet = |(field, kind): (&str, FacetKind)| FacetField {
        field: field.into(),
        kind,
    };
    let facets = [
        ("city", FacetKind::Text),
        ("year", FacetKind::Number),
        ("open", FacetKind::Boolean),
        ("date", FacetKind::Date),
    ];
    Schema {
        facets: facets.map(facet).into(),
        ..Schema::startups()
    }
}

fn index(records: &[Value]) -> FacetIndex {
    let mut index = FacetIndex::new(&schema());
    for (position, record) in (0..).zip(records) {
        index.add(position, &schema(), record.as_object().unwrap());
    }
    index
}

fn everything(records: &[Value]) -> RoaringBitmap {
    (0..records.len() as u32).collect()
}

fn records() -> Vec<Value> {
    vec![
        json!({"city": "Berlin", "year": 1990, "date": "2024-04-30T23:59:59Z"}),
        json!({"city": ["Berlin", "Oslo"], "year": "2001.5", "open": true, "date": "2024-05-01"}),
        json!({"city": "10..20", "year": [-5, 2010], "open": "False",
               "date": "2024-05-02T01:30:00+02:00"}),
        json!({"city": " ", "year": "unknown", "date": "2024-05-02"}),
        json!({"city": "*", "year": null}),
    ]
}

fn select(filters: &[&str]) -> Result<Option<Vec<u32>>> {
    let records = records();
    let filters: Result<Vec<Filter>> = filters.iter().map(|f| f.parse()).collect();
    let selected = index(&records).select(&filters?, &everything(&records))?;
    Ok(selected.map(|selected| selected.iter().collect()))
}

#[test]
fn every_form_selects_what_it_says() {
    assert_eq!(select(&[]).unwrap(), None);
    let cases: [(&[&str], &[u32]); 31] = [
        (&["city:Berlin"], &[0, 1]),
        (&["city:berlin"], &[]),
        (&["city:Berlin|*"], &[0, 1, 2, 4]),
        (&["city:Oslo|10..20"], &[1, 2]),
        (&["-city:Oslo|10..20"], &[0, 3, 4]),
        (&["city:Berlin", "city:Oslo"], &[1]),
        (&["city:Berlin", "-city:Oslo"], &[0]),
        (&["city:*"], &[0, 1, 2, 4]),
        (&["-city:*"], &[3]),
        (&[r"city:\*"], &[4]),
        (&["year:1990"], &[0]),
        (&["year:1.99e3"], &[0]),
        (&["year:1990..2001.5"], &[0, 1]),
        (&["year: 1990 .. 2001"], &[0]),
        (&["year:-5"], &[2]),
        (&["year:..0"], &[2]),
        (&["year:>1990"], &[1, 2]),
        (&["year:>=1990"], &[0, 1, 2]),
        (&["year:<1990"], &[2]),
        (&["year:<=1990|2010.."], &[0, 2]),
        (&["-year:*"], &[3, 4]),
        (&["open:true"], &[1]),
        (&["-open:true"], &[0, 2, 3, 4]),
        (&["date:2024-05-01"], &[1, 2]),
        (&["date:..2024-05-01"], &[0, 1, 2]),
        (&["date:<2024-05-01"], &[0]),
        (&["date:>2024-05-01"], &[3]),
        (&["date:>=2024-05-01"], &[1, 2, 3]),
        (&["date:2024-05-01T00:00:00Z"], &[1]),
        (&["date:>2024-05-01T00:00:00Z"], &[2, 3]),
        (&["date:2024-04-30..2024-04-30"], &[0]),
    ];
    for (filters, expected) in cases {
        assert_eq!(select(filters).unwrap().unwrap(), expected, "{filters:?}");
    }
}

#[test]
fn a_bad_filter_says_what_is_allowed() {
    for (filter, needles) in [
        ("town:x", &["its facets are city, year, open, date"][..]),
        ("year:abc", &["facet year is a number", "year:10..20"]),
        ("year:10..abc", &["'abc'", "year:10..20"]),
        ("year:..", &["year is a number"]),
        ("year:>10..20", &["year is a number"]),
        ("year:20..10", &["ends before it starts", "10..20"]),
        (
            "-open:yes",
            &["open is a boolean", "open:true or open:false"],
        ),
        ("date:May", &["date is a date", "date:2024-05-01"]),
        ("date:2024-05-02..2024-05-01", &["ends before it starts"]),
    ] {
        let error = select(&[filter]).unwrap_err().to_string();
        for needle in needles {
            assert!(error.contains(needle), "{filter}: {error}");
        }
    }
    let many = vec!["year:1..2|3..4"; MAX_ALTERNATIVES];
    assert!(select(&many).unwrap_err().to_string().contains("at most"));
}

#[test]
fn counts_are_in_order_of_value_and_among_what_is_asked() {
    let index = index(&records());
    let counts = |facet: &str, among: &[u32]| -> Vec<(String, u64)> {
        let facet = index.fields().find(|own| own.field == facet).unwrap();
        let among: RoaringBitmap = among.iter().collect();
        let counts = index.counts(facet, &among);
        counts.map(|(value, n)| (value.to_string(), n)).collect()
    };
    let expected = |values: &[(&str, u64)]| -> Vec<(String, u64)> {
        let values = values.iter().map(|(value, n)| ((*value).to_owned(), *n));
        values.collect()
    };
    let all: Vec<u32> = (0..records().len() as u32).collect();
    let city = expected(&[("*", 1), ("10..20", 1), ("Berlin", 2), ("Oslo", 1)]);
    assert_eq!(counts("city", &all), city);
    let year = expected(&[("-5", 1), ("1990", 1), ("2001.5", 1), ("2010", 1)]);
    assert_eq!(counts("year", &all), year);
    let some = expected(&[("Berlin", 1), ("Oslo", 1)]);
    assert_eq!(counts("city", &[1, 3]), some);
    let days = expected(&[("2024-05-01", 1), ("2024-05-02", 1)]);
    assert_eq!(counts("date", &[1, 3]), days);
}

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

/// One filter: its text, and the truth about a record's field by looking at its values.
#[derive(Debug, Clone)]
enum Condition {
    City(Vec<String>),
    Year(Vec<Asked<f64>>),
    Open(bool),
    /// Days, which are compared with the days of a record's points in time.
    Day(Vec<Asked<String>>),
    /// Points in time, which a record's day stands at the beginning of.
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

    fn holds(&self, record: &Value) -> bool {
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
            Self::City(cities) => texts("city").iter().any(|city| cities.contains(city)),
            Self::Year(asked) => values("year").iter().any(|year| {
                let written = year.as_str().and_then(|text| text.parse().ok());
                let year: Option<f64> = year.as_f64().or(written);
                year.is_some_and(|year| asked.iter().any(|asked| asked.is(&year)))
            }),
            Self::Open(open) => values("open")
                .iter()
                .any(|value| *value == json!(open) || *value == json!(open.to_string())),
            // Written in one form, dates are in order as texts.
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

fn city() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(vec!["a", "b", "a|b", "*", "1..2", ">=1", "-c", "d:e"])
        .prop_map(str::to_owned)
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
        conditions in prop::collection::vec((condition(), any::<bool>()), 1..4),
        deleted in prop::collection::btree_set(0u32..20, 0..5),
    ) {
        let filters: Vec<Filter> =
            conditions.iter().map(|(condition, negated)| condition.written(*negated)).collect();
        let mut all = everything(&records);
        for position in &deleted {
            all.remove(*position);
        }
        let expected: BTreeSet<u32> = (0..records.len() as u32)
            .filter(|position| !deleted.contains(position))
            .filter(|position| {
                let record = &records[*position as usize];
                conditions.iter().all(|(condition, negated)| condition.holds(record) != *negated)
            })
            .collect();
        let selected = index(&records).select(&filters, &all).unwrap().unwrap();
        prop_assert_eq!(selected.iter().collect::<BTreeSet<u32>>(), expected);
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
        let mut merged = FacetIndex::new(&schema());
        merged.absorb(&index(&records[..cut]), &places[..cut]);
        merged.absorb(&index(&records[cut..]), &places[cut..]);
        prop_assert_eq!(&merged, &index(&kept));
        let bytes = postcard::to_stdvec(&merged).unwrap();
        prop_assert_eq!(postcard::from_bytes::<FacetIndex>(&bytes).unwrap(), merged);
    }
}
