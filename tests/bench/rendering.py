"""What documents cost to render: time of the processor, size and memory of an invoice of one page, of
one in every script, and of one of ten pages. The program holds its own budgets, and makes sure that
a release build makes the same bytes as the tests' build."""

import subprocess

from paths import ROOT
from say import Failure, Step


def figures():
    """The program's lines, a document each."""
    with Step("rendering documents"):
        done = subprocess.run(
            ["cargo", "bench", "-q", "-p", "documents"], cwd=ROOT, capture_output=True, text=True
        )
    if done.returncode:
        raise Failure(f"Documents are rendered over their budget:\n{done.stdout}{done.stderr}")
    return [line for line in done.stdout.splitlines() if line.strip()]
