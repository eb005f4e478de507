"""500,000 titles: how soon the server answers, and what it takes in memory and on disk."""

import time

from measure import inputs, server
from measure.figures import Row
from part_service import distinct

RECORDS = 500_000


def run():
    """The rows of the table."""
    folder = inputs.collection("titles")
    queries = distinct("titles", 6_000)[:1_000]
    start = time.perf_counter()
    with server.parallax(folder, "titles") as ours:
        ours.json(server.search_url("titles", "a good answer", "hybrid"))
        ready = time.perf_counter() - start
        server.wait_for_graph(ours, "titles")
        ours.load([server.search_url("titles", query, "hybrid") for query in queries], 1)
        resident, heap = ours.memory()
        disk = ours.json("/api/v1/collections/titles")["bytes"] / RECORDS
    what = "500,000 titles"
    return [
        Row(f"{what}, from start to the first answer", "", None, ready, "s", "<= 0.5"),
        Row(f"{what}, resident after 1,000 queries", "", None, resident / 1e6, "MB", "<= 700"),
        Row(f"{what}, heap", "", None, heap / 1e6, "MB", "<= 200"),
        Row(f"{what}, disk a record", "", None, disk / 1e3, "KB", "<= 5"),
    ]
