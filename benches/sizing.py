"""What a record takes on a node of Qdrant, in bytes and in processor time; docs/sizing.md has the figures.

    QDRANT=/path/to/qdrant python3 benches/sizing.py DATA_DIR COLLECTION

Copies the collection to a node of its own, where it is measured, halved twice, and measured again. Then it
is copied once more, and measured with other settings of Qdrant.
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

from measure import figures, paths, qdrant

QUERIES, ROUNDS, MODES, HITS, TERMS, EF = 200, 3, 3, 10, 4, 1_024
TICK = 1e3 / os.sysconf("SC_CLK_TCK")
# The folders of a segment, by what is in them.
PARTS = {
    "vectors": ("vector_storage",),
    "graph": ("vector_index",),
    "words": ("vector_storage-words", "vector_index-words"),
    "payload": ("payload_storage",),
    "indexes of fields": ("payload_index",),
}
INT8 = {"scalar": {"type": "int8", "quantile": 0.99, "always_ram": True}}
SETTINGS = {
    "vectors on disk": {"vectors": {"": {"on_disk": True}}},
    "and int8 in memory": {"quantization_config": INT8},
    "and the index of words on disk": {"sparse_vectors": {"words": {"index": {"on_disk": True}}}},
}
TIMES = ["processor, ms", "median, ms"]
MEMORY = ["allocated, MB", "files in memory, MB"]
WORK = ["exact scan: processor, median, ms", "graph: the same", "words: the same", "counting all, one word: ns a record"]


class Measured:
    """A collection on a node of its own."""

    def __init__(self, node, name):
        self.node, self.name = node, name
        self.connection = HTTPConnection("127.0.0.1", node.port, timeout=300)

    def ask(self, method, path, body):
        """The result of a request about the collection."""
        path, head = f"/collections/{self.name}{path}", {"Content-Type": "application/json"}
        self.connection.request(method, path, json.dumps(body), head)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:300]}")
        return json.loads(text)["result"]

    def info(self):
        """What Qdrant says about the collection."""
        return self.node.json(f"/collections/{self.name}")["result"]

    def copied(self, data):
        """Copies the collection from the data folder."""
        command = [paths.PARALLAX, "copy", self.name, "--to", "qdrant", "--replace", "--qdrant-url", self.node.url]
        subprocess.run([*command, "--data-dir", data], check=True, stdout=sys.stderr)
        self.restarted()

    def restarted(self):
        """Waits until nothing is left to optimise or to delete, and starts the node again."""
        settled, before = 0, None
        while settled < 5:
            time.sleep(1)
            now = self.bytes()
            settled = settled + 1 if now == before and self.info()["status"] == "green" else 0
            before = now
        self.connection.close()
        self.node.close()
        self.node.start()
        self.node.settle()

    def halved(self):
        """Deletes the second half of the records."""
        count = self.info()["points_count"]
        self.ask("POST", "/points/delete?wait=true", {"points": list(range(count // 2, count))})
        self.restarted()

    def bytes(self):
        """The bytes that are allocated on the disk, by part; those of the log do not grow with the collection."""
        sizes = dict.fromkeys([*PARTS, "ids", "log"], 0)
        shard = self.node.folder / "storage" / "collections" / self.name / "0"
        for folder, _, files in os.walk(shard):
            within = [*Path(folder).relative_to(shard).parts, "", "", ""]
            part = next((part for part, folders in PARTS.items() if within[2] in folders), "ids")
            for file in files:
                with contextlib.suppress(FileNotFoundError):  # a segment that is replaced
                    sizes["log" if within[0] == "wal" else part] += os.stat(Path(folder) / file).st_blocks * 512
        return sizes

    def sample(self):
        """Random records, with their vectors."""
        numbers = random.Random(7).sample(range(self.info()["points_count"]), QUERIES)
        return self.ask("POST", "/points", {"ids": numbers, "with_vector": True, "with_payload": False})

    def timed(self, path, bodies):
        """The answers; the milliseconds of the node's processor and of the clock that one takes, the median for the
        latter."""
        for body in bodies[:20]:
            self.ask("POST", path, body)
        spent, clock = [], []
        # Other programs only make it slower, so the fastest round counts.
        for _ in range(ROUNDS):
            answers, times, before = [], [], self.node.processor_time()
            for body in bodies:
                start = time.perf_counter()
                answers.append(self.ask("POST", path, body))
                times.append((time.perf_counter() - start) * 1e3)
            spent.append((self.node.processor_time() - before) * TICK / len(bodies))
            clock.append(figures.median(times))
        return answers, min(spent), min(clock)

    def near(self, sample, params):
        """The hits of searches for the nearest others, with the times."""
        body = {"params": params, "limit": 3 * HITS}
        bodies = [{**body, "query": record["vector"][""][0]} for record in sample]
        answers, *times = self.timed("/points/query", bodies)
        pairs = zip(sample, answers, strict=True)
        others = [[hit for hit in answer["points"] if hit["id"] != record["id"]] for record, answer in pairs]
        return others, times

    def words(self, sample):
        """The times of searches by some words of a record."""
        chance, bodies = random.Random(8), []
        for record in sample:
            terms = record["vector"]["words"]["indices"]
            terms = chance.sample(terms, min(TERMS, len(terms)))
            query = {"indices": terms, "values": [1.0] * len(terms)}
            bodies.append({"query": query, "using": "words", "limit": HITS})
        return self.timed("/points/query", bodies)[1:]

    def counts(self, sample):
        """The nanoseconds of the processor for each record counted: for all records, and for those with a word."""
        chance = random.Random(9)
        terms = [chance.choice(record["vector"]["words"]["indices"]) for record in sample]
        holding = [{"must": [{"key": "_parallax.terms", "match": {"any": [term]}}]} for term in terms]
        for filters in ([{}] * QUERIES, holding):
            answers, spent, _ = self.timed("/points/count", [{"exact": True, "filter": one} for one in filters])
            yield spent * 1e6 * QUERIES / sum(answer["count"] for answer in answers)

    def asked(self, data):
        """The milliseconds of the node's processor that a query of Parallax takes, as the mean of its modes. The
        queries are titles of the collection in the data folder."""
        command = [paths.PARALLAX, "recall", "--collection", self.name, "--backend", "qdrant", "--pairs", "0"]
        command += ["--queries", QUERIES, "--qdrant-url", self.node.url, "--data-dir", data]
        spent = []
        for _ in range(ROUNDS):
            before = self.node.processor_time()
            subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
            spent.append((self.node.processor_time() - before) * TICK / (MODES * QUERIES))
        self.connection.close()  # the node has closed it, because it was not used; it is opened again
        return min(spent)

    def indexes_on_disk(self):
        """Makes the indexes of fields again, on disk, but for a small one that takes 38 MB of memory there."""
        for field, index in self.info()["payload_schema"].items():
            if field != "_parallax.fingerprint":
                schema = {"type": index["data_type"], **index.get("params", {}), "on_disk": True}
                self.ask("DELETE", f"/index/{field}?wait=true", None)
                self.ask("PUT", "/index?wait=true", {"field_name": field, "field_schema": schema})


def memory(node):
    """The megabytes that are allocated, and those of files in memory."""
    found = dict(line.split() for line in node.get("/metrics")[1].decode().splitlines() if not line.startswith("#"))
    resident, heap = node.memory()
    return [f"{float(found['memory_allocated_bytes']) / 1e6:.0f}", f"{(resident - heap) / 1e6:.0f}"]


def overlap(exact, hits):
    """Which share of the hits is as near as the nearest in truth; of several that are equally near, any counts."""
    found = 0
    for truth, answer in zip(exact, hits, strict=True):
        least = truth[HITS - 1]["score"] - 1e-6
        right = {hit["id"] for hit in truth if hit["score"] >= least}
        found += sum(hit["id"] in right for hit in answer[:HITS])
    return f"{found / (HITS * len(exact)):.1%}"


def work(held, sample):
    """The times of searches, and of counting."""
    exact, graph = (held.near(sample, params)[1] for params in ({"exact": True}, {"hnsw_ef": EF}))
    searches = [f"{spent:.1f}, {clock:.1f}" for spent, clock in (exact, graph, held.words(sample))]
    return [*searches, ", ".join(f"{each:.0f}" for each in held.counts(sample))]


def by_size(held, data):
    """What a collection of this size takes."""
    count, started, disk = held.info()["points_count"], memory(held.node), held.bytes()
    rows = {"records": f"{count:,}", "log, MB": f"{disk.pop('log') / 1e6:.0f}"}
    rows |= {f"{part}, bytes a record": f"{size / count:,.0f}" for part, size in disk.items()}
    rows["all of these"] = f"{sum(disk.values()) / count:,.0f}"
    rows |= dict(zip((f"after the start, {name}" for name in MEMORY), started, strict=True))
    rows |= dict(zip(WORK, work(held, held.sample()), strict=True))
    rows["a query of Parallax: processor, ms"] = f"{held.asked(data):.1f}"
    rows |= dict(zip((f"after the queries, {name}" for name in MEMORY), memory(held.node), strict=True))
    return rows


def by_setting(held, setting):
    """What a collection takes with these settings."""
    started = memory(held.node)
    return [setting, f"{held.info()['points_count']:,}", *started, *work(held, held.sample())]


def by_search(held):
    """How good and how fast searches of the graph with int8 are."""
    sample = held.sample()
    exact = held.near(sample, {"exact": True})[0]
    for ef in (128, EF):
        kinds = {"f32": {"ignore": True}, "int8": {"rescore": False}, "int8, rescored": {"rescore": True}}
        for name, quantization in kinds.items():
            hits, (spent, clock) = held.near(sample, {"hnsw_ef": ef, "quantization": quantization})
            yield [f"{ef:,}", name, f"{spent:.1f}", f"{clock:.1f}", overlap(exact, hits)]


def main():
    if len(sys.argv) != 3 or "QDRANT" not in os.environ:
        sys.exit(__doc__)
    _, data, name = sys.argv
    with tempfile.TemporaryDirectory() as folder, qdrant.Node(os.environ["QDRANT"], Path(folder) / "node") as node:
        empty = memory(node)
        held = Measured(node, name)
        held.copied(data)
        sizes = [by_size(held, data)]
        for _ in range(2):
            held.halved()
            sizes.append(by_size(held, data))
        print(f"Without a collection, MB allocated and of files in memory: {', '.join(empty)}\n")
        rows = [[title, *(size[title] for size in sizes)] for title in sizes[0]]
        print(figures.markdown(rows[0], rows[1:]), end="\n\n")
        held.copied(data)
        rows = [by_setting(held, "as copied")]
        for setting, change in SETTINGS.items():
            held.ask("PATCH", "", change)
            held.restarted()
            rows.append(by_setting(held, setting))
        print(figures.markdown(["hnsw_ef", "vectors", *TIMES, "overlap"], by_search(held)), end="\n\n")
        held.indexes_on_disk()
        held.restarted()
        rows.append(by_setting(held, "and the indexes of fields on disk"))
        held.halved()
        rows.append(by_setting(held, "the same"))
        print(figures.markdown(["setting", "records", *MEMORY, *WORK], rows))


main()
