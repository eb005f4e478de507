"""A collection on a cluster of Qdrant, and the servers of it, for the drivers that measure them."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from . import inputs, paths, qdrant, server

NAME = "cluster"
BASE = f"/api/v1/collections/{NAME}"
# How long the servers let a query wait for a core.
QUERY_WAIT_MS = 2_000
# Later versions of a record have only so many words of a text, so that encoding them leaves processor
# time for searches and for Qdrant.
WORDS = 20


def parser(about):
    """A parser of the options, with the one that all drivers have."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--qdrant", required=True, metavar="FILE", type=executable, help="Qdrant's server")
    return options


def executable(path):
    """The path of an existing file."""
    file = Path(path).resolve()
    if not file.is_file():
        raise argparse.ArgumentTypeError(f"{path} is not a file. --qdrant, or QDRANT of make, is the path of Qdrant's server")
    return file


class Records:
    """The records of the file, and those that are written."""

    def __init__(self):
        # The bundled sample, if the start-ups are not there.
        file = paths.STARTUPS if paths.STARTUPS.exists() else paths.ROOT / "server/sample/startups.jsonl"
        self.startups = list(inputs.lines(file))
        # Without characters that have a meaning in a query, or that divide words.
        self.words = [word for one in self.startups for word in one["description"].split() if word.isalnum()]

    def make(self, at, version):
        """A version of a record, always the same. Those of the file have version 0."""
        about = self.startups[(at + 7_919 * version) % len(self.startups)]
        text = about["description"] if version == 0 else " ".join(about["description"].split()[:WORDS])
        return {**about, "id": str(at), "description": text, "version": version}

    def copy_to(self, folder, count, *options):
        """Indexes the first records, and copies them to Qdrant."""
        count = min(count, len(self.startups))
        file = folder / "records.jsonl"
        file.write_text("".join(json.dumps(self.make(at, 0)) + "\n" for at in range(count)), encoding="utf-8")
        here = ["--data-dir", folder / "data"]
        roles = ["--id", "id", "--title", "name", "--text", "description", "--facet", "city"]
        parallax("index", file, "--collection", NAME, *roles, *here)
        parallax("copy", NAME, "--to", "qdrant", *options, *here)
        return count


def parallax(*arguments):
    """Runs a command."""
    subprocess.run([paths.PARALLAX, *arguments], check=True, stdout=sys.stderr)


def serve(folder, urls, *before):
    """A server of what is on the cluster. It has its own data folder, with nothing in it. Because all
    processes share the cores, a query may wait longer than usual before it is refused."""
    command = [*before, paths.PARALLAX, "serve", "--backend", "qdrant", "--qdrant-url", urls]
    command += ["--addr", "127.0.0.1:{port}", "--data-dir", folder]
    patient = {"PARALLAX_POOL_QUERY_WAIT_MS": str(QUERY_WAIT_MS)}
    return server.Server(command, "/readyz", patient, patience=120, port=qdrant.port())
