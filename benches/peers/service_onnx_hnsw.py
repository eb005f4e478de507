"""A faster service of the same kind: FastAPI, onnxruntime and hnswlib.

`MODEL=model.onnx TOKENIZER=tokenizer.json VECTORS=v.npy RECORDS=r.jsonl THREADS=1
uvicorn service_onnx_hnsw:app`
"""

import json
import os

import hnswlib
import numpy as np
from encode_onnx import Encoder
from fastapi import FastAPI

app = FastAPI()
encoder = Encoder(os.environ["MODEL"], os.environ["TOKENIZER"], int(os.environ["THREADS"]))
vectors = np.load(os.environ["VECTORS"])
index = hnswlib.Index(space="ip", dim=vectors.shape[1])
index.init_index(max_elements=len(vectors), M=16, ef_construction=200)
index.add_items(vectors)
index.set_ef(100)
with open(os.environ["RECORDS"], encoding="utf-8") as file:
    records = [json.loads(line) for line in file.read().split("\n") if line]


@app.get("/search")
def search(q: str, k: int = 10):
    ids, distances = index.knn_query(encoder.encode([q]), k=k, num_threads=1)
    return {"hits": [{"score": 1 - float(d), **records[i]} for d, i in zip(distances[0], ids[0])]}
