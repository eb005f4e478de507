"""Measures Parallax alone: each part, then the whole over HTTP. `make bench`.

`make bench COLLECTIONS=startups` leaves out the 500,000 titles.
"""

import subprocess
import sys

from measure import figures, inputs, paths, results, server
from measure.figures import median, number, quantile
from measure.worker import Worker, all_cores, rust

ROUNDS = 4
# Records that are imported at once and in batches, and updates of them; with 0, of a few thousand.
WRITES = ((500_000, 100_000), (0, 1_000_000))


def main():
    wanted = [name for name in sys.argv[1:] if name] or ["startups", "titles"]
    rows = [*encoder()]
    for name in wanted:
        rows += [*vectors(name), *words(name), *service(name)]
    table = figures.markdown(["what", "p50 or figure", "p99"], rows)
    print(table)
    if len(wanted) == 2:
        results.write("Each part, and the whole", "make bench", table)
        results.write("Writing in batches", "make bench", writes())


def encoder():
    """Queries on one core, documents on all."""
    with Worker([rust("encode"), paths.model()], "0") as worker:
        for tokens in (8, 32):
            file = str(inputs.queries_of(tokens))
            worker.ask("queries", file=file, rounds=1)
            us = worker.ask("queries", file=file, rounds=ROUNDS)["us"]
            yield spread(f"encoding a query of {tokens} tokens, 1 thread", us)
    with Worker([rust("encode"), paths.model()], all_cores()) as worker:
        for what, file in (("start-ups", inputs.startups()), ("titles", inputs.titles())):
            seconds = [worker.ask("documents", file=str(file))["seconds"] for _ in range(2)]
            rate = len(inputs.load(file)) / min(seconds)
            yield [f"encoding {what}, all cores", f"{number(rate)} /s", ""]


def vectors(name):
    """The exact scan, and the graph at several ef, with questions as queries."""
    questions = str(inputs.question_vectors())
    with Worker([rust("nearest")], all_cores()) as worker:
        built = worker.ask("build", vectors=str(inputs.vectors(name)), graph=True)
        yield [f"{name}: building codes and graph, all cores", f"{number(built['seconds'])} s", ""]
        worker.pin("0")
        scan = lambda **options: [worker.ask("search", queries=questions, **options) for _ in range(3)]
        exact = scan()
        yield mean(f"{name}: exact scan", exact)
        for ef in (20, 50, 100, 200, 400):
            found = scan(ef=ef)
            shared = zip(exact[0]["ids"], found[0]["ids"])
            recall = sum(len(set(a) & set(b)) / len(a) for a, b in shared) / len(exact[0]["ids"])
            yield mean(f"{name}: graph, ef {ef}, recall {recall:.3f}", found)


def words(name):
    """Search by words, from the query's text to the best ten, and whole answers."""
    file = str(paths.BENCH / f"own-{name}.json")
    with Worker([rust("words"), inputs.collection(name), name], "0") as worker:
        worker.ask("queries", wanted=2_000, out=file)
        yield [f"{name}: building the word index, 1 thread", f"{number(worker.ask('build')['seconds'])} s", ""]
        worker.ask("search", file=file)
        yield spread(f"{name}: words, best ten", worker.ask("search", file=file)["us"])
        for mode in ("text", "neural", "hybrid"):
            worker.ask("answer", mode=mode, hits=9, file=file)
            # The second time, the vectors of queries are in the cache, but no ranking of so many hits.
            us = worker.ask("answer", mode=mode, hits=10, file=file)["us"]
            yield spread(f"{name}: a whole answer, mode {mode}, cached vectors", us)


def service(name):
    """Over HTTP, by mode, cached and not, with the stages of the answers."""
    queries = list(dict.fromkeys(inputs.load(paths.BENCH / f"own-{name}.json")))
    with server.parallax(inputs.collection(name), name) as ours:
        yield [f"{name}: from start to ready", f"{number(ours.seconds * 1e3)} ms", ""]
        server.wait_for_graph(ours, name)
        # Of cached queries, vectors and rankings are kept.
        for at, mode in enumerate(("text", "neural", "hybrid")):
            few = [server.search_url(name, query, mode) for query in queries[:50]]
            # Queries that no earlier mode has put into the cache.
            fresh = [server.search_url(name, query + " " + "?" * at, mode) for query in queries[50:]]
            ours.load(few, 1)
            for what, urls in (("cached", few * 20), ("uncached", fresh)):
                found = ours.load(urls, 1)
                yield [f"{name}: HTTP, mode {mode}, {what}", f"{number(found['p50_ms'])} ms", f"{number(found['p99_ms'])} ms"]
            stages = [ours.json(url)["timings"] for url in few]
            for stage in ("encode_ms", "neural_ms", "text_ms", "fusion_ms", "fetch_ms"):
                us = [timings.get(stage, 0) * 1e3 for timings in stages]
                if max(us):
                    yield spread(f"{name}: stage {stage.removesuffix('_ms')} of mode {mode}, cached", us)
        resident, heap = ours.memory()
        yield [f"{name}: resident memory, heap", f"{number(resident / 1e6)} MB", f"{number(heap / 1e6)} MB"]


def writes():
    """What the benchmark of writes prints, as text."""
    text = "Graphs are not built.\n"
    for counts in WRITES:
        arguments = [str(count) for count in counts]
        done = subprocess.run([rust("growth_writes"), *arguments], stdout=subprocess.PIPE, text=True, check=True)
        print(done.stdout)
        text += f"\n`cargo bench --workspace --bench growth_writes -- {' '.join(arguments)}`\n\n```\n{done.stdout}```\n"
    return text


def spread(what, us):
    """A row of a median and a 99th percentile, in milliseconds."""
    return [what, f"{number(median(us) / 1e3)} ms", f"{number(quantile(us, 0.99) / 1e3)} ms"]


def mean(what, found):
    """A row of the median of mean times."""
    return [what, f"{number(median([answer['us'] for answer in found]) / 1e3)} ms", ""]


main()
