"""faiss: `nearest_faiss.py flat`, or `nearest_faiss.py hnsw M`."""

import sys

import faiss
from nearest_worker import serve


def build(vectors, threads):
    faiss.omp_set_num_threads(threads)
    if sys.argv[1] == "flat":
        index = faiss.IndexFlatIP(vectors.shape[1])
    else:
        index = faiss.IndexHNSWFlat(vectors.shape[1], int(sys.argv[2]), faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 200
    index.add(vectors)
    faiss.omp_set_num_threads(1)
    return index


def search(index, queries, ef):
    if sys.argv[1] == "hnsw":
        index.hnsw.efSearch = ef
        return index.search(queries, 10)[1]
    # One at a time, as queries arrive: many at once would be a matrix product.
    return [index.search(query[None], 10)[1][0] for query in queries]


serve(build, search)
