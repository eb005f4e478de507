"""sentence-transformers as an encoder, with its defaults.

`encode_st.py MODEL_FOLDER THREADS`
"""

import json
import sys
import time
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure.worker import answer  # noqa: E402


def read(file):
    """A file of texts."""
    return json.loads(Path(file).read_text(encoding="utf-8"))


def main():
    folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    model = SentenceTransformer(folder, device="cpu")
    encode = lambda texts: model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    def queries(file, rounds):
        times = []
        for _ in range(rounds):
            for text in read(file):
                start = time.perf_counter()
                encode(text)
                times.append((time.perf_counter() - start) * 1e6)
        return {"us": times}

    def documents(file):
        texts = read(file)
        start = time.perf_counter()
        encode(texts)
        return {"seconds": time.perf_counter() - start}

    answer({"queries": queries, "documents": documents})


if __name__ == "__main__":
    main()
