"""Writes a driver's tables into a section of benches/RESULTS.md, or of another file."""

import os
import platform
import re
import subprocess
from datetime import date

from . import paths


def machine():
    """The processor, its cores and the memory, in one sentence."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1])
    name = model[1] if model else platform.machine()
    return f"{name}, {os.cpu_count()} cores, {memory / 2**20:.0f} GB, {platform.system()} {platform.release()}"


def revision():
    """The commit measured, and whether the work tree differs from it."""
    git = lambda *args: subprocess.run(["git", *args], cwd=paths.ROOT, capture_output=True, text=True).stdout.strip()
    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return git("rev-parse", "--short", "HEAD") + changed


def write(title, command, body, to=paths.RESULTS):
    """Replaces the section with this title, or appends it."""
    section = f"## {title}\n\n{date.today()}, commit {revision()}, {machine()}. `{command}`\n\n{body.strip()}\n"
    text = to.read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=## )", text)
    kept = [part for part in parts if not part.startswith(f"## {title}\n")]
    at = next((i for i, part in enumerate(parts) if part.startswith(f"## {title}\n")), len(kept))
    kept.insert(at, section)
    to.write_text("\n\n".join(part.strip() for part in kept) + "\n", encoding="utf-8")
