//! What `total` counts: by words, the records that contain one; by meaning, those near enough to
//! fit and those that contain every word. Facets count the same records.

use std::collections::HashSet;
use std::sync::Arc;

use crate::common::sample::{ask, build, build_with, collection_of, sample, sample_file};
use crate::common::{encoder, json_lines, query_encoder};
use parallax::collection::Tuning;
use parallax::query::{Answer, Counted, Lookup, MAX_COUNTED, Relation, Route};
use parallax::record::FieldRoles;
use parallax::vector::cosine;
use parallax::{Catalogue, Collection, Filter, Mode, Query, npy};
use serde_json::json;

const QUERIES: [&str; 8] = [
    "milk",
    "solar panels",
    "software for farmers",
    "learn a language with friends",
    "bicycle repair",
    "the password of a locked garden",
    "xqzvw plrtk",
    "coffee",
];

/// The records that contain a word, found by searching for that word alone.
fn holding(collection: &Collection, word: &str) -> HashSet<u64> {
    let query = Query {
        limit: 100,
        collapse: false,
        lookup: Lookup::default(),
        ..ask(word, Mode::Text)
    };
    let answer = collection.search(&query).unwrap();
    assert!(answer.total <= 100);
    answer.hits.iter().map(|hit| hit.record.number.0).collect()
}

/// The answers to a query, computed record by record: those near enough, or containing every word
/// that is not a stop word.
fn answers(collection: &Collection, text: &str) -> HashSet<u64> {
    let generation = collection.generation();
    let line = generation.unrelated().unwrap().line();
    let vector = encoder().encode(text).unwrap();
    let near = generation.positions().filter(|&position| {
        let mut passages = generation.vectors(position);
        passages.any(|passage| cosine(&vector, &passage) >= line)
    });
    let near: HashSet<u64> = near.map(|at| generation.number(at).unwrap().0).collect();
    let words = text
        .split(' ')
        .filter(|word| !["a", "the", "of", "for", "with"].contains(word));
    let held = words.map(|word| holding(collection, word));
    let all = held.reduce(|some, more| some.intersection(&more).copied().collect());
    near.union(&all.unwrap()).copied().collect()
}

fn searched(text: &str, mode: Mode, filters: &[&str]) -> Answer {
    let query = Query {
        lookup: Lookup::default(),
        facets: vec!["city".into()],
        filters: filters
            .iter()
            .map(|f| f.parse::<Filter>().unwrap())
            .collect(),
        ..ask(text, mode)
    };
    sample().search(&query).unwrap()
}

/// The sum of the city counts; every start-up in the sample has exactly one city.
fn in_all_cities(answer: &Answer) -> usize {
    let counts = answer.facets[0].values.iter();
    counts.map(|counted| counted.count as usize).sum()
}

#[test]
fn the_total_counts_the_answers_and_so_do_the_facets() {
    for text in QUERIES {
        let expected = answers(&sample(), text).len();
        for mode in [Mode::Neural, Mode::Hybrid] {
            let answer = searched(text, mode, &[]);
            assert_eq!(answer.counted, Counted::Answers);
            assert_eq!(answer.total as usize, expected, "{text} {mode}");
            assert_eq!(in_all_cities(&answer), expected, "{text} {mode}");
            assert_eq!(answer.facets[0].counted, Counted::Answers);
            // Something is always nearest, so the list may continue beyond the answers.
            assert_eq!(answer.hits.len(), 10);
        }
        let answer = searched(text, Mode::Text, &[]);
        assert_eq!(answer.counted, Counted::Matching);
        assert_eq!(answer.total as usize, in_all_cities(&answer), "{text}");
    }
}

#[test]
fn filters_leave_fewer_answers_and_facets_leave_their_own_filter_aside() {
    for text in QUERIES {
        for mode in Mode::ALL {
            let (all, berlin) = (
                searched(text, mode, &[]),
                searched(text, mode, &["city:Berlin"]),
            );
            assert_eq!(all.facets, berlin.facets, "{text} {mode}");
            let values = berlin.facets[0].values.iter();
            let mut of_berlin = values.filter(|counted| counted.value == "Berlin");
            let count = of_berlin.next().map_or(0, |counted| counted.count);
            assert_eq!(berlin.total, count, "{text} {mode}");
        }
    }
}

#[test]
fn conditions_in_the_query_hold_for_what_is_counted() {
    let plain = searched("coffee", Mode::Hybrid, &[]);
    let without = searched("coffee -coffee", Mode::Hybrid, &[]);
    let held = holding(&sample(), "coffee").len();
    assert!(held > 0);
    assert_eq!(without.total as usize, plain.total as usize - held);
    assert_eq!(in_all_cities(&without), without.total as usize);
}

#[test]
fn a_word_that_was_corrected_counts_as_the_word_it_was_taken_for() {
    let names = json_lines(&sample_file());
    let name = names[0]["name"].as_str().unwrap();
    let slip = format!("{}{}", &name[..4], &name[5..]);
    let answer = sample().search(&ask(&slip, Mode::Hybrid)).unwrap();
    assert_eq!(answer.corrections.len(), 1);
    assert_eq!(answer.hits[0].record.title, name);
    assert_eq!(answer.fits, Some(true));
    assert!(answer.total >= 1);
}

#[test]
fn of_few_records_all_are_counted_since_nothing_tells_them_apart() {
    let records = &json_lines(&sample_file())[..20];
    let (_folder, catalogue) = collection_of("few", records, &FieldRoles::default());
    let few = catalogue.collection("few").unwrap();
    for mode in [Mode::Neural, Mode::Hybrid] {
        let answer = few.search(&ask("coffee", mode)).unwrap();
        assert_eq!((answer.total, answer.counted), (20, Counted::All));
    }
}

#[test]
fn identical_records_count_one_by_one_and_deleted_ones_not_at_all() {
    let mut records = json_lines(&sample_file())[..60].to_vec();
    let again = records[0].clone();
    records.push(again);
    let (_folder, catalogue) = collection_of("some", &records, &FieldRoles::default());
    let some = catalogue.collection("some").unwrap();
    let name = records[0]["name"].as_str().unwrap();
    let total = |mode| some.search(&ask(name, mode)).unwrap().total as usize;
    for mode in [Mode::Neural, Mode::Hybrid] {
        assert_eq!(total(mode), answers(&some, name).len(), "{mode}");
    }
    let before = total(Mode::Hybrid);
    assert!(before >= 2);
    some.delete(vec!["0".into(), "60".into()]).unwrap();
    assert_eq!(total(Mode::Hybrid), before - 2);
}

#[test]
fn through_the_graph_the_total_is_the_least_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning {
        graph_min_records: 30,
        ..Tuning::default()
    };
    let catalogue = Catalogue::open_with(folder.path(), query_encoder(), tuning).unwrap();
    build(&catalogue, "large", &sample_file(), false).unwrap();
    let large: Arc<Collection> = catalogue.collection("large").unwrap();
    large.settle();
    let query = |route| Query {
        route,
        ..ask("coffee", Mode::Neural)
    };
    let exact = large.search(&query(Route::Exact)).unwrap();
    let graph = large.search(&query(Route::Auto)).unwrap();
    assert_eq!(graph.route, Some(Route::Graph));
    assert_eq!(exact.counted, Counted::Answers);
    assert_eq!(graph.counted, Counted::AtLeast);
    assert!((1..=exact.total).contains(&graph.total));
}

#[test]
fn what_is_like_a_record_is_counted_without_it() {
    let own = sample().record("0").unwrap();
    let generation = sample().generation();
    let line = generation.unrelated().unwrap().line();
    let vector = generation.vector(0).unwrap();
    let near = generation.positions().filter(|&at| {
        let mut passages = generation.vectors(at);
        at != 0 && passages.any(|passage| cosine(&vector, &passage) >= line)
    });
    let expected = near.count();
    let similar = sample().similar(&own.id, 10, 0, &[]).unwrap();
    assert_eq!((similar.total as usize, similar.hits.len()), (expected, 10));
}

/// A query in a script that the model never learned is answered by words, and flagged as such.
#[test]
fn what_the_model_cannot_read_is_answered_by_words() {
    let mut records = json_lines(&sample_file())[..40].to_vec();
    records.push(json!({
        "name": "\u{1230}\u{120b}\u{121d}", "images": "", "alt": "\u{1230}\u{120b}\u{121d}",
        "description": "\u{1218}\u{133d}\u{1210}\u{134d}", "link": "", "city": "Addis"
    }));
    let (_folder, catalogue) = collection_of("scripts", &records, &FieldRoles::default());
    let scripts = catalogue.collection("scripts").unwrap();
    for mode in [Mode::Neural, Mode::Hybrid] {
        let held = scripts
            .search(&ask("\u{1218}\u{133d}\u{1210}\u{134d}", mode))
            .unwrap();
        assert!(held.unread, "{mode}");
        assert_eq!(held.fits, Some(true));
        assert_eq!((held.total, held.counted), (1, Counted::Matching));
        assert_eq!(held.hits[0].record.id, "40");
        assert!(held.hits[0].neural.is_none() && held.hits[0].text.is_some());
        let query = ask("\u{1218}\u{133d}\u{1210}\u{134d}", mode);
        let why = scripts.explain(&query, "40").unwrap();
        assert!(why.meaning.is_none() && why.fusion.is_none());
        assert_eq!(why.words.rank, Some(1));

        let unheard = scripts.search(&ask("\u{12e8}\u{1275}", mode)).unwrap();
        assert!(unheard.unread && unheard.hits.is_empty());
        assert_eq!(unheard.fits, Some(false));

        let read = scripts.search(&ask("rain forecast", mode)).unwrap();
        assert!(!read.unread);
    }
    let by_words = scripts
        .search(&ask("\u{12e8}\u{1275}", Mode::Text))
        .unwrap();
    assert!(!by_words.unread && by_words.fits.is_none());
}

#[test]
fn many_matching_records_are_counted_to_the_end_only_on_request() {
    let records = MAX_COUNTED + 500;
    let has = |word: &str, at: u32| match word {
        "lantern" => !at.is_multiple_of(50),
        "harbour" => at < MAX_COUNTED,
        _ => at.is_multiple_of(3),
    };
    let words = ["lantern", "harbour", "meadow"];
    let line = |at: u32| {
        let held = words.into_iter().filter(|word| has(word, at));
        let text = format!("Number {at} {}", held.collect::<Vec<_>>().join(" "));
        let city = if at.is_multiple_of(2) { "Bern" } else { "Oslo" };
        json!({"name": text, "images": "", "alt": "", "description": text, "link": "", "city": city})
    };
    let folder = tempfile::tempdir().unwrap();
    let (file, vectors) = (
        folder.path().join("many.jsonl"),
        folder.path().join("v.npy"),
    );
    let lines: Vec<String> = (0..records).map(|at| line(at).to_string()).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    // Only words matter here, so all records may be equally near.
    let same = vec![encoder().encode("lantern").unwrap(); records as usize];
    npy::write(std::fs::File::create(&vectors).unwrap(), &same).unwrap();
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    let roles = FieldRoles::default();
    build_with(&catalogue, "many", &file, false, Some(&vectors), &roles).unwrap();
    let many = catalogue.collection("many").unwrap();

    let search = |text: &str, exact_total, facets: &[&str], filters: &[&str]| {
        let query = Query {
            exact_total,
            facets: facets.iter().map(|&facet| facet.to_owned()).collect(),
            filters: filters
                .iter()
                .map(|f| f.parse::<Filter>().unwrap())
                .collect(),
            ..ask(text, Mode::Text)
        };
        many.search(&query).unwrap()
    };
    let expected = |text: &str, passes: &dyn Fn(u32) -> bool| {
        let matches = |at: &u32| text.split(' ').any(|word| has(word, *at));
        (0..records).filter(|at| matches(at) && passes(*at)).count() as u32
    };
    for text in ["meadow", "harbour", "lantern", "meadow lantern"] {
        let all = expected(text, &|_| true);
        let answer = search(text, false, &[], &[]);
        let bounded = all > MAX_COUNTED;
        assert_eq!(answer.total, all.min(MAX_COUNTED), "{text}");
        assert_eq!(
            answer.total_relation == Relation::AtLeast,
            bounded,
            "{text}"
        );
        assert_eq!(answer.counted, Counted::Matching);
        // On request, and where all of them are needed anyway, they are counted to the end.
        for answer in [
            search(text, true, &[], &[]),
            search(text, false, &["city"], &[]),
        ] {
            assert_eq!(
                (answer.total, answer.total_relation),
                (all, Relation::Equal),
                "{text}"
            );
        }
        let of_cities = in_all_cities(&search(text, false, &["city"], &[]));
        assert_eq!(of_cities, all as usize, "{text}");
        let in_bern = search(text, false, &[], &["city:Bern"]);
        let total = expected(text, &|at| at.is_multiple_of(2));
        assert_eq!(
            (in_bern.total, in_bern.total_relation),
            (total, Relation::Equal),
            "{text}"
        );
    }
    many.delete((0..400).map(|at: u32| at.to_string()).collect())
        .unwrap();
    for text in ["meadow", "harbour", "lantern", "meadow lantern"] {
        let all = expected(text, &|at| at >= 400);
        assert_eq!(search(text, true, &[], &[]).total, all, "{text}");
        assert_eq!(
            search(text, false, &[], &[]).total,
            all.min(MAX_COUNTED),
            "{text}"
        );
    }
}
