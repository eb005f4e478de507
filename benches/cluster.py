"""Two servers on a cluster of three nodes of Qdrant: searches and writes at a steady rate, while a
node and a server are killed. No write that was acknowledged may be lost, no deleted record may come
back, and only what was under way within five seconds of a kill may fail.

    make cluster QDRANT=/path/to/qdrant

All processes share the cores of this machine, so the times are not those of a real cluster.
"""

import asyncio
import contextlib
import itertools
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import figures, qdrant, results, server
from measure.balancer import FAILURES, Balancer
from measure.figures import number
from measure.on_qdrant import BASE, NAME, QUERY_WAIT_MS, Records, serve
from measure.on_qdrant import parser as options_with_qdrant

NODES, SHARDS, REPLICAS = 3, 3, 2
# The defaults of the options.
SECONDS, RECORDS, SEARCHES, WRITES = 300, 2_000, 100, 50
# For so long after a kill, requests may fail.
GRACE = 5
# After so many seconds, a request counts as failed.
TIMEOUT = 20
# An id whose write may still be under way in the cluster is not written for so long, so that the
# order of its writes is known.
REST = 10


def main():
    options = parse()
    # So that all processes are ended then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as closing:
        passed = survive(options, Path(folder), closing)
    sys.exit(0 if passed else 1)


def parse():
    """The options."""
    parser = options_with_qdrant(__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the load lasts")
    parser.add_argument("--records", type=int, default=RECORDS, help="records copied to the cluster")
    parser.add_argument("--searches", type=float, default=SEARCHES, help="searches a second")
    parser.add_argument("--writes", type=float, default=WRITES, help="writes and deletions a second")
    parser.add_argument("--restart", action="store_true", help="start the killed node again at half of the time")
    return parser.parse_args()


@dataclass
class Answer:
    """What became of a request: what it was, when it was due and when it ended, and why it failed."""

    what: str
    due: float
    ended: float
    error: str | None


class Load:
    """The requests, what is known about the records, and what was answered."""

    def __init__(self, records, count, ports):
        self.records, self.balancer = records, Balancer(ports, TIMEOUT)
        self.chance = random.Random(20_261_128)
        self.answers, self.fell_back = [], 0
        self.turns, self.versions = itertools.count(), itertools.count(1)
        # For each record, the versions that it may have now; None if it may not exist. There is only one if
        # the outcome of its last write is known.
        self.known = {at: {0} for at in range(count)}
        self.count, self.fresh = count, itertools.count(count)
        names = [one["name"] for one in records.startups[:count]]
        self.titles = [name for name in names if re.fullmatch(r"[\w ]+", name)]
        # Written records that may be written again, and deleted ones.
        self.written, self.deleted = [], []

    async def request(self, what, due, method, path, body=None):
        """Sends a request to the servers in turn; the JSON of its answer, or None if it failed."""
        error, answer = None, None
        try:
            status, text = await self.balancer.send(next(self.turns), method, path, body)
            if status != 200:
                error = f"{status} {text[:200].decode(errors='replace')}"
            else:
                answer = json.loads(text)
                # Every query has a title that is in the collection.
                if "hits" in answer and not answer["hits"]:
                    error = f"no hits: {path}"
        except (*FAILURES, ValueError) as failure:
            error = repr(failure)
        self.answers.append(Answer(what, due, time.monotonic(), error))
        return None if error else answer

    async def search(self, due):
        """Searches for a title and another word, so that few queries are equal."""
        mode = self.chance.choice(["text", "hybrid"])
        text = self.chance.choice(self.titles) + " " + self.chance.choice(self.records.words)
        answer = await self.request(f"search, {mode}", due, "GET", server.search_url(NAME, text, mode))
        self.fell_back += answer is not None and "fallback" in answer

    async def write(self, due):
        """Writes a new record, changes or deletes one that was written, or writes a deleted one again."""
        kind = self.chance.random()
        if self.written and kind < 0.55:
            # The last one takes the place of the one that is removed.
            place = self.chance.randrange(len(self.written))
            self.written[place], self.written[-1] = self.written[-1], self.written[place]
            at = self.written.pop()
        else:
            at = self.deleted.pop(0) if self.deleted and kind > 0.98 else next(self.fresh)
        versions = self.known.setdefault(at, {None})
        # If it may not be there, the service may rightly refuse to delete it.
        delete = kind < 0.1 and None not in versions
        new = None if delete else next(self.versions)
        versions.add(new)
        if delete:
            answer = await self.request("deletion", due, "DELETE", f"{BASE}/records/{at}")
        else:
            body = {"records": [self.records.make(at, new)]}
            answer = await self.request("write", due, "PUT", f"{BASE}/records", body)
        if answer is None:
            # The write may have taken effect, or may still do so.
            asyncio.get_running_loop().call_later(REST, self.written.append, at)
            return
        self.known[at] = {new}
        (self.deleted if delete else self.written).append(at)

    async def pace(self, work, rate, start, seconds):
        """Starts a request whenever one is due, however many are still under way."""
        async with asyncio.TaskGroup() as group:
            for due in (start + at / rate for at in range(int(seconds * rate))):
                await asyncio.sleep(max(0, due - time.monotonic()))
                group.create_task(work(due))


def survive(options, folder, closing):
    """Kills a node and a server under load. Whether all is as promised."""
    say = lambda text: print(text, file=sys.stderr, flush=True)
    say(f"starting {NODES} nodes")
    nodes = qdrant.cluster(options.qdrant, folder, NODES, closing)
    spread = ["--qdrant-url", nodes[0].url, "--shards", str(SHARDS), "--replicas", str(REPLICAS)]
    records = Records()
    count = records.copy_to(folder, options.records, *spread)
    states = lambda: [state for node in nodes for state in node.replicas(NAME)[1]]
    # Each node knows the states of all replicas.
    active = lambda: states() == ["Active"] * SHARDS * REPLICAS * NODES
    qdrant.wait_until(active, "all replicas are active")
    if not all(node.replicas(NAME)[0] for node in nodes):
        raise RuntimeError("a node has no replica, so nothing would be lost with it")
    urls = ",".join(node.url for node in nodes)
    servers = [closing.enter_context(serve(folder / f"server-{at + 1}", urls)) for at in range(2)]
    load = Load(records, count, [one.port for one in servers])
    kills = []

    def kill(process, what):
        kills.append(time.monotonic())
        process.kill()
        say(f"{kills[-1] - start:.0f} s: killed {what}")

    async def disturb():
        """Kills the node that all others joined, and that the servers ask first, and later the first server."""
        await asyncio.sleep(options.seconds / 3)
        kill(nodes[0], "a node")
        await asyncio.sleep(options.seconds / 6)
        if options.restart:
            await asyncio.to_thread(nodes[0].start)
            say(f"{time.monotonic() - start:.0f} s: the node is there again")
        await asyncio.sleep(start + options.seconds * 2 / 3 - time.monotonic())
        kill(servers[0], "a server")

    async def everything():
        async with asyncio.TaskGroup() as group:
            group.create_task(disturb())
            group.create_task(load.pace(load.search, options.searches, start, options.seconds))
            group.create_task(load.pace(load.write, options.writes, start, options.seconds))
        load.balancer.close()

    say(f"{options.searches:g} searches and {options.writes:g} writes a second for {options.seconds:g} s")
    start = time.monotonic()
    asyncio.run(everything())
    say("reading all records")
    wrong = check(load, servers[1])
    return report(options, load, start, kills, wrong)


def read_all(service):
    """All records, as an export and page by page."""
    status, body = service.get(f"{BASE}/export")
    if status != 200:
        raise RuntimeError(f"export: {status} {body[:300]}")
    # Only "\n" ends a line: some records contain U+2028.
    exported = [json.loads(line) for line in body.decode().split("\n") if line]
    paged, cursor = [], ""
    while cursor is not None:
        page = service.json(f"{BASE}/records?limit=1000{cursor}")
        paged += [record["payload"] for record in page["records"]]
        cursor = f"&cursor={page['cursor']}" if "cursor" in page else None
    return {"exported": exported, "read page by page": paged}


def check(load, service):
    """Compares all records with what is known about them; what is wrong, by kind and record."""
    wrong = {"lost writes": {}, "deleted records that came back": {}, "other faults": {}}
    lost, back, other = wrong.values()
    for how, records in read_all(service).items():
        found = {}
        for record in records:
            found.setdefault(int(record["id"]), []).append(record)
        for at, versions in load.known.items():
            there = found.pop(at, [])
            version = there[0].get("version") if there else None
            about = f"record {at}, {how}: version {version}, expected {' or '.join(map(str, versions))}"
            if len(there) > 1:
                other[at] = f"record {at}, {how}: {len(there)} times"
            elif version not in versions:
                (back if versions == {None} else lost)[at] = about
            elif there and there[0] != load.records.make(at, version):
                other[at] = f"{about}, but its fields are not those of that version"
        other |= {at: f"record {at}, {how}: was never written" for at in found}
    return wrong


def report(options, load, start, kills, wrong):
    """Prints what happened, and writes it if the run lasted long enough and passed. Whether all is as promised."""
    failed = [one for one in load.answers if one.error]
    # A request may fail if it was under way at any moment from a kill to GRACE seconds after it.
    excused = lambda one: any(one.due <= at + GRACE and one.ended >= at for at in kills)
    errors = [one for one in failed if not excused(one)]
    of = lambda kind: [one for one in load.answers if one.what.startswith("search") == (kind == "searches")]
    rows = []
    phases = [("at first", start, kills[0]), ("without a node", *kills), ("without a node and a server", kills[1], time.monotonic())]
    if options.restart:
        phases[1:] = [("a node killed and restarted", *kills), ("without a server", *phases[2][1:])]
    for (phase, begin, end), kind in itertools.product(phases, ("searches", "writes")):
        done = [one for one in of(kind) if begin <= one.due < end]
        times = [(one.ended - one.due) * 1e3 for one in done if not one.error] or [0]
        lost = sum(one.error is not None for one in done)
        rows.append([phase, kind, f"{len(done):,}", f"{lost:,}", *(number(figures.quantile(times, at)) for at in (0.5, 0.99))])
    table = figures.markdown(["phase", "", "sent", "failed", "p50 ms", "p99 ms"], rows)
    counts = {kind: (len(of(kind)), sum(one.error is None for one in of(kind))) for kind in ("searches", "writes")}
    kept = sum(None not in versions for versions in load.known.values())
    open_ends = sum(len(versions) > 1 for versions in load.known.values())
    text = (
        f"{NODES} nodes with {SHARDS} shards of {REPLICAS} replicas, two servers and {load.count:,} records. For "
        f"{options.seconds:g} s, {options.searches:g} searches by words or by both and {options.writes:g} writes or deletions "
        f"of one record were sent each second; a node was killed after a third{' and restarted at half' if options.restart else ''}, a server "
        f"after two thirds of the time. {counts['searches'][0]:,} searches, of which {counts['searches'][1]:,} were "
        f"answered ({load.fell_back:,} by words alone instead of by both); {counts['writes'][0]:,} writes, of which "
        f"{counts['writes'][1]:,} were acknowledged. {len(failed):,} requests failed, {len(errors):,} of them "
        f"outside the {GRACE} s after a kill; {load.balancer.retried:,} requests were sent to the other server because theirs refused the "
        f"connection. At the end, {kept:,} records had to be there; of {open_ends:,}, the outcome of the last "
        "write was unknown, so that any version that it could have was right. Found: "
        + ", ".join(f"{len(what):,} {kind}" for kind, what in wrong.items())
        + f". The clients, the servers and Qdrant share {os.cpu_count()} cores, so queries may wait {QUERY_WAIT_MS} ms "
        f"before they are refused.\n\n{table}"
    )
    print(text)
    examples("errors within the time after a kill", [one for one in failed if excused(one)], start)
    examples("other errors", errors, start)
    for kind, what in wrong.items():
        for one in list(what.values())[:10]:
            print(f"{kind}: {one}")
    passed = not errors and not any(wrong.values())
    if passed and options.seconds >= SECONDS and not options.restart:
        rates = f'OPTIONS="--searches {options.searches:g} --writes {options.writes:g}"'
        results.write("A cluster that loses a node and a server", f"make cluster {rates}", text)
    print("PASS" if passed else "FAIL")
    return passed


def examples(kind, failed, start):
    """Prints how often each error occurred, when first and last, and the first of them."""
    by_error = {}
    for one in failed:
        # Without what differs between errors of the same kind.
        by_error.setdefault((one.what, re.sub(r"/.*|\d{4,}", "", one.error)), []).append(one)
    for (what, _), those in sorted(by_error.items(), key=lambda item: -len(item[1]))[:10]:
        times = [one.ended - start for one in those]
        print(f"{kind}: {len(those):,} times, from {min(times):.1f} to {max(times):.1f} s: {what}: {those[0].error}")


main()
