"""Runs the blocks of shell in the READMEs that are marked with `<!-- run -->`, as they are printed.

Those of one file run in one shell, in their order, against the running stack. Each has to end well,
and whatever the API answers has to be a success.
"""

import re
import subprocess

from paths import ROOT, STACK
from say import Failure
from surroundings import plain

_BLOCK = re.compile(r"<!-- run -->\n```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What answers say of themselves, on the platform surface and on the payments surface.
_STATUS = re.compile(r'"status_code": *(\d+)|"success": *(true|false)')
_FINE = (("200", ""), ("", "true"))
_FOLDERS = ("functions", "shared", "events", "tests")


def files():
    """The README of the project and those of its folders."""
    below = (path for folder in _FOLDERS for path in (ROOT / folder).rglob("README.md"))
    return [ROOT / "README.md", *sorted(below)]


def run():
    """Raises a failure that names the block and shows what it said."""
    blocks = 0
    for path in files():
        text = path.read_text()
        found = list(_BLOCK.finditer(text))
        blocks += len(found)
        if found:
            _run_one(path.relative_to(ROOT), [
                (text.count("\n", 0, block.start(1)) + 1, block.group(1)) for block in found
            ])
    if not blocks:
        raise Failure("No README has a block that is marked to be run.")


def _run_one(name, blocks):
    script = STACK / "readme.sh"
    parts = ["set -eu -o pipefail\n"]
    parts += [f"echo; echo '=== {name}:{line}'\n{block}" for line, block in blocks]
    script.write_text("".join(parts))
    shell = ["bash", str(script)]
    done = subprocess.run(
        shell, cwd=ROOT, env=plain(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=3600,
    )
    sections = done.stdout.split("\n=== ")
    refused = [part for part in sections if any(one not in _FINE for one in _STATUS.findall(part))]
    if done.returncode or refused:
        shown = refused[0] if refused else sections[-1]
        raise Failure(f"A block of a README does not do what it says: {shown[:1500]}")
    if not _STATUS.search(done.stdout):
        raise Failure(f"The blocks of {name} have asked the API nothing.")
