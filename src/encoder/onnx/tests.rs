use std::collections::BTreeMap;

use safetensors::tensor::TensorView;

use super::*;

/// The shapes of a one-layer BERT with few words and a small intermediate size.
fn shapes() -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::new();
    let mut add = |name: &str, shape: &[usize]| {
        shapes.insert(name.to_owned(), shape.to_vec());
    };
    let width = DIMENSIONS;
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

fn error(shapes: &BTreeMap<String, Vec<usize>>) -> String {
    from_safetensors(&file(shapes, Dtype::F32))
        .unwrap_err()
        .to_string()
}

#[test]
fn whole_weights_give_a_graph_with_named_inputs_and_output() {
    let bytes = from_safetensors(&file(&shapes(), Dtype::F32)).unwrap();
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
fn numbers_of_another_type_are_refused() {
    let error = from_safetensors(&file(&shapes(), Dtype::I32)).unwrap_err();
    assert!(error.to_string().contains("expected F32"), "{error}");
}

#[test]
fn what_is_no_safetensors_file_is_refused() {
    for bytes in [&b""[..], b"not at all", &[255; 64]] {
        assert!(from_safetensors(bytes).is_err());
    }
}
