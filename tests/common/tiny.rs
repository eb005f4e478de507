//! Small models with random weights, as `tests/golden/tiny.json` describes them: folders in the
//! format of sentence-transformers. `tests/golden/tiny.py` makes the same ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parallax::collection::Incoming;
use parallax::encoder::{Encoder, QueryEncoder};
use parallax::evaluation::SplitMix64;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};

/// The encoder of one of the models.
pub fn query_encoder(folder: &Path) -> Arc<QueryEncoder> {
    Arc::new(QueryEncoder::new(Encoder::load(folder).unwrap()))
}

/// A record with an id and a text.
pub fn incoming(id: usize, text: &str) -> Incoming {
    let record = json!({"id": format!("r{id}"), "text": text});
    Incoming {
        payload: record.as_object().unwrap().clone(),
        vector: None,
    }
}

/// The description of the models and the texts.
pub struct Tiny(Value);

impl Tiny {
    pub fn read() -> Self {
        let text = include_str!("../golden/tiny.json");
        Self(serde_json::from_str(text).unwrap())
    }

    /// The texts whose vectors are known.
    pub fn texts(&self) -> Vec<&str> {
        let texts = self.0["texts"].as_array().unwrap().iter();
        texts.map(|text| text.as_str().unwrap()).collect()
    }

    /// The names of the models, and whether they are run by the operator of this project.
    pub fn models(&self) -> Vec<(&str, bool)> {
        let models = self.0["models"].as_array().unwrap().iter();
        models
            .map(|model| (model["name"].as_str().unwrap(), model["fused"] == true))
            .collect()
    }

    /// Writes a model's folder inside another.
    pub fn write(&self, name: &str, parent: &Path) -> PathBuf {
        let models = self.0["models"].as_array().unwrap();
        let model = models.iter().find(|model| model["name"] == name).unwrap();
        let folder = parent.join(name);
        let tokenizer = &self.0["tokenizers"][model["tokenizer"].as_str().unwrap()];
        let files = model["files"].as_object().unwrap().iter();
        let files = files.map(|(name, contents)| (name.as_str(), contents));
        for (name, contents) in files.chain([("tokenizer.json", tokenizer)]) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, contents.to_string()).unwrap();
        }
        fs::write(folder.join("model.safetensors"), weights(model)).unwrap();
        folder
    }
}

/// A file of golden data.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

/// The weights of a model, which follow from the names of its tensors.
fn weights(model: &Value) -> Vec<u8> {
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for tensor in model["tensors"].as_array().unwrap() {
        let pattern = tensor[0].as_str().unwrap();
        let sizes = tensor[1].as_array().unwrap().iter();
        let shape: Vec<usize> = sizes.map(|size| size.as_u64().unwrap() as usize).collect();
        let layers = match pattern.contains("{layer}") {
            true => model["layers"].as_u64().unwrap(),
            false => 1,
        };
        for layer in 0..layers {
            let name = pattern.replace("{layer}", &layer.to_string());
            let numbers = numbers(&name, shape.iter().product());
            let bytes = numbers.flat_map(f32::to_le_bytes).collect();
            tensors.push((name, shape.clone(), bytes));
        }
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap();
        (name, view)
    });
    safetensors::serialize(views, None).unwrap()
}

/// Random numbers, seeded with the FNV-1a hash of the tensor's name.
fn numbers(name: &str, count: usize) -> impl Iterator<Item = f32> {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let (scale, mean) = if name.to_lowercase().contains("norm.weight") {
        (0.5, 1.0)
    } else if name.contains("embeddings.weight") {
        (0.5, 0.0)
    } else if name.ends_with(".bias") {
        (0.1, 0.0)
    } else {
        (0.15_f32, 0.0_f32)
    };
    let mut random = SplitMix64::new(seed);
    (0..count).map(move |_| {
        let between = (random.bits() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0;
        between * scale + mean
    })
}
