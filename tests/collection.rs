//! A collection as its user knows it: built from a file, searched in every mode, opened
//! again, damaged and mended. Real model, real store.

// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use common::{encoder, json_lines, query_encoder};
use parallax::collection::{Build, Cores, Progress, Report, SourceFile, Tuning, VectorFile};
use parallax::evaluation::graph_recall;
use parallax::query::{Fusion, Route};
use parallax::record::FieldOptions;
use parallax::vector::cosine;
use parallax::{Catalogue, Collection, Error, Filter, Mode, Query, Result, npy};

/// The bundled sample.
fn sample_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("server/sample/startups.jsonl")
}

fn build(catalogue: &Catalogue, name: &str, file: &Path, replace: bool) -> Result<Report> {
    build_with(
        catalogue,
        name,
        file,
        replace,
        None,
        &FieldOptions::default(),
    )
}

fn build_with(
    catalogue: &Catalogue,
    name: &str,
    file: &Path,
    replace: bool,
    vectors: Option<&Path>,
    options: &FieldOptions,
) -> Result<Report> {
    let source = SourceFile::look(file, options)?;
    let vectors = vectors.map(VectorFile::open).transpose()?;
    let build = Build {
        source: &source,
        vectors,
        encoder: encoder(),
        passages: true,
        cores: Cores::All,
        progress: &|_: Progress| {},
        cancelled: &AtomicBool::new(false),
    };
    catalogue.build(name, build, replace)
}

/// The sample's collection, built once for all tests.
fn sample() -> Arc<Collection> {
    static SAMPLE: OnceLock<(tempfile::TempDir, Catalogue)> = OnceLock::new();
    let (_, catalogue) = SAMPLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
        build(&catalogue, "sample", &sample_file(), false).unwrap();
        (folder, catalogue)
    });
    catalogue.collection("sample").unwrap()
}

fn titles(collection: &Collection, query: &Query) -> Vec<String> {
    let answer = collection.search(query).unwrap();
    answer
        .hits
        .into_iter()
        .map(|hit| hit.record.title)
        .collect()
}

fn ask(text: &str, mode: Mode) -> Query {
    Query {
        mode,
        ..Query::new(text)
    }
}

#[test]
fn meaning_finds_what_shares_no_word_and_words_do_not() {
    let pairs = [
        ("password manager", "Hushwarren"),
        ("dog boarding pet hotel", "Snoutlodge"),
        ("solar panels", "Dawnshingle"),
        ("affordable student notebook laptop", "Slatepenny"),
    ];
    for (query, name) in pairs {
        let by_meaning = titles(&sample(), &ask(query, Mode::Neural));
        assert!(
            by_meaning[..3].iter().any(|t| t == name),
            "{query}: {by_meaning:?}"
        );
        let by_words = titles(&sample(), &ask(query, Mode::Text));
        assert!(!by_words.iter().any(|t| t == name), "{query}: {by_words:?}");
    }
}

#[test]
fn words_find_an_exact_name_first() {
    for record in json_lines(&sample_file()).iter().take(40) {
        let name = record["name"].as_str().unwrap();
        assert_eq!(titles(&sample(), &ask(name, Mode::Text))[0], name);
    }
}

#[test]
fn scores_are_true_cosines_in_order() {
    let query = ask("wooden furniture", Mode::Neural);
    let answer = sample().search(&query).unwrap();
    let vector = encoder().encode(&query.text).unwrap();
    let schema = sample().schema().clone();
    let mut last = f32::INFINITY;
    for (rank, hit) in (1..).zip(&answer.hits) {
        let text = schema.encoded_text(&hit.record.payload);
        let truth = cosine(&vector, &encoder().encode(&text).unwrap());
        assert!((hit.score - truth).abs() < 1e-6);
        assert!(hit.score <= last);
        assert_eq!(hit.neural.unwrap().rank, rank);
        last = hit.score;
    }
    assert_eq!(answer.total, 340);
}

#[test]
fn a_hybrid_hit_carries_the_ranks_the_engines_gave_it() {
    let by_ranks = Query {
        fusion: Fusion::ReciprocalRank,
        ..ask("milk company", Mode::Hybrid)
    };
    let answer = sample().search(&by_ranks).unwrap();
    let deep = |mode| Query {
        limit: 100,
        ..ask("milk company", mode)
    };
    let (by_meaning, by_words) = (
        titles(&sample(), &deep(Mode::Neural)),
        titles(&sample(), &deep(Mode::Text)),
    );
    let rank = |ranking: &[String], title: &str| {
        ranking
            .iter()
            .position(|t| t == title)
            .map(|at| at as u32 + 1)
    };
    assert!(!answer.hits.is_empty());
    for hit in answer.hits {
        let title = &hit.record.title;
        assert_eq!(hit.neural.map(|s| s.rank), rank(&by_meaning, title));
        assert_eq!(hit.text.map(|s| s.rank), rank(&by_words, title));
        let parts = hit.neural.iter().chain(&hit.text);
        let fused: f32 = parts.map(|s| 1.0 / (60.0 + s.rank as f32)).sum();
        assert!((hit.score - fused).abs() < 1e-6);
    }
}

#[test]
fn a_filter_holds_in_every_mode_and_never_shortens_the_answer() {
    let lines = json_lines(&sample_file());
    let in_berlin = lines.iter().filter(|r| r["city"] == "Berlin").count();
    assert!(in_berlin > 10);
    let filter: Filter = "city:Berlin".parse().unwrap();
    for mode in Mode::ALL {
        let query = Query {
            filters: vec![filter.clone()],
            ..ask("software for people", mode)
        };
        let answer = sample().search(&query).unwrap();
        for hit in &answer.hits {
            assert_eq!(hit.record.payload["city"], "Berlin");
        }
        if mode != Mode::Text {
            assert_eq!((answer.hits.len(), answer.total as usize), (10, in_berlin));
        }
    }
    let all = Query {
        filters: vec![filter],
        limit: 100,
        ..ask("anything", Mode::Neural)
    };
    assert_eq!(titles(&sample(), &all).len(), in_berlin);
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    for mode in Mode::ALL {
        let whole = titles(
            &sample(),
            &Query {
                limit: 60,
                ..ask("food delivery", mode)
            },
        );
        let mut paged = Vec::new();
        for offset in (0..60).step_by(20) {
            let page = Query {
                limit: 20,
                offset,
                ..ask("food delivery", mode)
            };
            paged.extend(titles(&sample(), &page));
        }
        assert_eq!(paged, whole, "{mode}");
    }
}

#[test]
fn similar_records_leave_out_the_record_itself() {
    let collection = sample();
    let own = collection
        .search(&ask("Snoutlodge", Mode::Text))
        .unwrap()
        .hits
        .remove(0)
        .record;
    let answer = collection.similar(&own.id, 10, 0, &[]).unwrap();
    assert_eq!(answer.hits.len(), 10);
    assert_eq!(answer.total, 339);
    assert!(answer.hits.iter().all(|hit| hit.record.id != own.id));
    let everything = collection.similar(&own.id, 100, 0, &[]).unwrap();
    assert_eq!(everything.hits.len(), 100);
    assert!(matches!(
        collection.similar("999999", 10, 0, &[]),
        Err(Error::NoRecord { .. })
    ));
    assert!(matches!(
        collection.similar("x", 10, 0, &[]),
        Err(Error::NoRecord { .. })
    ));
}

#[test]
fn queries_past_their_limits_are_refused_with_what_is_allowed() {
    let ask = |change: fn(&mut Query)| {
        let mut query = Query::new("milk");
        change(&mut query);
        sample().search(&query).unwrap_err().to_string()
    };
    assert!(ask(|q| q.text = "x".repeat(10_000)).contains("2000"));
    assert!(ask(|q| q.text = " \n".into()).contains("empty"));
    assert!(ask(|q| q.limit = 0).contains("1 to 100"));
    assert!(ask(|q| q.limit = 101).contains("1 to 100"));
    assert!(ask(|q| q.offset = 5_000).contains("1000"));
    assert!(ask(|q| q.offset = usize::MAX).contains("1000"));
    assert!(ask(|q| q.filters = vec!["town:x".parse().unwrap()]).contains("city"));
}

#[test]
fn a_collection_opened_again_answers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let queries = ["wooden furniture", "password manager", "ISO 22000"];
    let answers = |catalogue: &Catalogue| -> Vec<Vec<String>> {
        let collection = catalogue.collection("sample").unwrap();
        let asked = Mode::ALL
            .iter()
            .flat_map(|mode| queries.map(|q| ask(q, *mode)));
        asked.map(|query| titles(&collection, &query)).collect()
    };
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    let before = answers(&catalogue);

    let again = Catalogue::open(folder.path(), query_encoder());
    assert!(matches!(again, Err(Error::InUse(_))));
    let error = again.err().unwrap().to_string();
    assert!(error.contains("another process"), "{error}");

    drop(catalogue);
    let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
    assert_eq!(answers(&catalogue), before);
}

#[test]
fn damaged_index_files_are_built_again_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning {
        graph_min_records: 1,
        ..Tuning::default()
    };
    let open = || Catalogue::open_with(folder.path(), query_encoder(), tuning);
    let catalogue = open().unwrap();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    let collection = catalogue.collection("sample").unwrap();
    let before = Mode::ALL.map(|mode| titles(&collection, &ask("wooden furniture", mode)));
    collection.settle();
    drop((collection, catalogue));

    let files = folder.path().join("collections/1");
    let columns = fs::read(files.join("columns.idx")).unwrap();
    fs::write(files.join("columns.idx"), &columns[..columns.len() / 2]).unwrap();
    let mut graph = fs::read(files.join("graph.idx")).unwrap();
    let middle = graph.len() / 2;
    graph[middle] ^= 1;
    fs::write(files.join("graph.idx"), graph).unwrap();

    let catalogue = open().unwrap();
    let collection = catalogue.collection("sample").unwrap();
    let after = Mode::ALL.map(|mode| titles(&collection, &ask("wooden furniture", mode)));
    assert_eq!(after, before);
    // The graph comes back by itself, and its file with it.
    collection.settle();
    let forced = Query {
        route: Route::Graph,
        ..ask("wooden furniture", Mode::Neural)
    };
    assert_eq!(
        collection.search(&forced).unwrap().route,
        Some(Route::Graph)
    );
}

#[test]
fn a_collection_of_another_model_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.redb");
    let about = parallax::collection::About {
        schema: parallax::Schema::startups(),
        model: "0123456789abcdef".into(),
        source: String::new(),
        passages: false,
    };
    drop(parallax::collection::Store::create(&store, about).unwrap());
    let error = Collection::open("old", folder.path(), query_encoder())
        .err()
        .unwrap();
    assert!(matches!(error, Error::OtherModel { .. }));
    let message = error.to_string();
    assert!(
        message.contains("0123456789ab") && message.contains("--model"),
        "{message}"
    );
}

#[test]
fn bad_lines_are_skipped_by_number_and_the_rest_is_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.jsonl");
    let lines = "{\"id\":\"a\",\"head\":\"one\"}\nnot json\n{\"id\":\"b\",\"head\":\" \"}\n\
                 {\"head\":\"no id\"}\n{\"id\":\"a\",\"head\":\"twice\"}\n{\"id\":\"c\",\"head\":\"two\"}\n";
    fs::write(&file, lines).unwrap();
    let options = FieldOptions {
        id: Some("id".into()),
        title: Some("head".into()),
        ..FieldOptions::default()
    };
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    let report = build_with(&catalogue, "notes", &file, false, None, &options).unwrap();
    assert_eq!((report.records, report.skipped), (2, 4));
    let listed: Vec<u64> = report.listed.iter().map(|s| s.line).collect();
    assert_eq!(listed, [2, 3, 4, 5]);
    assert!(
        report.listed[3].reason.contains("line 1"),
        "{:?}",
        report.listed[3]
    );
    let collection = catalogue.collection("notes").unwrap();
    assert_eq!(collection.record("c").unwrap().title, "two");
    assert!(matches!(
        collection.record("b"),
        Err(Error::NoRecord { .. })
    ));
}

#[test]
fn a_failed_build_leaves_the_earlier_collection_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    let file = folder.path().join("a.jsonl");
    fs::write(
        &file,
        "{\"name\":\"One\",\"alt\":\"one\",\"description\":\"first\"}\n",
    )
    .unwrap();
    build(&catalogue, "a", &file, false).unwrap();
    assert!(matches!(
        build(&catalogue, "a", &file, false),
        Err(Error::CollectionExists(_))
    ));

    let bad = folder.path().join("bad.jsonl");
    fs::write(&bad, "{\"name\":\"\",\"alt\":\"\",\"description\":\"\"}\n").unwrap();
    let error = build(&catalogue, "a", &bad, true).unwrap_err().to_string();
    assert!(error.contains("line 1: no text"), "{error}");
    assert_eq!(
        catalogue
            .collection("a")
            .unwrap()
            .record("0")
            .unwrap()
            .title,
        "One"
    );

    fs::write(
        &file,
        "{\"name\":\"Two\",\"alt\":\"two\",\"description\":\"second\"}\n",
    )
    .unwrap();
    build(&catalogue, "a", &file, true).unwrap();
    assert_eq!(
        catalogue
            .collection("a")
            .unwrap()
            .record("0")
            .unwrap()
            .title,
        "Two"
    );
    let folders = fs::read_dir(folder.path().join("data/collections"))
        .unwrap()
        .count();
    assert_eq!(
        folders, 1,
        "replaced and failed builds leave no folder behind"
    );

    for name in ["", "a b", "../x", "-a", &"x".repeat(65)] {
        assert!(matches!(
            build(&catalogue, name, &file, false),
            Err(Error::BadName(_))
        ));
    }
}

#[test]
fn a_lost_or_damaged_catalogue_costs_no_collection() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Catalogue::open(folder.path(), query_encoder());
    let catalogue = open().unwrap();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    drop(catalogue);

    let file = folder.path().join("catalogue.redb");
    let store = folder.path().join("collections/1/store.redb");
    let whole = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(open().err().unwrap().to_string().contains("put it back"));
    fs::write(&file, "").unwrap();
    assert!(open().is_err());
    let mut damaged = whole.clone();
    damaged[4096..20_000].fill(0);
    fs::write(&file, damaged).unwrap();
    assert!(open().is_err());
    assert!(store.exists());

    fs::write(&file, whole).unwrap();
    let stranger = folder.path().join("collections/2024");
    fs::create_dir(&stranger).unwrap();
    assert_eq!(
        open()
            .unwrap()
            .collection("sample")
            .unwrap()
            .generation()
            .records(),
        340
    );
    assert!(
        stranger.exists(),
        "a folder that nobody wrote down is nobody's to remove"
    );

    let mut bytes = fs::read(&store).unwrap();
    bytes[4096..40_000].fill(0);
    fs::write(&store, bytes).unwrap();
    let catalogue = open().unwrap();
    let error = catalogue.collection("sample").err().unwrap().to_string();
    assert!(error.contains("damaged"), "{error}");
}

#[test]
fn vectors_do_not_overwrite_the_records_they_are_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    let line = "{\"name\":\"One\",\"alt\":\"one\",\"description\":\"first\"}\n";
    fs::write(&file, line).unwrap();
    let source = SourceFile::look(&file, &FieldOptions::default()).unwrap();
    let error = parallax::collection::embed(&source, encoder(), &file, &|_| {}).unwrap_err();
    assert!(error.to_string().contains("another output file"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), line);
}

#[test]
fn given_vectors_are_used_as_they_are_and_must_fit() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    let (file, out) = (sample_file(), folder.path().join("v.npy"));
    let source = SourceFile::look(&file, &FieldOptions::default()).unwrap();
    let rows = parallax::collection::embed(&source, encoder(), &out, &|_| {}).unwrap();
    assert_eq!(rows, 340);
    let with = |name: &str, vectors: &Path| {
        build_with(
            &catalogue,
            name,
            &file,
            false,
            Some(vectors),
            &FieldOptions::default(),
        )
    };
    with("given", &out).unwrap();
    let given = catalogue.collection("given").unwrap();
    for query in ["wooden furniture", "solar panels"] {
        let query = ask(query, Mode::Neural);
        assert_eq!(titles(&given, &query), titles(&sample(), &query));
    }

    let mut vectors = npy::read(&out).unwrap();
    vectors.pop();
    write(&out, &vectors);
    assert!(
        with("short", &out)
            .unwrap_err()
            .to_string()
            .contains("end at 339")
    );
    vectors.extend([vectors[0], vectors[0]]);
    write(&out, &vectors);
    assert!(
        with("long", &out)
            .unwrap_err()
            .to_string()
            .contains("340 lines")
    );
    vectors.pop();
    vectors[2][7] = f32::NAN;
    write(&out, &vectors);
    assert!(with("nan", &out).unwrap_err().to_string().contains("row 3"));
}

fn write(path: &Path, vectors: &[parallax::Vector]) {
    npy::write(fs::File::create(path).unwrap(), vectors).unwrap();
}

#[test]
fn the_graph_recalls_what_the_scan_finds() {
    let recall = graph_recall(&sample(), 100, 7);
    assert_eq!((recall.queries, recall.records), (100, 240));
    assert!(recall.recall_at_10 >= 0.98, "{recall:?}");
}
