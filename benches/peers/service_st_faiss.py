"""A search service as people write it: FastAPI, sentence-transformers and FAISS.

`MODEL=folder VECTORS=v.npy RECORDS=r.jsonl uvicorn service_st_faiss:app`
"""

import json
import os

import faiss
import numpy as np
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer

app = FastAPI()
model = SentenceTransformer(os.environ["MODEL"], device="cpu")
vectors = np.load(os.environ["VECTORS"])
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
with open(os.environ["RECORDS"], encoding="utf-8") as file:
    records = [json.loads(line) for line in file.read().split("\n") if line]


@app.get("/search")
def search(q: str, k: int = 10):
    vector = model.encode([q], normalize_embeddings=True, show_progress_bar=False)
    scores, ids = index.search(vector, k)
    return {"hits": [{"score": float(s), **records[i]} for s, i in zip(scores[0], ids[0])]}
