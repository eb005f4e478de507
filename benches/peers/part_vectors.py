"""Nearest neighbours: curves of recall against time, compared at equal recall."""

import json
import shutil

import numpy
from measure import inputs, paths
from measure.figures import Row, at_recall, median, number
from measure.worker import Worker, all_cores, rust

from peer import PYTHON

EFS = (10, 20, 40, 70, 100, 150, 250, 400)
ROUNDS = 3
HELD_OUT = 1_000
# The recall at which graphs are compared.
RECALLS = (0.98, 0.99)
# The share of records that pass the filter: every so many.
EVERY = 100


def peers(large):
    """The peers that have a graph. Over a large set, only those that build theirs in a few
    minutes."""
    nearest = lambda name, *arguments: [PYTHON, paths.PEERS / f"nearest_{name}.py", *arguments]
    shards = paths.BENCH / "qdrant"
    shutil.rmtree(shards, ignore_errors=True)
    usual = {
        "hnswlib M=16": nearest("hnswlib", 16),
        "qdrant-edge M=16, int8": nearest("qdrant", 16, "i8", shards / "i8"),
    }
    more = {
        "hnswlib M=32": nearest("hnswlib", 32),
        "usearch M=16": nearest("usearch", 16, "f32"),
        "faiss HNSW M=16": nearest("faiss", "hnsw", 16),
        "qdrant-edge M=16": nearest("qdrant", 16, "f32", shards / "f32"),
    }
    return usual if large else usual | more


class Truth:
    """The queries of one kind, and how near their true nearest ten are."""

    def __init__(self, kind, base, queries):
        self.kind, self.base = kind, base
        self.path = paths.BENCH / f"nearest-{kind.replace(' ', '-')}.npy"
        numpy.save(self.path, queries)
        self.queries = queries
        blocks = numpy.array_split(queries, max(1, len(queries) // 100))
        cosines = (numpy.partition(block @ base.T, -10, axis=1)[:, -10] for block in blocks)
        self.tenth = numpy.concatenate(list(cosines))

    def recall(self, ids):
        """The share of the nearest ten that was found. A vector as near as the tenth counts: where
        several are equally near, any of them is right."""
        found = numpy.einsum("qd,qkd->qk", self.queries, self.base[numpy.asarray(ids)])
        return float((found >= self.tenth[:, None] - 1e-6).mean())


def run():
    """The rows of the table."""
    return over("start-ups", "startups") + over("titles", "titles")


def over(what, name):
    """The rows over one set of vectors."""
    vectors = numpy.load(inputs.vectors(name))
    held = numpy.arange(HELD_OUT) * len(vectors) // HELD_OUT
    base = numpy.delete(vectors, held, axis=0)
    base_path = paths.BENCH / "nearest-base.npy"
    numpy.save(base_path, base)
    questions = numpy.load(inputs.question_vectors())
    truths = [Truth("of their kind", base, vectors[held]), Truth("of another kind", base, questions)]
    del vectors
    what = f"{len(base):,} {what}"

    # Smaller collections are scanned, unless the graph is faster.
    graph = len(base) >= 50_000
    ours = Index([rust("nearest")], base_path, {"graph": True})
    rows = flat(what, ours, base_path, truths[0])
    best = {}
    details = {"parallax": ours.built}
    for peer, command in peers(graph).items():
        theirs = Index(command, base_path, {"threads": 2})
        details[peer] = theirs.built
        for truth in truths:
            # In turn with ours, so that both meet the same conditions.
            curves = {"theirs": theirs.curve(truth, EFS), "ours": ours.curve(truth, EFS)}
            details[f"{peer}, {truth.kind}"] = curves
            for recall in RECALLS:
                if (time := at_recall(curves["theirs"], recall)) is not None:
                    mine = at_recall(curves["ours"], recall)
                    mine = mine if graph else min(filter(None, (mine, ours.exact)))
                    best.setdefault((truth.kind, recall), []).append((peer, time, mine))
        theirs.close()
        rows.append(Row(f"build, {what}, 2 threads", peer, theirs.built["seconds"], ours.built["seconds"], "s",
                        "<= 1.5" if peer.startswith("hnswlib M=16") and graph else None))
    for (kind, recall), found in best.items():
        hnswlib = min((time, peer) for peer, time, _ in found if peer.startswith("hnswlib"))[1]
        for peer, time, mine in found:
            judged = peer == hnswlib and recall == RECALLS[0]
            rows.append(Row(f"nearest 10 of {what}, {kind}, recall {recall}", peer, time, mine, "us",
                            "<= 1.0" if judged else None))
    rows.append(filtered(what, ours, truths[0], graph))
    ours.close()
    (paths.BENCH / f"curves-{name}.json").write_text(json.dumps(details, indent=1), encoding="utf-8")
    return rows


class Index:
    """A worker with an index, built on two cores and searched on one."""

    def __init__(self, command, vectors, options):
        cores = ",".join(all_cores().split(",")[:2])
        self.worker = Worker(command, cores)
        self.built = self.worker.ask("build", vectors=str(vectors), **options)
        self.worker.pin("0")
        self.exact = None

    def search(self, truth, **options):
        """The recall and the median of the mean times of a few rounds, in microseconds."""
        rounds = [self.worker.ask("search", queries=str(truth.path), **options) for _ in range(ROUNDS)]
        return truth.recall(rounds[0]["ids"]), median([found["us"] for found in rounds])

    def curve(self, truth, efs):
        """Recall and time for each ef."""
        return [self.search(truth, ef=ef) for ef in efs]

    def close(self):
        self.worker.close()


def flat(what, ours, base, truth):
    """The exact scan compared with faiss' flat index."""
    faiss = Index([PYTHON, paths.PEERS / "nearest_faiss.py", "flat"], base, {"threads": 2})
    (_, theirs), (recall, ours.exact) = faiss.search(truth, ef=0), ours.search(truth)
    faiss.close()
    assert recall == 1, f"the exact scan missed: {recall}"
    return [Row(f"exact scan of {what}", "faiss flat", theirs, ours.exact, "us", "<= 0.12")]


def filtered(what, ours, truth, graph):
    """A search of one record in a hundred compared with one of all."""
    base = truth.base[::EVERY]
    some = Truth("filtered", base, truth.queries)
    unfiltered = at_recall(ours.curve(truth, EFS), RECALLS[0]) if graph else ours.exact
    found = [ours.worker.ask("search", queries=str(truth.path), every=EVERY) for _ in range(ROUNDS)]
    recall = some.recall(numpy.asarray(found[0]["ids"]) // EVERY)
    time = median([answer["us"] for answer in found])
    return Row(f"nearest 10 of 1 % of {what}, recall {number(recall)}", "parallax, unfiltered", unfiltered, time,
               "us", "<= 2")
