"""Processes that answer one JSON request a line with one JSON line.

A worker loads its model or index once and then waits, so that the driver can run it and its peers
in turn, block by block, without paying for their start each time. A waiting worker uses no
processor time.
"""

import json
import os
import subprocess
import sys

from . import paths

# Set on some machines for old builds of OpenBLAS; a current numpy or faiss is slower with them.
OLD_BLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


class Worker:
    """A worker process, pinned to some cores and limited to as many threads."""

    def __init__(self, command, cores="0", env=None):
        threads = str(count(cores))
        variables = {name: value for name, value in os.environ.items() if name not in OLD_BLAS}
        limits = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
        variables |= {name: threads for name in limits}
        # The models are local: nothing may be looked up on the network.
        variables["HF_HUB_OFFLINE"] = "1"
        self.command = [str(part) for part in command]
        self.process = subprocess.Popen(
            ["taskset", "-c", cores, *self.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=variables | (env or {}),
            text=True,
        )

    def ask(self, job, **arguments):
        """Sends a request and waits for its answer."""
        self.process.stdin.write(json.dumps({"job": job, **arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(self.command)}: ended with status {self.process.wait()}")
        return json.loads(line)

    def pin(self, cores):
        """Pins all its threads to some cores."""
        subprocess.run(["taskset", "-a", "-p", "-c", cores, str(self.process.pid)], stdout=subprocess.DEVNULL, check=True)

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def answer(jobs):
    """The worker's side: answers every request on standard input with the job it names."""
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(jobs[request.pop("job")](**request)), flush=True)


def count(cores):
    """How many cores a list such as `0,2-3` names."""
    ranges = [part.split("-") for part in cores.split(",")]
    return sum(int(ends[-1]) - int(ends[0]) + 1 for ends in ranges)


def all_cores():
    """The list of all cores that this process may use."""
    return ",".join(str(core) for core in sorted(os.sched_getaffinity(0)))


_built = {}


def rust(bench):
    """The path of one of our benchmarks. All are built at first, if needed."""
    if not _built:
        # `--workspace` keeps the features of shared dependencies, so that none is built twice.
        command = ["cargo", "bench", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"]
        for name in ("encode", "nearest", "words", "load", "growth_writes"):
            command += ["--bench", name]
        done = subprocess.run(command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True, check=True)
        messages = (json.loads(line) for line in done.stdout.splitlines())
        _built.update({one["target"]["name"]: one["executable"] for one in messages if one.get("executable")})
    return _built[bench]
