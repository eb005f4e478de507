//! A collection on a cluster answers like the same collection in a folder. The cluster is an oracle here:
//! it scores every record exactly. `server/tests/program/qdrant.rs` has tests with Qdrant itself.

use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex};

use parallax::collection::{Incoming, SnapshotReader, Stored};
use parallax::query::Relation;
use parallax::record::FieldRoles;
use parallax::remote::{
    By, Described, Keys, Question, Remote, RemoteFilter, RemoteIndex, keys_of, terms_of,
};
use parallax::vector::cosine;
use parallax::{Collection, Error, Filter, Mode, Query, Result, Vector};
use serde_json::json;

use crate::common::query_encoder;
use crate::common::sample::{ask, collection_of, sample};

/// All records of a collection, and what was asked for.
struct Oracle {
    described: Described,
    records: Vec<(Stored, Keys)>,
    broken: Arc<Mutex<bool>>,
}

impl Oracle {
    fn of(collection: &Collection) -> Self {
        let mut snapshot = Vec::new();
        collection.snapshot(&mut snapshot).unwrap();
        let reader = SnapshotReader::open(&snapshot[..], Path::new("snapshot")).unwrap();
        let about = reader.about().clone();
        let records: Vec<Stored> = reader.map(Result::unwrap).collect();
        let terms = terms_of(&about, &records).unwrap();
        let average_length = terms as f64 / records.len() as f64;
        let keys = keys_of(&about, &query_encoder(), average_length, &records).unwrap();
        Self {
            described: Described {
                about,
                average_length,
            },
            records: records.into_iter().zip(keys).collect(),
            broken: Arc::default(),
        }
    }

    fn passing<'a>(
        &'a self,
        filter: &'a RemoteFilter,
    ) -> impl Iterator<Item = &'a (Stored, Keys)> + 'a {
        let records = self.records.iter();
        records.filter(move |(_, keys)| passes(keys, filter))
    }

    fn check(&self) -> Result<()> {
        match *self.broken.lock().unwrap() {
            true => Err(Error::Cluster("no leader".into())),
            false => Ok(()),
        }
    }
}

fn passes(keys: &Keys, filter: &RemoteFilter) -> bool {
    match filter {
        RemoteFilter::All(filters) => filters.iter().all(|filter| passes(keys, filter)),
        RemoteFilter::Any(filters) => filters.iter().any(|filter| passes(keys, filter)),
        RemoteFilter::Not(filter) => !passes(keys, filter),
        RemoteFilter::Terms(terms) => keys.terms.iter().any(|(term, _)| terms.contains(term)),
        RemoteFilter::Piece(piece) => keys.pieces.contains(piece),
        RemoteFilter::Keys(facet, wanted) => {
            let texts = &keys.facets[*facet].texts;
            texts.iter().any(|text| wanted.contains(text))
        }
        RemoteFilter::Between(facet, from, to) => {
            keys.facets[*facet].numbers.iter().any(|number| {
                let above = match from {
                    Bound::Included(from) => number >= from,
                    Bound::Excluded(from) => number > from,
                    Bound::Unbounded => true,
                };
                above
                    && match to {
                        Bound::Included(to) => number <= to,
                        Bound::Excluded(to) => number < to,
                        Bound::Unbounded => true,
                    }
            })
        }
    }
}

impl RemoteIndex for Oracle {
    fn described(&self) -> &Described {
        &self.described
    }

    fn best(&self, questions: &[Question<'_>]) -> Result<Vec<Vec<Stored>>> {
        self.check()?;
        for question in questions {
            if let By::Words(words) = question.by {
                // Qdrant refuses a sparse vector with the same index twice.
                assert!(words.is_sorted_by(|a, b| a.0 < b.0), "{words:?}");
            }
        }
        let width = self.described.about.dimension;
        let answer = |question: &Question<'_>| {
            let score = |(stored, keys): &(Stored, Keys)| match question.by {
                By::Meaning(vector) => stored
                    .vectors
                    .chunks(width)
                    .map(|passage| cosine(vector, passage))
                    .fold(f32::MIN, f32::max),
                By::Words(words) => words
                    .iter()
                    .filter_map(|(term, weight)| {
                        let own = keys.terms.iter().find(|(own, _)| own == term)?;
                        Some(weight * own.1)
                    })
                    .sum(),
            };
            let mut scored: Vec<(f32, &Stored)> = self
                .passing(question.filter)
                .map(|record| (score(record), &record.0))
                .filter(|(score, _)| matches!(question.by, By::Meaning(_)) || *score > 0.0)
                .collect();
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            scored.truncate(question.limit);
            scored
                .into_iter()
                .map(|(_, stored)| stored.clone())
                .collect()
        };
        Ok(questions.iter().map(answer).collect())
    }

    fn counts(&self, filters: &[RemoteFilter]) -> Result<Vec<u64>> {
        self.check()?;
        let counts = filters
            .iter()
            .map(|filter| self.passing(filter).count() as u64);
        Ok(counts.collect())
    }

    fn listed(&self, filter: &RemoteFilter, limit: usize) -> Result<Vec<Stored>> {
        self.check()?;
        let records = self.passing(filter).take(limit);
        Ok(records.map(|(stored, _)| stored.clone()).collect())
    }

    fn sampled(&self, limit: usize) -> Result<Vec<(u64, Vector)>> {
        self.check()?;
        let width = self.described.about.dimension;
        let sampled = self.records.iter().map(|(stored, keys)| {
            let first: Vector = stored.vectors[..width].into();
            (keys.fingerprint, first)
        });
        let mut sampled: Vec<(u64, Vector)> = sampled.collect();
        sampled.sort_by_key(|(fingerprint, _)| *fingerprint);
        sampled.dedup_by_key(|(fingerprint, _)| *fingerprint);
        sampled.truncate(limit);
        Ok(sampled)
    }

    fn scans(&self) -> bool {
        true
    }
}

fn on_cluster(collection: &Collection) -> Remote {
    let oracle = Box::new(Oracle::of(collection));
    Remote::new("sample", oracle, query_encoder()).unwrap()
}

/// Checks that a query has the same hits with the same scores, and the same total where one is exact.
fn check_same(here: &Collection, there: &Remote, query: &Query) {
    let (ours, theirs) = (here.search(query).unwrap(), there.search(query).unwrap());
    let hits = |answer: &parallax::Answer| -> Vec<(u64, String)> {
        let hits = answer.hits.iter();
        hits.map(|hit| (hit.record.number.0, format!("{:.4}", hit.score)))
            .collect()
    };
    assert_eq!(hits(&ours), hits(&theirs), "{query:?}");
    let highlights = |answer: &parallax::Answer| -> Vec<_> {
        let hits = answer.hits.iter();
        hits.map(|hit| hit.highlights.clone()).collect()
    };
    assert_eq!(highlights(&ours), highlights(&theirs), "{query:?}");
    if theirs.total_relation == Relation::Equal && ours.total_relation == Relation::Equal {
        assert_eq!(
            (ours.total, ours.counted),
            (theirs.total, theirs.counted),
            "{query:?}"
        );
    }
    assert_eq!(ours.corrections, theirs.corrections, "{query:?}");
    assert_eq!(ours.fits, theirs.fits, "{query:?}");
}

const QUERIES: [&str; 15] = [
    "online food delivery",
    "solar energy",
    "the",
    "payments for small shops in Berlin",
    "goat-cheese",
    "wi fi hotspots",
    "\"social network\"",
    "music -streaming",
    "name:labs",
    "machine learning \"health care\" -dentist",
    "xylophone zebra quux",
    "health helth",
    "couscous",
    "solarpanels",
    "iPhone e-mail",
];

#[test]
fn a_query_has_the_same_answer_in_every_mode() {
    let here = sample();
    let there = on_cluster(&here);
    assert_eq!(
        there.records().unwrap(),
        u64::from(here.generation().records())
    );
    for text in QUERIES {
        for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
            for (limit, offset) in [(10, 0), (7, 5)] {
                let query = Query {
                    limit,
                    offset,
                    ..ask(text, mode)
                };
                check_same(&here, &there, &query);
            }
        }
    }
}

#[test]
fn filters_leave_the_same_records() {
    let here = sample();
    let there = on_cluster(&here);
    let filters: [&[&str]; 6] = [
        &["city:Berlin"],
        &["city:berlin|LONDON"],
        &["-city:Berlin"],
        &["city:*"],
        &["-city:*"],
        &["city:Nowhere"],
    ];
    for texts in filters {
        let filters: Vec<Filter> = texts.iter().map(|text| text.parse().unwrap()).collect();
        for (text, mode) in [
            ("software for teams", Mode::Hybrid),
            ("software for teams", Mode::Text),
            ("software for teams", Mode::Neural),
            ("", Mode::Text),
        ] {
            let query = Query {
                filters: filters.clone(),
                ..ask(text, mode)
            };
            check_same(&here, &there, &query);
        }
    }
}

#[test]
fn numbers_dates_and_booleans_are_filtered_alike() {
    let records: Vec<_> = (0..40)
        .map(|at| {
            json!({
                "id": format!("r{at}"),
                "title": format!("Mill number {at}"),
                "text": "It grinds grain for the valley.",
                "price": f64::from(at) * 1.5 - 6.0,
                "built": format!("19{:02}-0{}-11", at + 20, at % 9 + 1),
                "open": at % 3 == 0,
            })
        })
        .collect();
    let options = FieldRoles {
        id: Some("id".into()),
        title: Some("title".into()),
        texts: vec!["text".into()],
        facets: vec![
            "price:number".into(),
            "built:date".into(),
            "open:boolean".into(),
        ],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("mills", &records, &options);
    let here = catalogue.collection("mills").unwrap();
    let there = on_cluster(&here);
    for filter in [
        "price:3",
        "price:..0",
        "price:>3",
        "price:4.5..20",
        "-price:>=10",
        "price:*",
        "built:1930",
        "built:>1930-06",
        "built:..1925-06-11",
        "-built:1940..1950",
        "open:true",
        "-open:true",
    ] {
        for mode in [Mode::Text, Mode::Hybrid] {
            let query = Query {
                filters: vec![filter.parse().unwrap()],
                limit: 50,
                ..ask("mill", mode)
            };
            check_same(&here, &there, &query);
        }
    }
}

#[test]
fn what_a_cluster_cannot_do_is_refused_with_the_reason() {
    let here = sample();
    let oracle = Oracle::of(&here);
    let broken = Arc::clone(&oracle.broken);
    let there = Remote::new("sample", Box::new(oracle), query_encoder()).unwrap();
    let sorted = Query {
        sort: Some("city".parse().unwrap()),
        ..ask("food", Mode::Text)
    };
    let error = there.search(&sorted).err().unwrap();
    assert!(
        matches!(&error, Error::BadQuery(why) if why.contains("sort")),
        "{error}"
    );
    let unknown = Query {
        filters: vec!["planet:Mars".parse().unwrap()],
        ..ask("food", Mode::Text)
    };
    let error = there.search(&unknown).err().unwrap();
    assert!(
        matches!(&error, Error::BadQuery(why) if why.contains("planet")),
        "{error}"
    );
    *broken.lock().unwrap() = true;
    for mode in [Mode::Text, Mode::Neural, Mode::Hybrid] {
        let error = there.search(&ask("food", mode)).err().unwrap();
        assert!(matches!(error, Error::Cluster(_)), "{error}");
    }
}

#[test]
fn a_vector_finds_the_nearest_records() {
    let here = sample();
    let there = on_cluster(&here);
    let vector = query_encoder().encode("online food delivery").unwrap();
    for (limit, offset) in [(10, 0), (5, 20)] {
        let query = Query {
            vector: Some(vector.to_vec()),
            limit,
            offset,
            ..ask("", Mode::Neural)
        };
        check_same(&here, &there, &query);
    }
}

#[test]
fn pages_of_records_with_equal_scores_do_not_overlap() {
    let records: Vec<_> = (0..600)
        .map(|at| json!({"title": "Cat", "text": format!("black {at}")}))
        .collect();
    let (_folder, catalogue) = collection_of("cats", &records, &FieldRoles::default());
    let here = catalogue.collection("cats").unwrap();
    let there = on_cluster(&here);
    for mode in [Mode::Text, Mode::Hybrid] {
        let mut seen = std::collections::HashSet::new();
        for page in 0..5 {
            let query = Query {
                limit: 20,
                offset: page * 20,
                ..ask("cat", mode)
            };
            for hit in there.search(&query).unwrap().hits {
                assert!(seen.insert(hit.record.number), "{mode:?}, page {page}");
            }
        }
        assert_eq!(seen.len(), 100);
    }
}

#[test]
fn filters_mean_the_same_although_only_some_records_are_known() {
    // Two values that differ in case, and a word that only records of another place contain.
    let mut records: Vec<_> = (0..400)
        .map(|at| {
            let tag = if at % 2 == 0 { "Red" } else { "blue" };
            json!({"title": format!("Hansen bakery {at}"), "tag": tag, "city": "Oslo"})
        })
        .collect();
    records.push(json!({"title": "Hanssen bakery", "tag": "red", "city": "Bergen"}));
    let options = FieldRoles {
        title: Some("title".into()),
        facets: vec!["tag:text".into(), "city:text".into()],
        ..FieldRoles::default()
    };
    let (_folder, catalogue) = collection_of("bakeries", &records, &options);
    let here = catalogue.collection("bakeries").unwrap();
    let there = on_cluster(&here);
    for filters in [
        &["tag:red"][..],
        &["-tag:red"],
        &["tag:red", "city:Oslo"],
        &["tag:RED"],
    ] {
        for (text, mode) in [
            ("bakery", Mode::Text),
            ("bakery", Mode::Hybrid),
            ("", Mode::Text),
        ] {
            let query = Query {
                filters: filters.iter().map(|text| text.parse().unwrap()).collect(),
                ..ask(text, mode)
            };
            check_same(&here, &there, &query);
        }
    }
    let query = Query {
        filters: vec!["city:Oslo".parse().unwrap()],
        ..ask("hanssen bakery", Mode::Text)
    };
    check_same(&here, &there, &query);
}

#[test]
fn enough_is_gathered_where_most_candidates_are_no_hits() {
    let mut records: Vec<_> = (0..700)
        .map(|_| json!({"title": "Terms of service", "text": "The same text on every page."}))
        .collect();
    records.extend((0..300).map(|at| {
        let middle = if at < 200 { "social network" } else { "network of social clubs" };
        json!({"title": format!("Page {at}"), "text": format!("Service of a {middle} number {at}.")})
    }));
    let (_folder, catalogue) = collection_of("pages", &records, &FieldRoles::default());
    let here = catalogue.collection("pages").unwrap();
    let there = on_cluster(&here);
    for (text, mode) in [
        ("service", Mode::Text),
        ("terms of service", Mode::Neural),
        ("* -\"social network\"", Mode::Text),
        ("service \"social clubs\"", Mode::Text),
    ] {
        let (ours, theirs) = (
            here.search(&ask(text, mode)),
            there.search(&ask(text, mode)),
        );
        let titles = |answer: parallax::Answer| -> Vec<String> {
            answer
                .hits
                .into_iter()
                .map(|hit| hit.record.title)
                .collect()
        };
        assert_eq!(titles(ours.unwrap()), titles(theirs.unwrap()), "{text}");
    }
}

#[test]
fn a_record_written_since_counts_as_soon_as_the_cluster_has_it() {
    let records = [json!({"title": "Mill", "text": "It grinds grain."})];
    let (_folder, catalogue) = collection_of("shops", &records, &FieldRoles::default());
    let here = catalogue.collection("shops").unwrap();
    let payload = json!({"title": "Dairy", "text": "Cheese from goats."});
    let dairy = Incoming {
        payload: payload.as_object().unwrap().clone(),
        vector: None,
    };
    here.put(vec![dairy]).unwrap();
    let there = on_cluster(&here);
    check_same(&here, &there, &ask("goat cheese", Mode::Hybrid));
}
