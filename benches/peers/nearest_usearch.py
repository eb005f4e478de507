"""usearch: `nearest_usearch.py M TYPE`, TYPE being f32 or i8."""

import sys

from nearest_worker import serve
from usearch.index import Index


def build(vectors, threads):
    connectivity, dtype = int(sys.argv[1]), sys.argv[2]
    options = {"connectivity": connectivity, "expansion_add": 200, "expansion_search": 64}
    index = Index(ndim=vectors.shape[1], metric="cos", dtype=dtype, **options)
    index.add(range(len(vectors)), vectors, threads=threads)
    return index


def search(index, queries, ef):
    index.expansion_search = ef
    return index.search(queries, 10, threads=1).keys


serve(build, search)
