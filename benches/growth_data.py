"""Collections of any size from the 500,000 titles. Beyond, titles are repeated with noise: each
copy's vector is moved by Gaussian noise and scaled to unit length again, and its title ends with a
word of its own."""

import gzip
import json
import random

import numpy
from measure import inputs, paths

# The expected length of the noise, where vectors have length 1.
NOISE = 0.3
SEED = 20_261_126
BLOCK = 50_000


def records(size):
    """The file of so many records."""

    def make(path):
        draw = random.Random(SEED)
        titles = list(inputs.lines(paths.TITLES))
        with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
            for at in range(size):
                record = dict(titles[at % len(titles)])
                if at >= len(titles):
                    record["_id"] += f"-{at}"
                    record["title"] += f" {draw.getrandbits(40):x}"
                file.write(json.dumps(record) + "\n")

    return inputs.kept(f"growth-{size}.jsonl.gz", make)


def vectors(size):
    """The file of their vectors."""

    def make(path):
        titles = numpy.load(inputs.vectors("titles"), mmap_mode="r")
        width = titles.shape[1]
        draw = numpy.random.default_rng(SEED)
        out = numpy.lib.format.open_memmap(path, mode="w+", dtype=numpy.float32, shape=(size, width))
        for start in range(0, size, BLOCK):
            places = numpy.arange(start, min(start + BLOCK, size))
            block = titles[places % len(titles)]
            noise = draw.normal(0, NOISE / width**0.5, block.shape).astype(numpy.float32)
            block = block + noise * (places >= len(titles))[:, None]
            out[places] = block / numpy.linalg.norm(block, axis=1, keepdims=True)
        out.flush()

    return inputs.kept(f"growth-{size}.npy", make)
