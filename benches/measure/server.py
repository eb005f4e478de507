"""Starts a server, waits until it answers, and sends it requests."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import time
from urllib.parse import quote

from . import paths
from .worker import OLD_BLAS, rust


def free_port():
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server process on a port of this machine, ready to answer. `ready` is a path that it
    answers with status 200 once it can answer queries."""

    def __init__(self, command, ready, env=None, patience=900, port=None, cwd=None):
        self.port = port or free_port()
        self.command = [str(part).replace("{port}", str(self.port)) for part in command]
        variables = {name: value for name, value in os.environ.items() if name not in OLD_BLAS}
        # A line for each request would cost time, and hide what the benchmark says.
        variables.setdefault("PARALLAX_LOG_LEVEL", "warn")
        variables |= {"HF_HUB_OFFLINE": "1"} | (env or {})
        start = time.perf_counter()
        self.process = subprocess.Popen(self.command, env=variables, stdout=subprocess.DEVNULL, cwd=cwd)
        try:
            while not self.answers(ready):
                if self.process.poll() is not None or time.perf_counter() - start > patience:
                    raise RuntimeError(f"{' '.join(self.command)}: not ready")
                time.sleep(0.005)
        except BaseException:  # an interruption too must not leave it running
            self.close()
            raise
        self.seconds = time.perf_counter() - start

    def answers(self, path):
        """Whether a path is answered with status 200."""
        try:
            return self.get(path)[0] == 200
        except OSError:
            return False

    def get(self, path):
        """The status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, path):
        """The JSON of an answer."""
        status, body = self.get(path)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:300]}")
        return json.loads(body)

    def memory(self):
        """Resident bytes, and those of them that belong to no file: the heap."""
        found = {"VmRSS": 0, "RssAnon": 0}
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                name, _, value = line.partition(":")
                if name in found:
                    found[name] = int(value.split()[0]) * 1024
        return found["VmRSS"], found["RssAnon"]

    def settle(self):
        """Waits until neither the server nor its workers use the processor: a server of several
        workers answers when the first of them is ready."""
        before = None
        while (spent := self.processor_time()) != before:
            before = spent
            time.sleep(0.5)

    def processor_time(self):
        """The clock ticks that the server and its workers have used."""
        stats = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                    # The fields after the name, which may contain spaces.
                    fields = file.read().rpartition(")")[2].split()
                    stats[int(entry)] = int(fields[1]), int(fields[11]) + int(fields[12])
        family = {self.process.pid}
        while more := {pid for pid, (parent, _) in stats.items() if parent in family} - family:
            family |= more
        return sum(stats[pid][1] for pid in family if pid in stats)

    def load(self, urls, connections=8, seconds=60, rate=None, may_refuse=False):
        """Sends requests with the load driver, and returns its figures."""
        paths.BENCH.mkdir(parents=True, exist_ok=True)
        file = paths.BENCH / f"paths-{self.port}.txt"
        file.write_text("\n".join(urls) + "\n", encoding="utf-8")
        command = [rust("load"), f"127.0.0.1:{self.port}", file, connections, seconds]
        command += [] if rate is None else [rate]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
        file.unlink()
        found = json.loads(done.stdout)
        if found["refused"] and not may_refuse:
            raise RuntimeError(f"{found['refused']} requests were refused")
        return found

    def kill(self):
        """Ends the server without warning."""
        self.process.kill()
        self.process.wait()

    def close(self):
        """Ends the server and its workers."""
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def parallax(folder, collection=None):
    """`parallax serve` over a data folder, with a default collection if one is named."""
    command = [paths.PARALLAX, "serve", "--addr", "127.0.0.1:{port}", "--data-dir", folder]
    return Server([*command, *(["--collection", collection] if collection else [])], "/readyz")


def search_url(collection, text, mode, limit=10):
    """The path of a search."""
    return f"/api/v1/collections/{collection}/search?q={quote(text)}&mode={mode}&limit={limit}"


def wait_for_graph(server, collection):
    """Waits until the collection's graph is in use, where it has one."""
    while server.json(f"/api/v1/collections/{collection}").get("graph") == "building":
        time.sleep(0.1)
