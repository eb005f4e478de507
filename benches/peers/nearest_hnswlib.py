"""hnswlib: `nearest_hnswlib.py M`."""

import sys

import hnswlib
from nearest_worker import serve


def build(vectors, threads):
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), M=int(sys.argv[1]), ef_construction=200, random_seed=1)
    index.add_items(vectors, num_threads=threads)
    return index


def search(index, queries, ef):
    index.set_ef(ef)
    return index.knn_query(queries, k=10, num_threads=1)[0]


serve(build, search)
