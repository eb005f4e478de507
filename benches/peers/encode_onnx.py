"""onnxruntime as an encoder: tokenizers, the same ONNX graph, mean pooling in numpy.

`encode_onnx.py MODEL.onnx TOKENIZER.json THREADS`
"""

import json
import sys
import time
from pathlib import Path

import numpy
import onnxruntime
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure.worker import answer  # noqa: E402


class Encoder:
    """Unit vectors of texts."""

    def __init__(self, graph, tokenizer, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.inputs = {given.name for given in self.session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(tokenizer)
        self.tokenizer.enable_truncation(256)
        self.tokenizer.no_padding()

    def encode(self, texts):
        """The vectors of one batch, `[n, 384]`."""
        return self.run(self.tokenizer.encode_batch(texts))

    def encode_all(self, texts, batch):
        """The vectors of many texts, in batches of similar length."""
        read = self.tokenizer.encode_batch_fast(texts)
        order = sorted(range(len(read)), key=lambda at: -len(read[at].ids))
        vectors = numpy.empty((len(texts), 384), dtype=numpy.float32)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            vectors[chosen] = self.run([read[at] for at in chosen])
        return vectors

    def run(self, read):
        """The vectors of texts that are tokenised, padded to the longest."""
        ids = numpy.zeros((len(read), max(len(text.ids) for text in read)), dtype=numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, text in enumerate(read):
            ids[row, : len(text.ids)] = text.ids
            mask[row, : len(text.ids)] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
        given = {name: value for name, value in given.items() if name in self.inputs}
        tokens = self.session.run(None, given)[0]
        weights = mask[:, :, None].astype(numpy.float32)
        means = (tokens * weights).sum(1) / weights.sum(1)
        return means / numpy.linalg.norm(means, axis=1, keepdims=True)


def read(file):
    """A file of texts."""
    return json.loads(Path(file).read_text(encoding="utf-8"))


def main():
    graph, tokenizer, threads = sys.argv[1:]
    encoder = Encoder(graph, tokenizer, int(threads))

    def queries(file, rounds):
        times = []
        for _ in range(rounds):
            for text in read(file):
                start = time.perf_counter()
                encoder.encode([text])
                times.append((time.perf_counter() - start) * 1e6)
        return {"us": times}

    def documents(file, batch=32):
        texts = read(file)
        start = time.perf_counter()
        encoder.encode_all(texts, batch)
        return {"seconds": time.perf_counter() - start}

    def vectors(file):
        return {"vectors": encoder.encode_all(read(file), 32).tolist()}

    answer({"queries": queries, "documents": documents, "vectors": vectors})


if __name__ == "__main__":
    main()
