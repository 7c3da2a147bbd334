"""Runs the tests many times and says which of them failed in any run.

A test that passes on one machine and fails on a slower one, or once in fifty runs, is no test. This
makes a slow machine out of a fast one: fewer processors (`--cores`), others that want them
(`--busy`), and a running stack that is late on purpose (`--late`).
"""

import os
import subprocess
import sys
from collections import defaultdict
from contextlib import contextmanager

from paths import ROOT
from say import Failure, Step
from surroundings import for_tests, plain

LOGS = ROOT / "target" / "repeat"

# Of what a test says when it fails, as much as a line at the end can tell.
MAX_LINES, MAX_REASON = 4, 400

BUSY_LOOP = "while True: pass"


def run(programs, runs, filters=(), skip=(), cores=None, busy=0, threads=None,
        before_each=lambda: None):
    """Runs each program, as (name, path, folder), so many times; fails if any test ever did."""
    LOGS.mkdir(parents=True, exist_ok=True)
    failed = defaultdict(list)
    with _narrowed(cores), _loops(busy):
        for number in range(1, runs + 1):
            before_each()
            with Step(f"run {number} of {runs}", every_s=60):
                for name, path, folder in programs:
                    command = [str(path), *filters]
                    for word in skip:
                        command += ["--skip", word]
                    if threads:
                        command += ["--test-threads", str(threads)]
                    for test in _once(command, folder, LOGS / f"{number}-{name}.log"):
                        failed[test].append(number)
                        print(f"  {test}", flush=True)
    tell(failed, runs)
    if failed:
        raise Failure(f"Not every test passed {runs} times; what they said stands in {LOGS}.")


def tell(failed, runs):
    """A line for each test that failed in any run, the most frequent first."""
    for test, numbers in sorted(failed.items(), key=lambda row: (-len(row[1]), row[0])):
        which = ", ".join(map(str, numbers))
        print(f"{test}: failed in {len(numbers)} of {runs} runs ({which})")
    if not failed:
        print(f"Every test passed {runs} times.")


def _once(command, folder, log):
    """The tests that failed in one run; what was said is kept only then."""
    with log.open("w") as said:
        code = subprocess.run(
            ["nice", "-n", "10", *command], cwd=folder, env=for_tests(), stdout=said, stderr=said
        ).returncode
    names = broken(log.read_text(errors="replace").splitlines(), code)
    if not names:
        log.unlink()
    return names


def told_failed(lines):
    """The tests whose own lines say that they failed."""
    failed = [line for line in lines if line.startswith("test ") and "FAILED" in line]
    return sorted({line.split()[1] for line in failed if " ... " in line})


def broken(lines, code):
    """The tests that a run's lines tell of; a run that ended otherwise is told as a whole."""
    names = set(told_failed(lines))
    # The summary names those whose line something else was written into.
    listed = False
    for line in lines:
        listed = line == "failures:" or listed and line.startswith("    ")
        if listed and line.startswith("    ") and "::" in line:
            names.add(line.strip())
    if code and not names:
        names.add(f"(the whole program ended with {code})")
    return sorted(names)


def reasons(lines):
    """Of each test that failed: its name, and where and over what it ended, in one line."""
    said = dict.fromkeys(told_failed(lines), "")
    name, words = None, []
    for line in lines:
        if line.startswith("---- ") and line.endswith(" stdout ----"):
            name, words = line.split()[1], []
        elif name and "panicked at " in line:
            words = [line.split("panicked at ", 1)[1]]
        elif line.startswith(("note: ", "stack backtrace", "failures:")):
            name = None
        elif name and 0 < len(words) <= MAX_LINES:
            words.append(line.strip())
        if name and words:
            said[name] = " ".join(words)[:MAX_REASON].strip()
    return said


@contextmanager
def _narrowed(cores):
    """Lets everything that is started meanwhile have so many processors."""
    before = os.sched_getaffinity(0)
    if cores:
        os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def _loops(count):
    """Has so many programs beside the tests that want all the time they can get."""
    command = [sys.executable, "-E", "-s", "-c", BUSY_LOOP]
    loops = [subprocess.Popen(command, env=plain()) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
