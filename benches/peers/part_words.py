"""Search by words: the same terms, the same queries, the best ten."""

import shutil
import subprocess
from operator import add

from measure import inputs, paths
from measure.figures import Row, quantile
from measure.worker import Worker, rust

from peer import PYTHON

QUERIES = 2_000
ROUNDS = 4


def tantivy():
    """The path of tantivy's worker, built if needed."""
    folder = paths.PEERS / "tantivy"
    command = ["cargo", "build", "--release", "--locked", "--target-dir", paths.TARGET / "tantivy-peer"]
    subprocess.run(command, cwd=folder, check=True)
    return paths.TARGET / "tantivy-peer" / "release" / "tantivy-peer"


def run():
    """The rows of the table."""
    return over("start-ups", "startups") + over("titles", "titles")


def over(what, name):
    """The rows over one collection."""
    file = lambda kind: paths.BENCH / f"words-{name}-{kind}"
    index = file("tantivy")
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir(parents=True)
    ours = Worker([rust("words"), inputs.collection(name), name])
    ours.ask("queries", wanted=QUERIES, out=str(file("queries.json")))
    given = {"records": str(file("records.txt")), "queries": str(file("queries.txt"))}
    analysis = ours.ask("terms", file=str(file("queries.json")), **given)
    built = ours.ask("build")["seconds"]
    peers = {"tantivy": Worker([tantivy(), index]), "bm25s": Worker([PYTHON, paths.PEERS / "words_bm25s.py"])}
    # The peers are given terms, so the time that our analysis took is added to theirs.
    seconds = {peer: analysis["seconds"] + worker.ask("build", records=given["records"])["seconds"]
               for peer, worker in peers.items()}
    times = {"parallax": [], "tantivy": [], "bm25s": []}
    for turn in range(ROUNDS + 1):
        found = {"parallax": ours.ask("search", file=str(file("queries.json")))["us"]}
        found |= {peer: worker.ask("search", queries=given["queries"])["us"] for peer, worker in peers.items()
                  # bm25s is slow and steady: one round to warm up, and one.
                  if peer == "tantivy" or turn < 2}
        if turn:
            for one, us in found.items():
                reading = analysis["us"] if one in peers else [0] * len(us)
                times[one] += map(add, us, reading)
    for worker in (ours, *peers.values()):
        worker.close()
    rows = []
    for peer, bound in (("tantivy", "<= 1.0"), ("bm25s", "<= 0.05")):
        for share in (0.50, 0.99):
            label = f"words, {what}, top 10, p{share * 100:.0f}"
            theirs, mine = (quantile(times[one], share) / 1e3 for one in (peer, "parallax"))
            rows.append(Row(label, peer, theirs, mine, "ms", bound))
        target = "<= 2" if peer == "tantivy" else None
        rows.append(Row(f"words, {what}, build with the analysis, 1 thread", peer, seconds[peer], built, "s", target))
    return rows
