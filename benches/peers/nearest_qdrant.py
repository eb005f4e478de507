"""Qdrant's engine in the process: `nearest_qdrant.py M TYPE FOLDER`, TYPE being f32, or i8 for its
scalar quantisation with rescoring."""

import sys

import qdrant_edge as qdrant
from nearest_worker import serve

BATCH = 5_000


def build(vectors, threads):
    links, dtype, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    hnsw = qdrant.HnswIndexConfig(m=links, ef_construct=200, full_scan_threshold=1, max_indexing_threads=threads)
    quantized = qdrant.ScalarQuantizationConfig(type=qdrant.ScalarType.Int8, always_ram=True) if dtype == "i8" else None
    params = qdrant.EdgeVectorParams(vectors.shape[1], qdrant.Distance.Dot, quantization_config=quantized)
    # One segment, as large as it gets.
    optimizers = qdrant.EdgeOptimizersConfig(default_segment_number=1, max_segment_size=1 << 40, indexing_threshold=1)
    config = qdrant.EdgeConfig(vectors=params, hnsw_config=hnsw, optimizers=optimizers, max_search_threads=1)
    shard = qdrant.EdgeShard.create(folder, config)
    for start in range(0, len(vectors), BATCH):
        rows = enumerate(vectors[start : start + BATCH].tolist(), start)
        shard.update(qdrant.UpdateOperation.upsert_points([qdrant.Point(at, row, {}) for at, row in rows]))
    shard.optimize()
    return shard


def search(shard, queries, ef):
    params = qdrant.SearchParams(hnsw_ef=ef)
    found = []
    for query in queries.tolist():
        nearest = qdrant.Query.Nearest(query)
        hits = shard.search(qdrant.SearchRequest(query=nearest, limit=10, params=params, with_payload=False))
        found.append([hit.id for hit in hits])
    return found


serve(build, search)
