"""Weighs the built page: what a browser loads of it. `make bench-page`.

`--write` also writes the tables into the section "Weight" of benches/PAGE.md.
"""

import json
import re
import sys
from pathlib import Path

from measure import figures, paths

PAGE = paths.ROOT / "benches" / "PAGE.md"
PKG = paths.TARGET / "site" / "pkg"
# The hash in a file's name: 22 characters of base64.
HASH = re.compile(r"\.[A-Za-z0-9_-]{22}(?=\.|$)")
# What the browser loads of the package for any page.
SHARED = ("parallax.wasm", "parallax.js", "__wasm_split.js", "parallax.css")
# The most that the WebAssembly which every page loads should weigh, compressed with Brotli.
LIMIT = 250_000
# Between these lines of PAGE.md, everything is written by this program.
BEGIN, END = "<!-- weight: begin -->", "<!-- weight: end -->"


def main():
    table = figures.markdown(["file", "bytes", "gzip", "Brotli", "loaded"], rows())
    weight = compressed(found("parallax.wasm"), "br")
    verdict = "within" if weight <= LIMIT else "above"
    said = (
        f"The WebAssembly that the search page loads before it can be used is `parallax.wasm`: "
        f"{weight:,} bytes, {verdict} the limit of {LIMIT:,}."
    )
    body = f"{said}\n\n{table}"
    print(body)
    if "--write" in sys.argv[1:]:
        write(body)


def rows():
    for name in SHARED:
        yield row(name, "for every page")
    users = {}
    for page, parts in pages().items():
        for part in parts:
            users.setdefault(part, []).append(page)
    for part, by in sorted(users.items()):
        yield row(f"{part}.wasm", "for " + ", ".join(sorted(by)))


def row(name, loaded):
    file = found(name)
    sizes = [file.stat().st_size, compressed(file, "gz"), compressed(file, "br")]
    return [f"`{HASH.sub('', name)}`", *(f"{size:,}" for size in sizes), loaded]


def pages():
    """The files of each page or part that has some of its own, without extension."""
    return json.loads(found("__wasm_split_manifest.json").read_text(encoding="utf-8"))


def found(name):
    """The built file with this name, with or without its hash."""
    files = [file for file in PKG.iterdir() if name in (file.name, HASH.sub("", file.name))]
    if len(files) != 1:
        sys.exit(f"page_weight: {len(files)} files are called {name} in {PKG}; build with `make build`")
    return files[0]


def compressed(file, extension):
    """The size that the server sends: page-build compresses each file that this makes smaller."""
    copy = Path(f"{file}.{extension}")
    return (copy if copy.exists() else file).stat().st_size


def write(body):
    text = PAGE.read_text(encoding="utf-8")
    begin, end = text.find(BEGIN), text.find(END)
    if not 0 <= begin < end:
        sys.exit(f"page_weight: {PAGE} has no lines {BEGIN} and {END}")
    before, after = text[: begin + len(BEGIN)], text[end:]
    PAGE.write_text(f"{before}\n{body}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
