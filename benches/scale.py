"""The throughput of two servers of a collection on Qdrant, compared with that of one, when encoding is
most of the work: searches with long queries, and writes of long records.

    make scale QDRANT=/path/to/qdrant

Each server is bound to a core of its own. On a machine with two cores, Qdrant and the clients share these.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import figures, on_qdrant, qdrant, results, server
from measure.balancer import FAILURES, Balancer
from measure.figures import number

# Records in the collection, seconds of a phase, and requests under way at each server, which works on
# one while the other waits; it might refuse a third.
RECORDS, SECONDS, CLIENTS = 200, 20, 2
# After so many seconds, a request counts as failed.
TIMEOUT = 20
# How many times one server and two are measured, with each load.
TURNS = 3
# How many records a write has.
BATCH = 8


@dataclass
class Request:
    """What is sent, and how many texts it has."""

    method: str
    path: str
    body: dict | None = None
    texts: int = 1


def main():
    options = on_qdrant.parser(__doc__).parse_args()
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.exit("two cores are needed, one for each server")
    # So that all processes are ended then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as closing:
        measure(options.qdrant, cores, Path(folder), closing)


def measure(binary, cores, folder, closing):
    """Measures one server and two in turn, with each load."""
    node = closing.enter_context(qdrant.Node(binary, folder / "node"))
    records = on_qdrant.Records()
    records.copy_to(folder, RECORDS, "--qdrant-url", node.url)
    on = lambda at: on_qdrant.serve(folder / f"server-{at + 1}", node.url, "taskset", "-c", str(cores[at]))
    servers = [closing.enter_context(on(at)) for at in range(2)]
    # The model reads at most 256 pieces; the longer texts exceed that.
    loads = {
        "searches, 60 to 100 words": searches(texts(records, 60, 100)),
        "searches, 200 to 240 words": searches(texts(records, 200, 240)),
        "records, 200 to 240 words": writes(texts(records, 200, 240)),
    }
    rows, said = [], []
    for load, requests in loads.items():
        # The first requests of a server wait until all is loaded.
        asyncio.run(closed_loop(servers, requests, 3))
        rates = {1: [], 2: []}
        for count in (1, 2) * TURNS:
            done, failed, seconds, used = phase(servers[:count], node, requests)
            rates[count].append(done / seconds)
            shares = [f"{used[who] / seconds:.2f}" for who in ("servers", "Qdrant", "clients")]
            rows.append([load, str(count), number(rates[count][-1]), f"{failed:,}", *shares])
        each = ", ".join(f"{two / one:.2f}" for one, two in zip(rates[1], rates[2]))
        said.append(f"{load}: {sum(rates[2]) / sum(rates[1]):.2f} (in each round: {each})")
    head = ["load", "servers", "texts a second", "failed", "cores used by servers", "by Qdrant", "by clients"]
    text = (
        "Throughput of two servers, as a multiple of that of one: " + "; ".join(said) + f". Searches are by meaning, all different, "
        f"with one hit and without late interaction, in a collection that has {RECORDS} records at first; records "
        f"are written {BATCH} at a time. {CLIENTS} requests are under way at each server, for {SECONDS} s. Each "
        "server is bound to a core of its own, but Qdrant and the clients use these cores too: this machine has "
        f"{os.cpu_count()}.\n\n" + figures.markdown(head, rows)
    )
    print(text)
    results.write("Two servers on a cluster", "make scale", text)


def phase(servers, node, requests):
    """Measures these servers. Returns how many texts were answered and how many requests failed, the
    seconds that it took, and the processor seconds of the servers, Qdrant and the clients."""
    processes = {"servers": servers, "Qdrant": [node]}
    spent = lambda: {who: sum(one.processor_time() for one in those) for who, those in processes.items()}
    before, own = spent(), time.process_time()
    done, failed, seconds = asyncio.run(closed_loop(servers, requests, SECONDS))
    used = {who: (ticks - before[who]) / os.sysconf("SC_CLK_TCK") for who, ticks in spent().items()}
    return done, failed, seconds, used | {"clients": time.process_time() - own}


def texts(records, least, most):
    """Texts of `least` to `most` words that take long to encode and practically never repeat."""
    chance = random.Random(20_261_129)
    while True:
        length = chance.randint(least, most) - 1
        begin = chance.randrange(len(records.words) - length)
        # Shorter than the longest query that is allowed.
        yield " ".join([chance.choice(records.words), *records.words[begin : begin + length]])[:1_900]


def searches(queries):
    """Searches by meaning."""
    for query in queries:
        path = server.search_url(on_qdrant.NAME, query, "neural", 1)
        yield Request("GET", path + "&late_interaction=false")


def writes(descriptions):
    """New records, some at a time."""
    at = RECORDS
    while True:
        batch = [{"id": str(at + n), "name": str(at + n), "description": next(descriptions)} for n in range(BATCH)]
        at += BATCH
        yield Request("PUT", f"{on_qdrant.BASE}/records", {"records": batch}, BATCH)


async def closed_loop(servers, requests, seconds):
    """Each client sends one request after the other. Returns how many texts were answered, how many
    requests failed, and the seconds that it took."""
    balancer = Balancer([one.port for one in servers], TIMEOUT)
    done, failed = 0, 0
    start = time.monotonic()

    async def client(at):
        nonlocal done, failed
        while time.monotonic() - start < seconds:
            request = next(requests)
            try:
                status, _ = await balancer.send(at, request.method, request.path, request.body)
            except FAILURES:
                status = None
            if status == 200:
                done += request.texts
            else:
                failed += 1
                # Refusing costs the server time too.
                await asyncio.sleep(0.01)

    await asyncio.gather(*(client(at) for at in range(CLIENTS * len(servers))))
    balancer.close()
    return done, failed, time.monotonic() - start


main()
