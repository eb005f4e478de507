"""Makes tiny_*.npy: vectors of small models with random weights by sentence-transformers.

tiny.json describes the models and the texts. The weights follow from the names of their tensors, so
no model has to be stored: tests/engine/models.rs makes the same ones. A file has a row for each text as a
query, then one for each text as a document. Run from the project's root, with
sentence-transformers installed:

    python3 tests/golden/tiny.py
"""

import json
import pathlib
import tempfile

import numpy as np
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer

GOLDEN = pathlib.Path("tests/golden")


def numbers(name, shape):
    """SplitMix64, seeded with the FNV-1a hash of the tensor's name, as f32."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        count = np.arange(1, np.prod(shape) + 1, dtype=np.uint64)
        z = np.uint64(seed) + count * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    between = (z >> np.uint64(40)).astype(np.float32) / np.float32(2**23) - np.float32(1)
    scale, mean = 0.15, 0.0
    if "norm.weight" in name.lower():
        scale, mean = 0.5, 1.0
    elif "embeddings.weight" in name:
        scale = 0.5
    elif name.endswith(".bias"):
        scale = 0.1
    return (between * np.float32(scale) + np.float32(mean)).reshape(shape)


def write(model, tokenizers, folder):
    files = {**model["files"], "tokenizer.json": tokenizers[model["tokenizer"]]}
    for name, contents in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(contents, ensure_ascii=False), encoding="utf-8")
    tensors = {}
    for name, shape in model["tensors"]:
        for layer in range(model["layers"] if "{layer}" in name else 1):
            of_layer = name.replace("{layer}", str(layer))
            tensors[of_layer] = numbers(of_layer, shape)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


spec = json.loads((GOLDEN / "tiny.json").read_text(encoding="utf-8"))
for model in spec["models"]:
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write(model, spec["tokenizers"], folder)
        encoder = SentenceTransformer(str(folder), device="cpu")
        options = {"normalize_embeddings": True, "convert_to_numpy": True, "batch_size": 1}
        queries = encoder.encode_query(spec["texts"], **options)
        documents = encoder.encode_document(spec["texts"], **options)
        vectors = np.concatenate([queries, documents]).astype(np.float32)
        np.save(GOLDEN / f"tiny_{model['name']}.npy", vectors, allow_pickle=False)
        print(model["name"], vectors.shape, encoder.max_seq_length, encoder.prompts)
