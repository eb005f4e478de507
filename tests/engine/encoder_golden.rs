//! The encoder compared with vectors from sentence-transformers, on hostile text, and with
//! unusual or damaged models and installations. Needs the real model.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::common::{encoder, json_lines, model_dir, startup_text, test_data};
use parallax::encoder::files::{GRAPH, MANIFEST, TOKENIZER};
use parallax::encoder::pooling::dot;
use parallax::encoder::{Encoder, EncoderError, Kernel, Runtime, install};
use parallax::{Vector, npy};
use prost::Message;
use tract_onnx::pb;

/// The lowest cosine at which two vectors of the same text count as equal, if both are computed in
/// f32.
const SAME: f32 = 0.9999;

/// The lowest cosine of 99 of 100 vectors computed with 8-bit products.
const NEARLY_SAME: f32 = 0.995;

/// The model with tract's own operators.
static TRACT: LazyLock<Encoder> =
    LazyLock::new(|| Encoder::load_with(&model_dir(), Runtime::Tract).unwrap());

/// The model with each of the kernels that this processor can run.
static FUSED: LazyLock<Vec<(Kernel, Encoder)>> = LazyLock::new(|| {
    let load = |kernel| {
        let encoder = Encoder::load_with(&model_dir(), Runtime::Fused(kernel)).unwrap();
        assert_eq!(encoder.runtime(), Runtime::Fused(kernel));
        (kernel, encoder)
    };
    Kernel::available().map(load).collect()
});

/// Encodes texts with every way to run the model, and compares with the vectors of
/// sentence-transformers.
fn assert_same(texts: &[String], golden: &[Vector]) {
    let cosines = cosines(&TRACT.encode_all(texts, |_| {}).unwrap(), golden);
    assert!(cosines[0] >= SAME, "cosine {} with tract", cosines[0]);
    let mut vectors: Option<Vec<Vector>> = None;
    for (kernel, fused) in FUSED.iter() {
        // The portable kernel is slow, and every text has the same vector with each of them.
        let count = if *kernel == Kernel::Portable {
            20
        } else {
            texts.len()
        };
        let (texts, golden) = (&texts[..count], &golden[..count]);
        let found = fused.encode_all(texts, |_| {}).unwrap();
        let cosines = self::cosines(&found, golden);
        let low = cosines[count / 100];
        println!("{kernel:?}: lowest {}, first percentile {low}", cosines[0]);
        assert!(low >= NEARLY_SAME, "cosine {low} with {kernel:?}");
        let expected = vectors.get_or_insert_with(|| found.clone());
        assert!(found == expected[..count], "{kernel:?} differs from others");
    }
}

/// The cosines of vectors with the golden ones, the lowest first.
fn cosines(vectors: &[Vector], golden: &[Vector]) -> Vec<f32> {
    assert_eq!(vectors.len(), golden.len());
    let pairs = vectors.iter().zip(golden);
    let mut cosines: Vec<f32> = pairs.map(|(vector, golden)| dot(vector, golden)).collect();
    cosines.sort_by(f32::total_cmp);
    cosines
}

#[test]
fn the_sample_has_its_golden_vectors() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let records = json_lines(&project.join("server/sample/startups.jsonl"));
    let texts: Vec<String> = records.iter().take(50).map(startup_text).collect();
    let golden = npy::read(&project.join("tests/golden/sample_50.npy")).unwrap();
    assert_same(&texts, &golden);
}

#[test]
fn startups_have_their_golden_vectors() {
    let Some(data) = test_data() else { return };
    let texts: Vec<String> = json_lines(&data.join("golden/startups_259.json"))
        .iter()
        .map(startup_text)
        .collect();
    let golden = npy::read(&data.join("golden/startups_259_vectors.npy")).unwrap();
    assert_eq!(golden.len(), 259);
    assert_same(&texts, &golden);
}

#[test]
fn scifact_queries_have_their_golden_vectors() {
    let Some(data) = test_data() else { return };
    let ids = fs::read(data.join("golden/scifact_query_ids.json")).unwrap();
    let ids: Vec<String> = serde_json::from_slice(&ids).unwrap();
    let vectors = npy::read(&data.join("golden/scifact_query_vectors.npy")).unwrap();
    assert_eq!(ids.len(), vectors.len());
    let golden: HashMap<&str, &Vector> = ids.iter().map(String::as_str).zip(&vectors).collect();
    let queries = json_lines(&data.join("bench/scifact/queries.jsonl"));
    assert_eq!(queries.len(), 300);
    let field = |record: &serde_json::Value, name: &str| record[name].as_str().unwrap().to_owned();
    let texts: Vec<String> = queries.iter().map(|query| field(query, "text")).collect();
    let golden: Vec<Vector> = queries
        .iter()
        .map(|query| golden[field(query, "_id").as_str()].clone())
        .collect();
    assert_same(&texts, &golden);
}

#[test]
fn hostile_text_has_a_unit_vector() {
    let texts = [
        String::new(),
        " \t\r\n\u{a0}\u{3000}".into(),
        "word ".repeat(20_000),
        "a".repeat(100_000),
        (0..32_u8).map(char::from).collect(),
        "\u{0}\u{7f}\u{200b}\u{feff}\u{fffd}\u{10ffff}".into(),
        "🚀👩‍👩‍👧‍👦🏳️‍🌈".repeat(50),
        "one\u{2028}two\u{2029}three".into(),
        "\u{202e}שלום עולם مرحبا بالعالم".into(),
        "\u{301}\u{308}\u{20dd}e\u{301}\u{301}\u{301}".into(),
        "[CLS] [SEP] [PAD] [MASK] [UNK]".into(),
        "搜索引擎".repeat(500),
    ];
    for text in &texts {
        let vector = encoder().encode(text).unwrap();
        let length = dot(&vector, &vector);
        assert!(
            (length - 1.0).abs() < 1e-5,
            "length {length} for {text:.40?}"
        );
    }
}

#[test]
fn what_follows_the_last_token_read_changes_nothing() {
    let text = "market ".repeat(300);
    let longer = format!("{text} and something else entirely");
    assert_eq!(
        encoder().encode(&text).unwrap(),
        encoder().encode(&longer).unwrap()
    );
}

/// Texts of many lengths, several of each.
fn mixed_texts() -> Vec<String> {
    let words = "solar farms sell surplus power to homes near the coast at night";
    let words: Vec<&str> = words.split(' ').collect();
    (0..120)
        .map(|i| {
            let length = i % 40;
            (0..length)
                .map(|j| words[(i * 7 + j * j) % words.len()])
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn a_text_has_the_same_vector_bit_for_bit_alone_and_among_others() {
    let texts = mixed_texts();
    let alone: Vec<Vector> = texts.iter().map(|t| encoder().encode(t).unwrap()).collect();
    let together = encoder().encode_all(&texts, |_| {}).unwrap();
    let differ: Vec<usize> = (0..texts.len())
        .filter(|&i| alone[i] != together[i])
        .collect();
    assert!(
        differ.is_empty(),
        "{} of {} differ",
        differ.len(),
        texts.len()
    );
    let mut backwards = texts.clone();
    backwards.reverse();
    let mut again = encoder().encode_all(&backwards, |_| {}).unwrap();
    again.reverse();
    assert_eq!(again, together);
}

#[test]
fn progress_counts_every_text_once() {
    let texts = mixed_texts();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let add = |n| {
        count.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
    };
    encoder().encode_all(&texts, add).unwrap();
    assert_eq!(count.into_inner(), texts.len());
    assert!(
        encoder()
            .encode_all(&[] as &[&str], |_| {})
            .unwrap()
            .is_empty()
    );
}

/// The installed graph with what a standard export also has: token types, which are added to the
/// embeddings, a pooled output with two axes, and stale shapes.
fn as_standard_export(graph: &[u8]) -> Vec<u8> {
    let mut model = pb::ModelProto::decode(graph).unwrap();
    let graph = model.graph.as_mut().unwrap();

    let mut types = graph.input[0].clone();
    types.name = "token_type_ids".into();
    graph.input.push(types);
    let node = |kind: &str, inputs: &[&str], output: &str| pb::NodeProto {
        op_type: kind.into(),
        name: output.into(),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        ..Default::default()
    };
    let rows = pb::TensorProto {
        name: "type_table".into(),
        data_type: pb::tensor_proto::DataType::Float as i32,
        dims: vec![2, 384],
        // The vector of type 0 is already included in the positions; others are never used.
        raw_data: [[0_u8; 4], 5.0_f32.to_le_bytes()]
            .map(|n| n.repeat(384))
            .concat(),
        ..Default::default()
    };
    graph.initializer.push(rows);
    let sum = graph
        .node
        .iter()
        .position(|node| node.output[0] == "embedded")
        .unwrap();
    graph.node[sum].output[0] = "embedded_untyped".into();
    graph.node[sum].name = "embedded_untyped".into();
    graph.node.insert(
        sum + 1,
        node("Gather", &["type_table", "token_type_ids"], "type"),
    );
    graph.node.insert(
        sum + 2,
        node("Add", &["embedded_untyped", "type"], "embedded"),
    );

    graph.node.push(node(
        "Gather",
        &["last_hidden_state", "first"],
        "pooler_output",
    ));
    graph
        .node
        .last_mut()
        .unwrap()
        .attribute
        .push(pb::AttributeProto {
            name: "axis".into(),
            r#type: pb::attribute_proto::AttributeType::Int as i32,
            i: 1,
            ..Default::default()
        });
    graph.initializer.push(pb::TensorProto {
        name: "first".into(),
        data_type: pb::tensor_proto::DataType::Int64 as i32,
        raw_data: 0_i64.to_le_bytes().to_vec(),
        ..Default::default()
    });
    let mut pooled = graph.output[0].clone();
    pooled.name = "pooler_output".into();
    for dimension in shape(&mut pooled) {
        dimension.value = Some(pb::tensor_shape_proto::dimension::Value::DimValue(7));
    }
    shape(&mut pooled).pop();
    graph.output.insert(0, pooled);
    shape(&mut graph.output[1])[1].value =
        Some(pb::tensor_shape_proto::dimension::Value::DimValue(7));
    model.encode_to_vec()
}

fn shape(info: &mut pb::ValueInfoProto) -> &mut Vec<pb::tensor_shape_proto::Dimension> {
    let Some(pb::type_proto::Value::TensorType(tensor)) =
        info.r#type.as_mut().and_then(|kind| kind.value.as_mut())
    else {
        panic!("{} has no tensor type", info.name);
    };
    &mut tensor.shape.as_mut().unwrap().dim
}

#[test]
fn a_standard_export_is_installed_and_gives_the_same_vectors() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("export");
    fs::create_dir_all(source.join("onnx")).unwrap();
    let graph = fs::read(model_dir().join(GRAPH)).unwrap();
    fs::write(source.join("onnx").join(GRAPH), as_standard_export(&graph)).unwrap();
    fs::copy(model_dir().join(TOKENIZER), source.join(TOKENIZER)).unwrap();

    let target = folder.path().join("models/export");
    let installed = install(&source, &target).unwrap();
    assert!(!installed.already);
    let other = Encoder::load(&target).unwrap();
    assert_eq!(other.model_hash(), installed.model_hash);
    assert_ne!(other.runtime(), Runtime::Tract);
    assert_ne!(other.model_hash(), encoder().model_hash());
    for text in mixed_texts() {
        let cosine = dot(
            &other.encode(&text).unwrap(),
            &encoder().encode(&text).unwrap(),
        );
        assert!(cosine > 0.999_99, "cosine {cosine} for {text:?}");
    }
    assert!(install(&source, &target).unwrap().already);
}

/// A copy of the installed model to damage.
fn copy_of_model(target: &Path) {
    fs::create_dir_all(target).unwrap();
    for file in [GRAPH, TOKENIZER, MANIFEST] {
        fs::copy(model_dir().join(file), target.join(file)).unwrap();
    }
}

fn assert_refused(dir: &Path, said: &str) {
    let error = Encoder::load(dir)
        .err()
        .expect("a damaged model was loaded");
    assert!(matches!(error, EncoderError::Damaged { .. }), "{error}");
    let error = error.to_string();
    assert!(
        error.contains(said) && error.contains("parallax model"),
        "{error}"
    );
}

#[test]
fn a_partial_or_changed_installation_is_refused_and_can_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("model");
    copy_of_model(&dir);
    Encoder::load(&dir).unwrap();

    let path = dir.join(GRAPH);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_refused(&dir, "model.onnx has");

    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 1;
    fs::write(&path, &flipped).unwrap();
    assert_refused(&dir, "model.onnx has sha256");

    fs::write(&path, &whole).unwrap();
    fs::remove_file(dir.join(MANIFEST)).unwrap();
    assert_refused(&dir, "model.json is missing");

    let source = folder.path().join("source");
    copy_of_model(&source);
    assert!(!install(&source, &dir).unwrap().already);
    Encoder::load(&dir).unwrap();
}

#[test]
fn what_is_no_model_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    copy_of_model(&source);
    fs::write(source.join(GRAPH), "not a graph").unwrap();
    let target = folder.path().join("models/model");
    let error = install(&source, &target).unwrap_err();
    assert!(matches!(error, EncoderError::Graph(_)), "{error}");
    assert!(!target.exists());
    assert_eq!(
        fs::read_dir(folder.path().join("models")).unwrap().count(),
        0
    );
}
