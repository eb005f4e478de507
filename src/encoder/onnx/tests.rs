use std::collections::BTreeMap;

use safetensors::tensor::TensorView;

use super::*;

/// The shapes of a one-layer BERT with few words and a small intermediate size.
fn shapes() -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::new();
    let mut add = |name: &str, shape: &[usize]| {
        shapes.insert(name.to_owned(), shape.to_vec());
    };
    let width = 384;
    add("embeddings.word_embeddings.weight", &[7, width]);
    add("embeddings.position_embeddings.weight", &[9, width]);
    add("embeddings.token_type_embeddings.weight", &[2, width]);
    let layer = "encoder.layer.0";
    for norm in [
        "embeddings.LayerNorm".to_owned(),
        format!("{layer}.attention.output.LayerNorm"),
        format!("{layer}.output.LayerNorm"),
    ] {
        add(&format!("{norm}.weight"), &[width]);
        add(&format!("{norm}.bias"), &[width]);
    }
    for (dense, to, from) in [
        ("attention.self.query", width, width),
        ("attention.self.key", width, width),
        ("attention.self.value", width, width),
        ("attention.output.dense", width, width),
        ("intermediate.dense", 5, width),
        ("output.dense", width, 5),
    ] {
        add(&format!("{layer}.{dense}.weight"), &[to, from]);
        add(&format!("{layer}.{dense}.bias"), &[to]);
    }
    shapes
}

/// A safetensors file in which every number is 0.5.
fn file(shapes: &BTreeMap<String, Vec<usize>>, kind: Dtype) -> Vec<u8> {
    let size = |shape: &[usize]| shape.iter().product::<usize>();
    let bytes: Vec<Vec<u8>> = shapes
        .values()
        .map(|shape| 0.5_f32.to_le_bytes().repeat(size(shape)))
        .collect();
    let views = shapes.iter().zip(&bytes).map(|((name, shape), bytes)| {
        let view = TensorView::new(kind, shape.clone(), bytes).unwrap();
        (name, view)
    });
    safetensors::serialize(views, None).unwrap()
}

fn converted(bytes: &[u8]) -> Result<Vec<u8>, EncoderError> {
    from_safetensors(bytes, &Network::default())
}

fn error(shapes: &BTreeMap<String, Vec<usize>>) -> String {
    converted(&file(shapes, Dtype::F32))
        .unwrap_err()
        .to_string()
}

#[test]
fn whole_weights_give_a_graph_with_named_inputs_and_output() {
    let bytes = converted(&file(&shapes(), Dtype::F32)).unwrap();
    let graph = pb::ModelProto::decode(&*bytes).unwrap().graph.unwrap();
    let names = |infos: &[pb::ValueInfoProto]| -> Vec<String> {
        infos.iter().map(|info| info.name.clone()).collect()
    };
    assert_eq!(names(&graph.input), ["input_ids", "attention_mask"]);
    assert_eq!(names(&graph.output), ["last_hidden_state"]);
    let query = "encoder.layer.0.attention.self.query.weight";
    let query = graph.initializer.iter().find(|t| t.name == query).unwrap();
    let scaled = (0.5 / 32.0_f32.sqrt()).to_le_bytes();
    assert_eq!(query.raw_data.first_chunk(), Some(&scaled));
}

#[test]
fn every_missing_tensor_is_named() {
    for name in shapes().into_keys() {
        let mut shapes = shapes();
        shapes.remove(&name);
        let error = error(&shapes);
        // Without its first tensor, the layer does not exist at all.
        let said = error.contains(&name) || error.contains("no encoder layer");
        assert!(said, "{name}: {error}");
    }
}

#[test]
fn a_tensor_of_another_shape_is_named_with_both() {
    let mut shapes = shapes();
    shapes.insert("encoder.layer.0.output.dense.bias".into(), vec![768]);
    let error = error(&shapes);
    for said in ["encoder.layer.0.output.dense.bias", "[768]", "[384]"] {
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_table_of_words_without_columns_is_refused() {
    let mut shapes = shapes();
    shapes.insert("embeddings.word_embeddings.weight".into(), vec![7, 0]);
    let error = error(&shapes);
    assert!(error.contains("a width of 0"), "{error}");
}

#[test]
fn numbers_of_another_type_are_refused() {
    let error = converted(&file(&shapes(), Dtype::I32)).unwrap_err();
    assert!(error.to_string().contains("expected F32"), "{error}");
}

#[test]
fn numbers_of_two_bytes_are_read() {
    for (bits, expected) in [
        (0x3c00, 1.0),
        (0xc500, -5.0),
        (0x3555, 0.333_251_95),
        (0x7bff, 65_504.0),
        (0x0001, 5.960_464_5e-8),
        (0x0400, 6.103_515_6e-5),
        (0x0000, 0.0),
    ] {
        assert_eq!(from_f16(bits).to_bits(), f32::to_bits(expected));
    }
    assert!(from_f16(0x7e00).is_nan());
    assert_eq!(from_f16(0xfc00), f32::NEG_INFINITY);
}

#[test]
fn tensors_are_found_behind_a_prefix() {
    let prefixed = shapes()
        .into_iter()
        .map(|(name, of)| (format!("bert.{name}"), of));
    let prefixed = converted(&file(&prefixed.collect(), Dtype::F32)).unwrap();
    assert!(prefixed == converted(&file(&shapes(), Dtype::F32)).unwrap());
}

#[test]
fn what_is_no_safetensors_file_is_refused() {
    for bytes in [&b""[..], b"not at all", &[255; 64]] {
        assert!(converted(bytes).is_err());
    }
}
