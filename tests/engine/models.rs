//! Models of other shapes than the default one: other widths, layers, heads, poolings, tokenizers and
//! prefixes, compared with sentence-transformers. The models have random weights, and are made here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::common::tiny::{Tiny, golden, incoming, query_encoder};
use parallax::collection::{Cores, Incoming, Reencode};
use parallax::encoder::pooling::dot;
use parallax::encoder::{Encoder, EncoderError, Kernel, Pooling, Prefixes, Runtime};
use parallax::encoder::{install, install_with};
use parallax::record::FieldRoles;
use parallax::vector::cosine;
use parallax::{Catalogue, Collection, Error, Query, Schema, Vector, npy};

/// The lowest cosine of two vectors of a text that are both computed in f32.
const SAME: f32 = 0.9999;

/// The lowest cosine of a vector computed with 8-bit products. Random weights have no redundancy, so
/// the error of rounding is larger than in a trained model.
const NEARLY_SAME: f32 = 0.98;

/// The vectors of all texts as queries, then as texts that are searched.
fn vectors(encoder: &Encoder, texts: &[&str]) -> Vec<Vector> {
    let queries = texts.iter().map(|text| encoder.encode_query(text).unwrap());
    let mut vectors: Vec<Vector> = queries.collect();
    vectors.extend(encoder.encode_all(texts, |_| {}).unwrap());
    vectors
}

#[test]
fn vectors_are_those_of_sentence_transformers() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    for (name, fused) in tiny.models() {
        let model = tiny.write(name, folder.path());
        let expected = npy::read(&golden(&format!("tiny_{name}.npy"))).unwrap();
        let compare = |runtime: Runtime, least: f32| {
            let encoder = Encoder::load_with(&model, runtime).unwrap();
            let found = vectors(&encoder, &tiny.texts());
            assert_eq!(found.len(), expected.len());
            for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(found.len(), encoder.dimension());
                let cosine = dot(found, expected);
                assert!(cosine > least, "{name}, {runtime:?}: row {at} has {cosine}");
            }
            encoder.runtime()
        };
        assert_eq!(compare(Runtime::Tract, SAME), Runtime::Tract);
        for kernel in Kernel::available() {
            let runs = compare(Runtime::Fused(kernel), NEARLY_SAME);
            let expected = if fused {
                Runtime::Fused(kernel)
            } else {
                Runtime::Tract
            };
            assert_eq!(runs, expected, "{name}");
        }
    }
}

#[test]
fn an_installed_model_is_the_same_as_its_folder() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    for (name, _) in tiny.models() {
        let source = tiny.write(name, folder.path());
        let target = folder.path().join("models").join(name);
        let installed = install(&source, &target).unwrap();
        let (one, other) = (
            Encoder::load(&source).unwrap(),
            Encoder::load(&target).unwrap(),
        );
        assert_eq!(one.model_hash(), installed.model_hash);
        assert_eq!(other.model_hash(), installed.model_hash);
        assert_eq!(one.settings(), other.settings());
        let texts = tiny.texts();
        assert_eq!(vectors(&one, &texts), vectors(&other, &texts));
    }
}

#[test]
fn settings_come_from_the_folder() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str| Encoder::load(&tiny.write(name, folder.path())).unwrap();
    let bert = load("bert-cls-96");
    let settings = bert.settings();
    assert_eq!(
        (settings.pooling, settings.max_tokens),
        (Pooling::First, 24)
    );
    assert_eq!(settings.query_prefix, "query: ");
    assert_eq!(settings.passage_prefix, "passage: ");
    assert_ne!(
        bert.encode("milk").unwrap(),
        bert.encode_query("milk").unwrap()
    );
    // 32 positions of 34 rows, and 20 positions without a length.
    assert_eq!(load("xlm-roberta-mean-128").settings().max_tokens, 32);
    assert_eq!(load("distilbert-max-60").settings().max_tokens, 20);
}

#[test]
fn prefixes_can_be_given_and_make_another_model() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let source = tiny.write("bert-cls-96", folder.path());
    let target = folder.path().join("other");
    let prefixes = Prefixes {
        query: Some("search: ".into()),
        passage: Some(String::new()),
    };
    install_with(&source, &target, &prefixes).unwrap();
    let (own, other) = (
        Encoder::load(&source).unwrap(),
        Encoder::load(&target).unwrap(),
    );
    assert_ne!(own.model_hash(), other.model_hash());
    assert_eq!(other.settings().query_prefix, "search: ");
    assert_ne!(own.encode("milk").unwrap(), other.encode("milk").unwrap());
}

#[test]
fn a_cosine_is_split_only_over_the_words_of_a_mean() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str| Encoder::load(&tiny.write(name, folder.path())).unwrap();
    let error = load("bert-cls-96").attribute("milk", "bread").unwrap_err();
    assert!(matches!(error, EncoderError::NoMean), "{error}");
    let xlm = load("xlm-roberta-mean-128");
    let split = xlm.attribute("solar milk", "wind und solar").unwrap();
    let cosine = dot(
        &xlm.encode_query("solar milk").unwrap(),
        &xlm.encode("wind und solar").unwrap(),
    );
    assert!((split.cosine - cosine).abs() < 1e-4);
    let words = split.record.iter().filter(|piece| !piece.special);
    let words = words.map(|piece| &"wind und solar"[piece.range.clone().unwrap()]);
    let words: Vec<&str> = words.map(str::trim).collect();
    assert_eq!(words, ["wind", "und", "solar"]);
}

#[test]
fn what_a_folder_lacks_or_has_too_much_is_named() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let source = tiny.write("bert-cls-96", folder.path());
    let refused = |file: &str, contents: Option<&str>, said: &str| {
        let path = source.join(file);
        let before = fs::read(&path).unwrap();
        match contents {
            Some(contents) => fs::write(&path, contents).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let error = Encoder::load(&source).err().unwrap().to_string();
        assert!(error.contains(said), "{file}: {error}");
        fs::write(&path, before).unwrap();
    };
    refused("tokenizer.json", None, "tokenizer.json is missing");
    refused("model.safetensors", None, "neither model.safetensors");
    refused("modules.json", Some("["), "modules.json cannot be read");
    let config = |from: &str, to: &str| {
        let text = fs::read_to_string(source.join("config.json")).unwrap();
        assert!(text.contains(from));
        text.replace(from, to)
    };
    let other = config("\"model_type\":\"bert\"", "\"model_type\":\"mpnet\"");
    refused("config.json", Some(&other), "onnx/model.onnx");
    let heads = config("\"num_attention_heads\":3", "\"num_attention_heads\":7");
    refused("config.json", Some(&heads), "7 heads");
    Encoder::load(&source).unwrap();
}

#[test]
fn passages_leave_room_for_the_prefix() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let encoder = Encoder::load(&tiny.write("bert-cls-96", folder.path())).unwrap();
    let text = "milk bread solar wind. ".repeat(20);
    let passages = encoder.passages(&text).unwrap();
    assert!(passages.len() > 3);
    // Text after what is read would change nothing.
    for passage in passages {
        let whole = &text[passage];
        let (cut, _) = whole.rsplit_once(' ').unwrap();
        assert_ne!(encoder.encode(whole).unwrap(), encoder.encode(cut).unwrap());
    }
}

#[test]
fn the_folder_of_no_model_says_what_to_do() {
    let error = Encoder::load(Path::new("/nowhere/at-all")).err().unwrap();
    assert!(matches!(error, EncoderError::Missing { .. }), "{error}");
}

/// Creates a collection of so many records.
fn create(catalogue: &Catalogue, name: &str, records: usize) -> Arc<Collection> {
    let roles = FieldRoles {
        id: Some("id".into()),
        texts: vec!["text".into()],
        ..FieldRoles::default()
    };
    let schema = Schema::named(&roles).unwrap();
    catalogue.create(name, schema, true).unwrap();
    let collection = catalogue.collection(name).unwrap();
    let all = (0..records).map(|id| incoming(id, &text(id)));
    collection.put(all.collect()).unwrap();
    collection
}

fn text(id: usize) -> String {
    let words = ["milk", "bread", "solar", "wind", "train", "night", "house"];
    let words = (0..3).map(|at| words[(id / 7_usize.pow(at)) % 7]);
    words.collect::<Vec<_>>().join(" ")
}

/// Checks that every record has the vector that an encoder gives its text, and returns the ids.
fn checked(collection: &Collection, encoder: &Encoder) -> BTreeSet<String> {
    let generation = collection.generation();
    let positions = generation.positions();
    let ids = positions.map(|position| {
        let number = generation.number(position).unwrap();
        let record = collection.numbered(number).unwrap();
        let text = record.payload["text"].as_str().unwrap();
        let vector = encoder.encode(text).unwrap();
        let stored = generation.vector(position).unwrap();
        assert_eq!(stored.len(), encoder.dimension());
        assert!(cosine(&stored, &vector) > 0.999_9, "{}", record.id);
        record.id
    });
    ids.collect()
}

#[test]
fn every_collection_is_searched_with_its_own_model() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let one = tiny.write("bert-cls-96", folder.path());
    let other = tiny.write("xlm-roberta-mean-128", folder.path());

    let catalogue = Catalogue::open(&data, query_encoder(&one)).unwrap();
    create(&catalogue, "first", 20);
    drop(catalogue);
    let catalogue = Catalogue::open(&data, query_encoder(&other)).unwrap();
    create(&catalogue, "second", 20);
    for (name, dimension) in [("first", 96), ("second", 128)] {
        let collection = catalogue.collection(name).unwrap();
        assert_eq!(collection.about().dimension, dimension);
        checked(&collection, collection.encoder().encoder());
        let answer = collection.search(&Query::new("solar milk")).unwrap();
        assert_eq!(answer.hits.len(), 10);
    }
    // A vector of another width is refused with both.
    let wide = Incoming {
        vector: Some(vec![0.5; 128]),
        ..incoming(99, "milk")
    };
    let first = catalogue.collection("first").unwrap();
    let error = first.put(vec![wide]).unwrap_err().to_string();
    assert!(error.contains("128") && error.contains("96"), "{error}");
    drop((first, catalogue));

    // Only the collection whose model is gone cannot be used, until it is encoded by another.
    fs::rename(&one, folder.path().join("elsewhere")).unwrap();
    let catalogue = Catalogue::open(&data, query_encoder(&other)).unwrap();
    let error = catalogue.collection("first").err().unwrap();
    assert!(matches!(error, Error::NoModel { .. }), "{error}");
    let error = error.to_string();
    let place = one.display().to_string();
    assert!(
        error.contains("'first'") && error.contains(&place),
        "{error}"
    );
    assert!(error.contains("parallax reencode first"), "{error}");
    catalogue.collection("second").unwrap();
    let how = Reencode {
        cores: Cores::All,
        progress: &|_| {},
        cancelled: &AtomicBool::new(false),
    };
    assert!(catalogue.reencode("first", &other, how).unwrap());
    let first = catalogue.collection("first").unwrap();
    assert_eq!(checked(&first, first.encoder().encoder()).len(), 20);
    assert!(!catalogue.reencode("first", &other, how).unwrap());
}

#[test]
fn a_collection_is_encoded_anew_while_it_is_used() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let one = tiny.write("bert-cls-96", folder.path());
    let other = tiny.write("xlm-roberta-mean-128", folder.path());
    let catalogue = Catalogue::open(&data, query_encoder(&one)).unwrap();
    let collection = create(&catalogue, "notes", 600);
    collection.delete(vec!["r5".into()]).unwrap();

    // The old vectors answer and writes are taken while the new ones are made.
    let rounds = AtomicUsize::new(0);
    let meanwhile = |_| {
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        if round >= 3 {
            return;
        }
        let old = catalogue.collection("notes").unwrap();
        assert_eq!(old.about().dimension, 96);
        assert_eq!(old.search(&Query::new("milk")).unwrap().hits.len(), 10);
        let written = vec![
            incoming(1_000 + round, "wind house"),
            incoming(round, "night"),
        ];
        old.put(written).unwrap();
        old.delete(vec![format!("r{}", 100 + round)]).unwrap();
    };
    let cancelled = AtomicBool::new(false);
    let how = Reencode {
        cores: Cores::Half,
        progress: &meanwhile,
        cancelled: &cancelled,
    };
    assert!(catalogue.reencode("notes", &other, how).unwrap());

    let mut expected: BTreeSet<String> = (0..600).map(|id| format!("r{id}")).collect();
    expected.extend((0..3).map(|round| format!("r{}", 1_000 + round)));
    for gone in [5, 100, 101, 102] {
        expected.remove(&format!("r{gone}"));
    }
    let encoder = Encoder::load(&other).unwrap();
    let renewed = catalogue.collection("notes").unwrap();
    assert_eq!(renewed.about().dimension, 128);
    assert_eq!(checked(&renewed, &encoder), expected);
    assert_eq!(renewed.record("r1").unwrap().payload["text"], "night");
    let error = collection.put(vec![incoming(1, "late")]).unwrap_err();
    assert!(matches!(error, Error::Replaced(_)), "{error}");
    renewed.put(vec![incoming(2_000, "train")]).unwrap();
    expected.insert("r2000".into());
    renewed.settle();
    drop((collection, renewed, catalogue));

    let catalogue = Catalogue::open(&data, query_encoder(&one)).unwrap();
    let renewed = catalogue.collection("notes").unwrap();
    assert_eq!(checked(&renewed, &encoder), expected);
    assert_eq!(fs::read_dir(data.join("collections")).unwrap().count(), 1);
}

#[test]
fn what_is_cancelled_changes_nothing() {
    let tiny = Tiny::read();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let one = tiny.write("bert-cls-96", folder.path());
    let other = tiny.write("distilbert-max-60", folder.path());
    let catalogue = Catalogue::open(&data, query_encoder(&one)).unwrap();
    let collection = create(&catalogue, "notes", 50);
    let cancelled = AtomicBool::new(true);
    let how = Reencode {
        cores: Cores::All,
        progress: &|_| {},
        cancelled: &cancelled,
    };
    let error = catalogue.reencode("notes", &other, how).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert_eq!(fs::read_dir(data.join("collections")).unwrap().count(), 1);
    collection.put(vec![incoming(50, "bread")]).unwrap();
    let encoder = Encoder::load(&one).unwrap();
    assert_eq!(checked(&collection, &encoder).len(), 51);
}
