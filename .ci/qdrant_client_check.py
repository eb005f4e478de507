"""The Python client of Qdrant, unmodified, with a running Parallax in place of the server:

    qdrant_client_check.py URL RECORDS VECTORS

does the steps of Qdrant's neural search tutorial with a file of records and a .npy file of their
vectors, compares what is found with an exact scan in numpy, and then calls each operation that
docs/qdrant.md lists. With ../shared/data, 5,000 of the tutorial's own start-ups are uploaded too,
with random vectors.
"""

import json
import os
import sys
import uuid
import warnings
from pathlib import Path

import numpy
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

URL, RECORDS, VECTORS = sys.argv[1:4]
SHARED = Path(os.environ.get("PARALLAX_TEST_DATA", Path(__file__).parents[1] / "../shared/data"))
STARTUPS = SHARED / "startups/startups_demo.json"
BATCH = 256

# The client warns if it does not know the server's version.
warnings.simplefilter("error")
client = QdrantClient(url=URL, timeout=60)


def records_of(path, count=None):
    """The records of a file, one a line."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for _, line in zip(range(count or 10**9), file)]


def nearest(vectors, query, among, count=5):
    """The ids of the nearest vectors by an exact scan."""
    unit = vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ (query / numpy.linalg.norm(query))
    cosines[[at for at in range(len(vectors)) if not among(at)]] = -2
    best = numpy.argsort(-cosines, kind="stable")[:count]
    return best.tolist(), cosines[best]


def tutorial(name, payload, vectors):
    """Creates a collection, uploads the records, and searches with and without a filter."""
    if client.collection_exists(name):
        client.delete_collection(name)
    client.create_collection(
        collection_name=name,
        vectors_config=models.VectorParams(
            size=vectors.shape[1], distance=models.Distance.COSINE
        ),
    )
    client.upload_collection(
        collection_name=name, vectors=vectors, payload=payload, ids=None, batch_size=BATCH
    )
    assert client.count(name).count == len(payload)
    cities = [record.get("city") for record in payload]
    city = max(set(cities) - {None, ""}, key=cities.count)
    in_city = models.Filter(
        must=[models.FieldCondition(key="city", match=models.MatchValue(value=city))]
    )
    chance = numpy.random.default_rng(7)
    for at in chance.integers(0, len(payload), 20).tolist():
        noise = chance.normal(0, 0.02, vectors.shape[1])
        query = (vectors[at] + noise).astype(numpy.float32)
        for query_filter, among in [
            (None, lambda _: True),
            (in_city, lambda at: cities[at] == city),
        ]:
            found = client.query_points(
                name, query=query, query_filter=query_filter, limit=5
            ).points
            ids, cosines = nearest(vectors, query, among)
            # The client made the ids, so the records tell which points were found.
            assert [point.payload for point in found] == [payload[at] for at in ids], (at, city)
            assert numpy.allclose([point.score for point in found], cosines, atol=1e-5)
    print(f"api-check: Qdrant's client uploaded {len(payload):,} records as in the tutorial, and")
    print(f"api-check: found the same five as an exact scan 40 times, 20 of them in {city}")


def each_operation():
    """Calls each operation that is supported."""
    name = "operations"
    if client.collection_exists(name):
        client.delete_collection(name)
    assert not client.collection_exists(name)
    client.create_collection(name, models.VectorParams(size=3, distance=models.Distance.DOT))
    assert client.collection_exists(name)
    assert name in [one.name for one in client.get_collections().collections]
    client.create_payload_index(name, "city", models.PayloadSchemaType.KEYWORD)
    ids = [1, 2, str(uuid.UUID(int=5))]
    points = [
        models.PointStruct(id=ids[0], vector=[1, 0, 0], payload={"city": "Oslo", "n": 1}),
        models.PointStruct(id=ids[1], vector=[0, 2, 0], payload={"city": "Rome", "n": 2}),
        models.PointStruct(id=ids[2], vector=[0, 1, 1], payload={"n": [3, 4]}),
    ]
    done = client.upsert(name, points, wait=True)
    assert done.status == models.UpdateStatus.COMPLETED, done
    client.upsert(name, models.Batch(ids=[9], vectors=[[0, 0, 3]], payloads=[{"city": "Bern"}]))
    info = client.get_collection(name)
    assert info.points_count == 4 and info.config.params.vectors.size == 3, info

    read = client.retrieve(name, [ids[1], 77], with_vectors=True)
    assert [(one.id, one.vector) for one in read] == [(2, [0, 2, 0])], read
    page, following = client.scroll(name, limit=2)
    assert [one.id for one in page] == [1, 2] and following == 9, (page, following)
    page, following = client.scroll(name, limit=9, offset=following, with_payload=["city"])
    assert [one.id for one in page] == [9, ids[2]] and following is None, (page, following)
    assert page[0].payload == {"city": "Bern"}, page

    between = models.FieldCondition(key="n", range=models.Range(gte=2, lt=4))
    having = models.HasIdCondition(has_id=[ids[0], ids[2]])
    for condition, expected in [
        (models.Filter(must=[between]), [2, ids[2]]),
        (models.Filter(must=[between, having]), [ids[2]]),
        (models.Filter(should=[between, having]), [1, 2, ids[2]]),
        (models.Filter(must_not=[between]), [1, 9]),
        (
            models.Filter(
                must=models.FieldCondition(key="city", match=models.MatchAny(any=["Oslo", "Bern"]))
            ),
            [1, 9],
        ),
    ]:
        assert client.count(name, condition).count == len(expected), condition
        page, _ = client.scroll(name, condition)
        assert [one.id for one in page] == expected, (condition, page)

    found = client.query_points(name, [0.0, 1.0, 1.0], limit=2, offset=1).points
    assert [one.id for one in found] == [2, ids[2]] and found[0].score == 2, found
    found = client.query_points(name, [0.0, 1.0, 1.0], score_threshold=2.5).points
    assert [one.id for one in found] == [9], found
    found = client.query_points(name, ids[1], with_payload=False, with_vectors=True).points
    assert ids[1] not in [one.id for one in found] and found[0].payload is None, found
    batch = client.query_batch_points(
        name,
        [
            models.QueryRequest(query=[1.0, 0.0, 0.0], limit=1),
            models.QueryRequest(query=[0.0, 1.0, 0.0], limit=1, with_payload=True),
        ],
    )
    assert [one.points[0].id for one in batch] == [1, 2], batch

    client.delete(name, [ids[0]])
    client.delete(name, models.FilterSelector(filter=models.Filter(must=[between])))
    assert client.count(name).count == 1
    for refused, what in [
        (lambda: client.query_points(name, [1.0]), "expected 3"),
        (lambda: client.query_points(name, models.SampleQuery(sample="random")), "query"),
        (lambda: client.set_payload(name, {"a": 1}, [9]), "not supported"),
        (lambda: client.get_collection("nothing"), "Not found"),
    ]:
        try:
            refused()
        except UnexpectedResponse as error:
            assert what in error.content.decode(), error.content
        else:
            raise AssertionError(f"was not refused: {what}")
    assert client.delete_collection(name)
    print("api-check: each supported operation of Qdrant's client did what it says")


tutorial("tutorial", records_of(RECORDS), numpy.load(VECTORS))
each_operation()
if STARTUPS.exists():
    startups = records_of(STARTUPS, 5_000)
    shape = (len(startups), 384)
    random = numpy.random.default_rng(3).normal(size=shape).astype(numpy.float32)
    tutorial("tutorial-startups", startups, random)
else:
    print(f"api-check: the tutorial's own start-ups are skipped, because {STARTUPS} is not there")
for left in ["tutorial", "tutorial-startups"]:
    client.delete_collection(left)
