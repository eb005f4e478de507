"""Where things are. Everything the benchmarks write is under target/bench."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target"
BENCH = TARGET / "bench"
PEERS = ROOT / "benches" / "peers"
RESULTS = ROOT / "benches" / "RESULTS.md"
PAGE = ROOT / "benches" / "PAGE.md"
PARALLAX = Path(os.environ.get("PARALLAX", TARGET / "release" / "parallax"))
DATA = Path(os.environ.get("PARALLAX_TEST_DATA", ROOT / "../shared/data")).resolve()
STARTUPS = DATA / "startups" / "startups_demo.json"
TITLES = DATA / "scale" / "reddit_titles_500k.jsonl.gz"


def model() -> Path:
    """The installed model: PARALLAX_TEST_MODEL, or where `parallax model` puts it."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    installed = Path(cache) / "parallax/models/all-MiniLM-L6-v2"
    return Path(os.environ.get("PARALLAX_TEST_MODEL", installed))
