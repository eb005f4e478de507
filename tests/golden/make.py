"""Makes sample_50.npy: vectors of the sample's first 50 records by sentence-transformers.

They are used to check the encoder when no other reference is available. Run from the project's
root, with sentence-transformers installed and the model's folder (the one that contains
modules.json) as the argument:

    python3 tests/golden/make.py FOLDER
"""

import json
import sys

import numpy as np
from sentence_transformers import SentenceTransformer

with open("server/sample/startups.jsonl", encoding="utf-8") as lines:
    records = [json.loads(line) for line, _ in zip(lines, range(50))]
texts = [f"{record['alt']}. {record['description']}" for record in records]
model = SentenceTransformer(sys.argv[1], device="cpu")
vectors = model.encode(texts, normalize_embeddings=True, convert_to_numpy=True)
np.save("tests/golden/sample_50.npy", vectors.astype(np.float32), allow_pickle=False)
print(vectors.shape, model.max_seq_length)
