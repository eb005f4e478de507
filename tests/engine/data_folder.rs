//! A data folder over time: collections are built from files, reopened, damaged and repaired.
//! Real model, real store.

use std::fs;
use std::path::Path;

use crate::common::sample::{ask, build, build_with, sample, sample_file, titles};
use crate::common::{encoder, query_encoder};
use parallax::collection::{SourceFile, Tuning};
use parallax::query::Route;
use parallax::record::FieldRoles;
use parallax::{Catalogue, Collection, Error, Mode, Query, npy};

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
    // The graph and its file are rebuilt automatically.
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
fn columns_of_another_format_leave_the_graph_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning {
        graph_min_records: 1,
        ..Tuning::default()
    };
    let open = || Catalogue::open_with(folder.path(), query_encoder(), tuning).unwrap();
    let catalogue = open();
    build(&catalogue, "sample", &sample_file(), false).unwrap();
    drop(catalogue);
    let files = folder.path().join("collections/1");
    let (columns, graph) = (files.join("columns.idx"), files.join("graph.idx"));
    let before = fs::read(&columns).unwrap();
    let kept = fs::read(&graph).unwrap();
    let age = |path: &Path| {
        // The directory begins with the format version. The trailer says where it starts and ends,
        // and what its checksum is.
        let mut bytes = fs::read(path).unwrap();
        let trailer = bytes.len() - 28;
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        let (start, end) = (number(trailer), number(trailer + 8));
        bytes[start] = bytes[start].wrapping_add(1);
        let sum = crc32fast::hash(&bytes[start..end]).to_le_bytes();
        bytes[trailer + 16..trailer + 20].copy_from_slice(&sum);
        // Written under another name, as a mapped file must not change.
        let aged = path.with_extension("aged");
        fs::write(&aged, bytes).unwrap();
        fs::rename(&aged, path).unwrap();
    };
    let forced = Query {
        route: Route::Graph,
        ..ask("wooden furniture", Mode::Neural)
    };
    let opened = |catalogue: &Catalogue| {
        let collection = catalogue.collection("sample").unwrap();
        collection.settle();
        let answer = collection.search(&forced).unwrap();
        assert_eq!(answer.route, Some(Route::Graph));
        let expected = titles(&sample(), &ask("wooden furniture", Mode::Neural));
        assert_eq!(
            titles(&collection, &ask("wooden furniture", Mode::Neural)),
            expected
        );
        collection
    };
    age(&columns);
    let catalogue = open();
    let collection = opened(&catalogue);
    assert_eq!(fs::read(&columns).unwrap(), before);
    // Two graphs built over the same vectors differ, so this one was not rebuilt.
    assert_eq!(fs::read(&graph).unwrap(), kept);
    // After a record is deleted, its vector is gone, and the graph is rebuilt.
    collection.delete(vec!["7".into()]).unwrap();
    drop((collection, catalogue));
    age(&columns);
    let catalogue = open();
    let collection = opened(&catalogue);
    assert_eq!(collection.generation().records(), 339);
    assert_ne!(fs::read(&graph).unwrap(), kept);
}

#[test]
fn a_collection_of_another_model_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.redb");
    let about = parallax::collection::About {
        model: "0123456789abcdef".into(),
        ..parallax::collection::About::new(parallax::Schema::startups(), encoder(), false)
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
    let options = FieldRoles {
        id: Some("id".into()),
        title: Some("head".into()),
        ..FieldRoles::default()
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
    let source = SourceFile::look(&file, &FieldRoles::default()).unwrap();
    let error = parallax::collection::embed(&source, encoder(), &file, &|_| {}).unwrap_err();
    assert!(error.to_string().contains("another output file"), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), line);
}

#[test]
fn given_vectors_are_used_as_they_are_and_must_fit() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    let (file, out) = (sample_file(), folder.path().join("v.npy"));
    let source = SourceFile::look(&file, &FieldRoles::default()).unwrap();
    let rows = parallax::collection::embed(&source, encoder(), &out, &|_| {}).unwrap();
    assert_eq!(rows, 340);
    let with = |name: &str, vectors: &Path| {
        build_with(
            &catalogue,
            name,
            &file,
            false,
            Some(vectors),
            &FieldRoles::default(),
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
    vectors.extend([vectors[0].clone(), vectors[0].clone()]);
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
