"""Reads, writes, imports and restarts for half an hour, and checks that nothing fails but what is
refused on purpose, that memory does not grow, and that the records are those that were
acknowledged. `make soak`, or `make soak MINUTES=5`.

Every cycle starts the service anew, after SIGTERM and SIGKILL in turn, and lasts a minute. Memory is
compared between the ends of cycles, so that the same has happened since the start.
"""

import http.client
import json
import random
import signal
import sys
import tempfile
import threading
import time

from measure import results, server
from measure.figures import number

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else 30
CYCLE = 60
# Memory is compared with that of the first cycle that ends after so many seconds.
SETTLED = 5 * 60
IDS, BATCH = 500, 20
FACTS = "milk bread solar lamp kettle garden music travel bicycle paper window river stone winter".split()
RECORDS = "/api/v1/collections/live/records"
# Refusals on purpose: too many requests, or the service is starting, or a conflict.
REFUSED = {409, 429, 503}


class Broken(Exception):
    """The service went away before it answered."""


class Soak:
    """The service, what is known about its records, and what went wrong."""

    def __init__(self, folder):
        self.folder, self.service = folder, None
        self.over = threading.Event()
        self.restarting = threading.Event()
        self.lock = threading.Lock()
        self.counts, self.errors = {}, []
        # For each id, the versions that it may have: one if its last write was acknowledged.
        self.known = {}

    def start(self):
        """Starts the service."""
        self.service = server.parallax(self.folder)
        self.restarting.clear()

    def stop(self, how):
        """Stops it by a signal."""
        self.restarting.set()
        self.service.process.send_signal(how)
        status = self.service.process.wait()
        if how == signal.SIGTERM and status != 0:
            self.fail(f"SIGTERM: it ended with status {status}")

    def send(self, method, path, body=None, kind="application/json"):
        """The status and JSON of an answer. Refusals on purpose are only counted."""
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        down = self.restarting.is_set()
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            connection.request(method, path, data, {"Content-Type": kind} if data else {})
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            # The service may have been stopped since.
            time.sleep(0.1)
            if not (down or self.restarting.is_set() or self.gone(connection.port)):
                self.fail(f"{method} {path}: {error!r}")
            raise Broken from error
        finally:
            connection.close()
        what = f"{method} {answer.status}"
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1
        if answer.status >= 400 and answer.status not in REFUSED:
            self.fail(f"{method} {path}: {answer.status} {text[:300]}")
        return answer.status, json.loads(text) if text.startswith(b"{") else {}

    def gone(self, port):
        """Whether a request went to a service that was replaced meanwhile."""
        return self.service.port != port or self.service.process.poll() is not None

    def fail(self, what):
        """Keeps what went wrong."""
        print(what, file=sys.stderr)
        with self.lock:
            self.errors.append(what)

    def until_over(self, work):
        """Repeats some work; what is interrupted by a restart is not an error."""
        while not self.over.is_set():
            if self.restarting.wait(0):
                time.sleep(0.02)
                continue
            try:
                work()
            except Broken:
                pass
            except Exception as error:  # whatever it is, the soak has failed
                self.fail(repr(error))


def text(at, version):
    """The text of a version of a record."""
    chance = random.Random(at * 1_000_003 + version)
    return f"note {at} version {version}: " + " ".join(chance.choices(FACTS, k=8))


def reader(soak, seed):
    """Searches in all modes, and reads in other ways."""
    chance = random.Random(seed)

    def read():
        query = "+".join(chance.choices(FACTS, k=3)) + f"+{chance.randrange(10_000)}"
        name = chance.choice(["live", "imported", "sample"])
        base = f"/api/v1/collections/{name}"
        mode = chance.choice(["text", "neural", "hybrid"])
        paths_to_read = [f"{base}/search?q={query}&mode={mode}"] * 6
        paths_to_read += [base, f"{base}/records?limit=20", f"{base}/suggest?q={query[:3]}", "/readyz"]
        if name == "sample":
            paths_to_read += [f"/?q={query}", f"{base}/search?q={query}&explain=true&limit=3"]
        soak.send("GET", chance.choice(paths_to_read))
        time.sleep(0.005)

    return read


def writer(soak, seed):
    """Writes and deletes, and remembers what was acknowledged. There is only one, so that the order
    of its writes is known."""
    chance, version = random.Random(seed), 0

    def write():
        nonlocal version
        version += 1
        ids = chance.sample(range(IDS), BATCH)
        delete = chance.random() < 0.2
        new = None if delete else version
        try:
            if delete:
                status, _ = soak.send("POST", f"{RECORDS}/delete", {"ids": [str(at) for at in ids]})
            else:
                records = [{"id": str(at), "text": text(at, version)} for at in ids]
                status, _ = soak.send("PUT", RECORDS, {"records": records})
        except Broken:
            for at in ids:
                soak.known.setdefault(at, {None}).add(new)
            raise
        if status == 200:
            for at in ids:
                soak.known[at] = {new}
        time.sleep(0.05)

    return write


def importer(soak):
    """Imports the same file again and again, in place of the collection."""
    lines = [json.dumps({"id": str(at), "text": text(at, 0)}) for at in range(2_000)]
    file = ("\n".join(lines) + "\n").encode()
    soak.file_records = len(lines)
    path = "/api/v1/collections/imported/import?file=notes.jsonl&id=id&text=text&replace=true"

    def import_file():
        status, started = soak.send("POST", path, file, "application/octet-stream")
        if status >= 400:
            time.sleep(0.5)
            return
        while not soak.over.is_set():
            _, task = soak.send("GET", f"/api/v1/tasks/{started['task']['id']}")
            if task.get("state") in ("done", "failed", "cancelled"):
                if task["state"] == "failed":
                    soak.fail(f"an import failed: {task}")
                break
            time.sleep(0.2)
        time.sleep(2)

    return import_file


def check(soak):
    """Compares all records with what is known about them."""
    found, cursor = {}, ""
    while cursor is not None:
        _, page = soak.send("GET", f"{RECORDS}?limit=100{cursor}")
        for record in page["records"]:
            found[int(record["id"])] = record["payload"]["text"]
        cursor = f"&cursor={page['cursor']}" if "cursor" in page else None
    for at, versions in soak.known.items():
        may_be = {None if version is None else text(at, version) for version in versions}
        if found.pop(at, None) not in may_be:
            soak.fail(f"record {at} is none of the versions {versions}")
    if found:
        soak.fail(f"records that were never written: {sorted(found)[:10]}")
    _, about = soak.send("GET", "/api/v1/collections/imported")
    if about.get("records") != soak.file_records:
        soak.fail(f"the imported collection has {about.get('records')} records of {soak.file_records}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(folder)
        soak.start()
        start, cycles = time.monotonic(), []
        soak.send("PUT", "/api/v1/collections/live", {"id": "id", "text": "text"})
        first = importer(soak)
        first()
        work = [reader(soak, 1), reader(soak, 2), reader(soak, 3), writer(soak, 4), first]
        threads = [threading.Thread(target=soak.until_over, args=[one]) for one in work]
        for thread in threads:
            thread.start()
        signals = [signal.SIGTERM, signal.SIGKILL]
        while time.monotonic() - start < MINUTES * 60:
            time.sleep(CYCLE)
            cycles.append((time.monotonic() - start, soak.service.memory()[0]))
            print(f"{cycles[-1][0]:.0f} s: {cycles[-1][1] / 1e6:.0f} MB, {soak.counts}", file=sys.stderr)
            soak.stop(signals[len(cycles) % 2])
            soak.start()
        soak.over.set()
        for thread in threads:
            thread.join()
        soak.over.clear()
        # Once more without interruption, so that its result is known.
        wait_for_imports(soak)
        first()
        check(soak)
        soak.stop(signal.SIGTERM)
    settled = next((memory for at, memory in cycles if at >= SETTLED), cycles[0][1])
    last = cycles[-1][1]
    if last > 1.1 * settled:
        soak.fail(f"resident memory grew from {settled / 1e6:.0f} to {last / 1e6:.0f} MB")
    report(soak, cycles, settled, last)
    sys.exit(1 if soak.errors else 0)


def wait_for_imports(soak):
    """Waits until imports that a restart interrupted are over."""
    while any(task["state"] not in ("done", "failed", "cancelled") for task in soak.send("GET", "/api/v1/tasks")[1]["tasks"]):
        time.sleep(0.5)


def report(soak, cycles, settled, last):
    """Prints the figures, and writes those of a whole run."""
    counts = ", ".join(f"{what}: {number(count)}" for what, count in sorted(soak.counts.items()))
    body = (
        f"{len(cycles)} cycles of {CYCLE} s, each after a SIGTERM or a SIGKILL in turn, with searches in all modes, pages, "
        f"writes of {BATCH} records, and imports of 2,000: {len(soak.errors)} errors. Answers by status: {counts}. "
        f"Resident memory at the end of a cycle: {number(settled / 1e6)} MB after five minutes, {number(last / 1e6)} MB at the end. "
        + ("" if soak.errors else "All records were as acknowledged.")
    )
    print(body)
    if MINUTES >= 30 and not soak.errors:
        results.write("Half an hour of reads, writes, imports and restarts", "make soak", body)


main()
