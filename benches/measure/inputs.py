"""The inputs of the benchmarks, made once from the test data and kept in target/bench."""

import gzip
import json
import subprocess
import sys

from . import paths
from .worker import Worker, all_cores, rust

SEED = 20_261_126


def kept(name, make):
    """The file with this name in target/bench. If it is absent, `make(path)` writes it."""
    path = paths.BENCH / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beginning = path.with_name("unfinished-" + path.name)
        make(beginning)
        beginning.rename(path)
    return path


def dump(value, path):
    """Writes JSON."""
    path.write_text(json.dumps(value), encoding="utf-8")


def load(path):
    """Reads JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def lines(path):
    """The JSON objects of a file, one a line, plain or gzipped."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    # Only "\n" ends a line: some records contain U+2028.
    with opened as file:
        yield from (json.loads(line) for line in file.read().split("\n") if line)


def startup_text(record):
    """The text of a start-up that is encoded."""
    return f"{record['alt']}. {record['description']}"


def spread(items, wanted):
    """Items evenly spread over a list."""
    return [items[at * len(items) // wanted] for at in range(wanted)]


def startups():
    """2,000 texts of start-ups."""
    texts = lambda: spread([startup_text(record) for record in lines(paths.STARTUPS)], 2_000)
    return kept("startups-2000.json", lambda path: dump(texts(), path))


def titles():
    """10,000 titles."""
    texts = lambda: spread([record["title"] for record in lines(paths.TITLES)], 10_000)
    return kept("titles-10000.json", lambda path: dump(texts(), path))


def queries_of(tokens):
    """256 queries of exactly this many tokens, including the two special ones: beginnings of
    titles, or of start-ups where titles are too short."""

    def make(path):
        source = titles() if tokens <= 16 else startups()
        with Worker([rust("encode"), paths.model()]) as worker:
            worker.ask("cut", file=str(source), tokens=tokens, wanted=256, out=str(path))

    return kept(f"queries-{tokens}-tokens.json", make)


def questions():
    """The test queries of the three retrieval benchmarks: of another kind than start-ups or
    titles."""
    sets = ("scifact", "nfcorpus", "cranfield")
    texts = lambda: [q["text"] for name in sets for q in lines(paths.DATA / "bench" / name / "queries.jsonl")]
    return kept("questions.json", lambda path: dump(texts(), path))


def question_vectors():
    """Their vectors, by our encoder."""

    def make(path):
        with Worker([rust("encode"), paths.model()], all_cores()) as worker:
            worker.ask("vectors", file=str(questions()), out=str(path))

    return kept("questions.npy", make)


def vectors(name):
    """The vectors of `startups` or of `titles`, by `parallax embed`. Titles take 20 minutes on two
    cores, once."""
    source, name = {"startups": (paths.STARTUPS, "startups"), "titles": (paths.TITLES, "titles500k")}[name]

    def make(path):
        print(f"making {path}", file=sys.stderr)
        unfinished = path.with_suffix(".npy")
        options = ["--id", "_id", "--title", "title"] if source == paths.TITLES else []
        subprocess.run([paths.PARALLAX, "embed", source, "-o", unfinished, *options], check=True)

    return kept(f"{name}.npy", make)


def collection(name):
    """The data folder with the collections `startups` and `titles`, of which `name` is built if it
    is absent."""
    folder = paths.BENCH / "data"
    done = folder / f"{name}.built"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        source = {"startups": paths.STARTUPS, "titles": paths.TITLES}[name]
        options = ["--id", "_id", "--title", "title", "--facet", "subreddit"] if name == "titles" else []
        command = [paths.PARALLAX, "index", source, "--collection", name, "--vectors", vectors(name)]
        subprocess.run([*command, "--replace", "--data-dir", folder, *options], check=True, stdout=sys.stderr)
        done.touch()
    return folder
