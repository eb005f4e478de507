//! Which records filters select, by example.

use roaring::RoaringBitmap;
use serde_json::{Value, json};

use super::*;
use crate::error::Result;
use crate::record::{FacetField, FacetKind, Schema};

pub fn schema() -> Schema {
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

pub fn index(records: &[Value]) -> FacetIndex {
    let schema = schema();
    let mut index = FacetIndexBuilder::new(&schema);
    for (position, record) in (0..).zip(records) {
        index.add(position, record.as_object().unwrap());
    }
    index.build()
}

pub fn everything(records: &[Value]) -> RoaringBitmap {
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

/// The live records that pass.
pub fn passing(index: &FacetIndex, filters: &[Filter], live: &RoaringBitmap) -> Result<Vec<u32>> {
    let holds = |facet: usize, wanted: &Wanted| index.holds(facet, wanted, Some(live));
    let filter = resolve(filters, &schema().facets, &holds)?;
    Ok(index.passing(&filter, live).iter().collect())
}

fn select(filters: &[&str]) -> Result<Vec<u32>> {
    let records = records();
    let filters: Vec<String> = filters.iter().map(|&filter| filter.to_owned()).collect();
    let filters = Filter::from_texts(&filters)?;
    passing(&index(&records), &filters, &everything(&records))
}

#[test]
fn every_form_selects_what_it_says() {
    let cases: [(&[&str], &[u32]); 38] = [
        (&[], &[0, 1, 2, 3, 4]),
        (&["city:Berlin"], &[0, 1]),
        (&["city:berlin"], &[0, 1]),
        (&["-city:BERLIN|oslo"], &[2, 3, 4]),
        (&["city:Rome"], &[]),
        (&["date:2024"], &[0, 1, 2, 3]),
        (&["date:2024-04"], &[0]),
        (&["date:>2024-04"], &[1, 2, 3]),
        (&["date:2024-05-01 23:00..2024-05-02"], &[2, 3]),
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
        assert_eq!(select(filters).unwrap(), expected, "{filters:?}");
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
fn a_range_of_texts_is_refused_unless_a_record_is_spelled_so() {
    for range in ["city:1..5", "city:>=A", "city:<b", "city:..Z", "-city:a.."] {
        let error = select(&[range]).unwrap_err().to_string();
        assert!(error.contains("the facet city is a text"), "{error}");
        assert!(error.contains("city:number or city:date"), "{error}");
    }
    for value in ["city:10..20", "city:wait...", "city:../up", "city:<"] {
        assert!(select(&[value]).is_ok(), "{value}");
    }
}

#[test]
fn case_counts_only_where_a_record_is_spelled_so() {
    let records = ["Red", "red", "RED", "Café", "STRASSE"].map(|tag| json!({"city": tag}));
    let index = index(&records);
    let select = |filter: &str, live: &[u32]| {
        let live = live.iter().copied().collect();
        passing(&index, &[filter.parse().unwrap()], &live).unwrap()
    };
    let all = [0, 1, 2, 3, 4];
    assert_eq!(select("city:red", &all), [1]);
    assert_eq!(select("city:rEd", &all), [0, 1, 2]);
    assert_eq!(select("city:Cafe\u{301}", &all), [3]);
    assert_eq!(select("city:café", &all), [3]);
    assert_eq!(select("city:cafe", &all), [] as [u32; 0]);
    assert_eq!(select("city:straße", &all), [4]);
    // Spellings that only deleted records have no longer count.
    assert_eq!(select("city:red", &[0, 2, 3]), [0, 2]);
}

#[test]
fn integers_of_64_bits_are_told_apart() {
    let years = [
        json!(9_007_199_254_740_992_u64),
        json!(9_007_199_254_740_993_u64),
        json!(18_446_744_073_709_551_615_u64),
        json!("18446744073709551614"),
        json!(9_007_199_254_740_992.5_f64),
    ];
    let records = years.map(|year| json!({ "year": year }));
    let index = index(&records);
    for (filter, expected) in [
        ("year:9007199254740993", &[1][..]),
        ("year:9007199254740992", &[0, 4]),
        ("year:>9007199254740992", &[1, 2, 3]),
        ("year:18446744073709551615", &[2]),
        ("year:<18446744073709551615", &[0, 1, 3, 4]),
    ] {
        let filters = [filter.parse().unwrap()];
        let passed = passing(&index, &filters, &everything(&records)).unwrap();
        assert_eq!(passed, expected, "{filter}");
    }
}

#[test]
fn filters_combine_and_are_bounded() {
    let records = records();
    let select = |filter: Value| {
        let filters = Filter::from_json(&filter)?;
        passing(&index(&records), &filters, &everything(&records))
    };
    for (filter, expected) in [
        (json!({"or": ["city:oslo", "year:1990"]}), &[0, 1][..]),
        (
            json!({"not": {"or": ["city:oslo", "year:1990"]}}),
            &[2, 3, 4],
        ),
        (json!([{"or": ["city:*", "date:*"]}, "-open:*"]), &[0, 3, 4]),
        (json!({"and": ["city:berlin", {"not": "city:oslo"}]}), &[0]),
        (
            json!({"or": [{"and": ["year:>2000", "open:true"]}, "date:2024-05-02"]}),
            &[1, 3],
        ),
    ] {
        assert_eq!(select(filter.clone()).unwrap(), expected, "{filter}");
    }
    for (filter, needle) in [
        (
            json!({"or": ["city:oslo", "town:x"]}),
            "its facets are city",
        ),
        (
            json!({"not": {"or": ["year:x", "city:y"]}}),
            "year is a number",
        ),
        (
            json!({"or": vec!["year:1|2"; MAX_ALTERNATIVES]}),
            "at most 256",
        ),
    ] {
        let error = select(filter.clone()).unwrap_err().to_string();
        assert!(error.contains(needle), "{filter}: {error}");
    }
}

#[test]
fn a_walk_meets_each_value_once_in_either_direction() {
    let (one, other) = (
        index(&[json!({"year": [3, 1]}), json!({"year": 1})]),
        index(&[json!({"year": 2}), json!({"year": [1, 4]})]),
    );
    let walked = |backwards: bool| {
        let columns = [&one, &other].map(|index| {
            let column = index.column(1);
            (column, column.beginning(""))
        });
        let mut walk = Walk::through(columns.into(), backwards);
        let mut met = Vec::new();
        while let Some(value) = walk.step() {
            let positions = walk
                .positions()
                .map(|(part, having)| (part, having.to_vec()));
            met.push((value.to_string(), positions.collect::<Vec<_>>()));
        }
        met
    };
    let mut expected = vec![
        ("1".to_owned(), vec![(0, vec![0, 1]), (1, vec![1])]),
        ("2".to_owned(), vec![(1, vec![0])]),
        ("3".to_owned(), vec![(0, vec![0])]),
        ("4".to_owned(), vec![(1, vec![1])]),
    ];
    assert_eq!(walked(false), expected);
    expected.reverse();
    assert_eq!(walked(true), expected);
}

#[test]
fn a_column_that_was_made_up_does_not_fit() {
    let index = index(&records());
    assert!(index.fits(4, 5));
    assert!(!index.fits(4, 4));
    assert!(!index.fits(3, 5));
}
