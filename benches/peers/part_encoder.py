"""Encoding: queries on one thread, documents on two."""

from measure import inputs, paths
from measure.figures import Row, median
from measure.worker import Worker, all_cores, rust

from peer import MODEL_FOLDER, PYTHON, int8_graph

ROUNDS = 4
BATCHES = (1, 8, 32)


def commands(threads):
    """The workers: ours, then the peers."""
    onnx, model = paths.PEERS / "encode_onnx.py", paths.model()
    return {
        "parallax": [rust("encode"), model],
        "onnxruntime": [PYTHON, onnx, model / "model.onnx", model / "tokenizer.json", threads],
        "onnxruntime int8": [PYTHON, onnx, int8_graph(), model / "tokenizer.json", threads],
        "sentence-transformers": [PYTHON, paths.PEERS / "encode_st.py", MODEL_FOLDER, threads],
    }


def run():
    """The rows of the table."""
    return queries() + documents()


def queries():
    """One text at a time on one core, in alternating blocks of 256 texts; medians."""
    workers = {name: Worker(command, "0") for name, command in commands(1).items()}
    rows = []
    targets = {8: ("<= 0.5", "<= 1.0", "<= 0.2"), 32: ("<= 0.7", None, "<= 0.2")}
    for tokens, bounds in targets.items():
        file = str(inputs.queries_of(tokens))
        times = {name: [] for name in workers}
        for worker in workers.values():
            worker.ask("queries", file=file, rounds=1)
        for _ in range(ROUNDS):
            for name, worker in workers.items():
                times[name] += worker.ask("queries", file=file, rounds=1)["us"]
        ours, *peers = ((name, median(us) / 1e3) for name, us in times.items())
        for (name, theirs), target in zip(peers, bounds):
            rows.append(Row(f"query of {tokens} tokens, 1 thread", name, theirs, ours[1], "ms", target))
    for worker in workers.values():
        worker.close()
    return rows


def documents():
    """Many texts on two cores; the better of two runs of each. The batch size of onnxruntime is
    the best of three on a fifth of the texts."""
    cores = ",".join(all_cores().split(",")[:2])
    workers = {name: Worker(command, cores) for name, command in commands(2).items()}
    rows = []
    for what, path in {"start-ups": inputs.startups(), "titles": inputs.titles()}.items():
        texts = inputs.load(path)
        sample = inputs.kept(f"fifth-{path.name}", lambda out, t=texts: inputs.dump(t[::5], out))
        options = {name: {} for name in workers}
        for name in ("onnxruntime", "onnxruntime int8"):
            seconds = lambda batch, w=workers[name]: w.ask("documents", file=str(sample), batch=batch)["seconds"]
            seconds(BATCHES[-1])
            options[name]["batch"] = min(BATCHES, key=seconds)
        best = dict.fromkeys(workers, 0.0)
        for _ in range(2):
            for name, worker in workers.items():
                took = worker.ask("documents", file=str(path), **options[name])["seconds"]
                best[name] = max(best[name], len(texts) / took)
        for name in list(best)[1:]:
            batch = f", batches of {options[name]['batch']}" if options[name] else ""
            target = ">= 1.5" if name == "onnxruntime" else None
            rows.append(Row(f"documents, 2 threads: {what}", name + batch, best[name], best["parallax"], "/s", target))
    for worker in workers.values():
        worker.close()
    return rows
