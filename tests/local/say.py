"""How the local stack talks: progress with elapsed time, and failures as one sentence."""

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager


class Failure(Exception):
    """One clear sentence for the person at the terminal."""


class Faults:
    """The failures of steps that keep none of the others from running."""

    def __init__(self):
        self.sentences = []

    @contextmanager
    def kept(self):
        """Warns of a failure inside and goes on behind it."""
        try:
            yield
        except Failure as failure:
            warn(failure)
            self.sentences.append(str(failure))

    def tell(self):
        """Fails with all sentences, if there are any."""
        if self.sentences:
            raise Failure("\n".join(self.sentences))


class Step:
    """Prints a line when a step begins and its time when it ends; long steps show signs of life."""

    def __init__(self, name, hint="", every_s=15):
        self.name = name
        self.hint = hint
        self.every_s = every_s
        self.detail = ""
        self.done = threading.Event()

    def __enter__(self):
        self.began = time.monotonic()
        print(f"{self.name}{f' ({self.hint})' if self.hint else ''} ...", flush=True)
        self.thread = threading.Thread(target=self._tick, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind, _value, _traceback):
        self.done.set()
        self.thread.join()
        if kind is None:
            print(f"{self.name}: done in {self.elapsed():.1f} s", flush=True)

    def elapsed(self):
        return time.monotonic() - self.began

    def _tick(self):
        while not self.done.wait(self.every_s):
            detail = f", {self.detail}" if self.detail else ""
            print(f"  {self.name}: {self.elapsed():.0f} s{detail}", flush=True)


def warn(sentence):
    print(f"paylink: {sentence}", file=sys.stderr, flush=True)


def wait(process):
    """Waits for a process that leads a group; ends the whole group when we are interrupted.

    Without a group of its own it would get Ctrl-C at the same time as we do, and die noisily.
    """
    try:
        return process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
