"""Collections of any size from the 500,000 titles. Beyond, titles are repeated with noise: each
copy's vector is moved by Gaussian noise and scaled to unit length again, and its title ends with a
word of its own. Nothing is held as a whole but the titles themselves."""

import contextlib
import json
import os
import random
import threading

import numpy
from measure import inputs, paths

# The expected length of the noise, where vectors have length 1.
NOISE = 0.3
SEED = 20_261_126
BLOCK = 50_000


def records(size):
    """So many records."""
    draw = random.Random(SEED)
    titles = list(inputs.lines(paths.TITLES))
    for at in range(size):
        record = titles[at % len(titles)]
        if at >= len(titles):
            ending = f" {draw.getrandbits(40):x}"
            record = record | {"_id": f"{record['_id']}-{at}", "title": record["title"] + ending}
        yield record


def blocks(size):
    """Their vectors, block by block: always the same."""
    titles = numpy.load(inputs.vectors("titles"), mmap_mode="r")
    count, width = titles.shape
    for start in range(0, size, BLOCK):
        places = numpy.arange(start, min(start + BLOCK, size))
        block = titles[places % count]
        copies = places >= count
        if copies.any():
            draw = numpy.random.default_rng([SEED, start])
            noise = draw.standard_normal((copies.sum(), width), dtype=numpy.float32)
            block[copies] += noise * numpy.float32(NOISE / width**0.5)
        yield block / numpy.linalg.norm(block, axis=1, keepdims=True)


def write_records(path, size):
    """Writes the file of so many records."""
    with open(path, "w", encoding="utf-8") as file:
        for record in records(size):
            file.write(json.dumps(record) + "\n")


@contextlib.contextmanager
def piped_vectors(path, size):
    """A pipe in place of the file of their vectors, which would take 3 GB for 2,000,000. It can be
    read once, from first to last."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)

    def write():
        width = numpy.load(inputs.vectors("titles"), mmap_mode="r").shape[1]
        head = {"descr": "<f4", "fortran_order": False, "shape": (size, width)}
        # Whoever reads may end before the last vector.
        with contextlib.suppress(BrokenPipeError), open(path, "wb") as pipe:
            numpy.lib.format.write_array_header_1_0(pipe, head)
            for block in blocks(size):
                pipe.write(block.data)

    threading.Thread(target=write, daemon=True).start()
    try:
        yield path
    finally:
        path.unlink()
