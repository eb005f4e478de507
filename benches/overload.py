"""Asks the service for three times what it can do, for a minute, and checks that it keeps its word:
it answers as much as before, what it accepts is as fast as before, what it refuses is refused at
once, its memory does not grow, and it recovers. `make load`.

The load driver runs on the same cores as the service. How much it can send and receive itself is
measured on a route that does nothing, and reported.
"""

import http.client
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time

from measure import figures, paths, results, server
from measure.figures import number

SEED = 20_261_127
# The service is asked for so many times its capacity, on so many connections, for so long.
TIMES, CONNECTIONS, SECONDS = 3, 256, 60
MODES = ("text", "neural", "hybrid")
NAME = "load"
# After so many answers in a row as fast as before, the service has recovered.
IN_A_ROW = 10


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = paths.STARTUPS if paths.STARTUPS.exists() else paths.ROOT / "server/sample/startups.jsonl"
        command = [paths.PARALLAX, "index", file, "--collection", NAME, "--data-dir", folder]
        subprocess.run(command, check=True, stdout=sys.stderr)
        with server.parallax(folder, NAME) as service:
            server.wait_for_graph(service, NAME)
            service.settle()
            passed = measure(service, searches(file), file.name)
    sys.exit(0 if passed else 1)


def searches(file):
    """The paths of searches with texts that never repeat, in the three modes in turn."""
    with open(file, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    words = [word for record in records for word in record["description"].split() if word.isalnum()]
    chance, modes = random.Random(SEED), itertools.cycle(MODES)
    for at in itertools.count():
        # The number makes each text another one for the caches.
        text = " ".join([*chance.choices(words, k=chance.randint(2, 5)), str(at)])
        yield server.search_url(NAME, text, next(modes))


def measure(service, paths_of_searches, data):
    """Measures, writes the table, and returns whether all is as promised."""
    take = lambda count: list(itertools.islice(paths_of_searches, int(count)))
    # With as many connections as cores nobody waits; one more hides the time between requests.
    closed = [service.load(take(40_000), count, 10) for count in (cores(), cores() + 1)]
    capacity = max(found["per_second"] for found in closed)
    unloaded = service.load(take(capacity), cores() + 1, 20, capacity / 10)
    driver = service.load(["/healthz"] * 400_000, CONNECTIONS, 5)["per_second"]

    rate = TIMES * capacity
    with Memory(service) as memory:
        loaded = service.load(take(rate * SECONDS), CONNECTIONS, SECONDS, rate, may_refuse=True)
    recovery = recover(service, take(10_000), 2 * unloaded["p99_ms"])
    before, after = memory.flat()

    goodput = loaded["per_second"] / capacity
    slower = loaded["p99_ms"] / unloaded["p99_ms"]
    grown = after / before - 1
    checks = [
        ("answered, as a share of capacity", f"{goodput:.0%}", ">= 90 %", goodput >= 0.9),
        ("p99 of what was answered, to unloaded", f"{slower:.2f}", "<= 2", slower <= 2),
        ("median of a refusal", f"{number(loaded['refused_p50_ms'])} ms", "< 50 ms", loaded["refused_p50_ms"] < 50),
        ("growth of resident memory", f"{grown:+.1%}", "<= 10 %", grown <= 0.1),
        ("recovery", f"{recovery:.2f} s", "<= 2 s", recovery <= 2),
    ]
    rows = [[what, figure, target, "pass" if met else "miss"] for what, figure, target, met in checks]
    table = figures.markdown(["what", "figure", "target", "pass/miss"], rows)
    text = (
        f"{data}, searches with ten hits by words, by meaning and by both in turn, no text twice. "
        f"Capacity is {number(capacity)} a second, on {cores()} or {cores() + 1} connections; "
        f"unloaded, at a tenth of it, the p99 is {number(unloaded['p99_ms'])} ms. Then for {SECONDS} s "
        f"{number(rate)} a second were due on {CONNECTIONS} connections: {number(loaded['requests'])} were answered "
        f"(p50 {number(loaded['p50_ms'])} ms, p99 {number(loaded['p99_ms'])} ms), of which {number(loaded['fell_back'])} "
        f"in mode hybrid by words alone, and {number(loaded['refused'])} were refused. Resident memory was "
        f"{number(before / 1e6)} MB after 5 s and {number(after / 1e6)} MB at the end. The driver runs on the same cores; "
        f"on a route that does nothing it sends and receives {number(driver)} a second.\n\n{table}"
    )
    print(text)
    results.write("More requests than there are cores for", "make load", text)
    return all(met for *_, met in checks)


def cores():
    """How many cores there are."""
    return os.cpu_count() or 1


class Memory:
    """The resident memory of a service, each second."""

    def __init__(self, service):
        self.service, self.seen, self.over = service, [], threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.over.wait(1):
            self.seen.append(self.service.memory()[0])

    def flat(self):
        """The memory after 5 s, when the connections are open, and at the end."""
        return self.seen[min(4, len(self.seen) - 1)], self.seen[-1]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def recover(service, searches_left, limit_ms):
    """How many seconds it takes until requests one by one are answered as fast as before."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    since, good = start, 0
    for path in searches_left:
        sent = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200 and (time.perf_counter() - sent) * 1e3 <= limit_ms:
            since, good = (sent if good == 0 else since), good + 1
        else:
            good = 0
        if good == IN_A_ROW:
            break
        if time.perf_counter() - start > 30:
            return time.perf_counter() - start
        time.sleep(0.01)
    connection.close()
    return since - start


main()
