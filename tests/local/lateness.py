"""How late a local stack is on purpose, to find tests that pass only at one pace.

What wakes by itself (queues, the stream, timers) waits a random time before it begins: with tests
that read too early it has not happened yet. Callers wait a random time before they are served and
another before they have the answer: by then what woke has happened already. Waiting costs no
processor. Off unless asked for; asked for again while the stack runs, it counts from the next call.
"""

import json
import os
import random
import secrets
import threading
import time
from collections import Counter

# Both in milliseconds; the second is a tenth of the first unless it is given.
WORKERS, ANSWERS, SEED = "PAYLINK_LATE", "PAYLINK_LATE_ANSWERS", "PAYLINK_LATE_SEED"

NONE = {"workers": 0, "answers": 0, "seed": 0}


def wanted(workers=None, answers=None, seed=None, given=None):
    """What is asked for by arguments, and where there are none, by the environment."""
    given = os.environ if given is None else given
    workers = int(given.get(WORKERS, "0")) if workers is None else workers
    if answers is None:
        answers = int(given[ANSWERS]) if ANSWERS in given else workers // 10
    if not workers and not answers:
        return NONE
    if seed is None:
        seed = int(given[SEED]) if SEED in given else secrets.randbelow(1_000_000)
    return {"workers": workers, "answers": answers, "seed": seed}


def tell(late):
    """A sentence for those who want to see it again."""
    return (f"Late on purpose: workers by up to {late['workers']} ms, calls and answers by up to "
            f"{late['answers']} ms each; {SEED}={late['seed']}.")


def ask(path, late):
    """Has the stack that looks into this file be so late from now on."""
    if late == NONE:
        path.unlink(missing_ok=True)
        return
    # A reader finds the whole file or none.
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(late))
    fresh.replace(path)


def asked(path):
    """What the stack that looks into this file is asked for."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return NONE


def is_woken(event):
    """Whether nobody waits for what this event begins: a queue, a stream or a rule sent it."""
    return isinstance(event, dict) and ("Records" in event or "detail-type" in event)


class Lateness:
    """Makes calls of functions as late as a file says at that moment."""

    def __init__(self, path, sleep=time.sleep):
        self.path = path
        self.sleep = sleep
        self.lock = threading.Lock()
        self.stamp = None
        self.late = NONE
        self.calls = Counter()

    def call(self, function, event, serve):
        """Serves a call of a function at its time, and answers at another."""
        late, number = self._next(function)
        if late == NONE:
            return serve()
        # The same for the same call of a function, in whatever order functions are called.
        chance = random.Random(f"{late['seed']} {function} {number}")
        if is_woken(event):
            self.sleep(chance.uniform(0, late["workers"]) / 1000)
            return serve()
        self.sleep(chance.uniform(0, late["answers"]) / 1000)
        answer = serve()
        self.sleep(chance.uniform(0, late["answers"]) / 1000)
        return answer

    def _next(self, function):
        """What is asked for, and the number of this call of the function since then."""
        try:
            stamp = self.path.stat().st_mtime_ns
        except FileNotFoundError:
            stamp = None
        with self.lock:
            if stamp != self.stamp:
                self.stamp, self.late = stamp, asked(self.path)
                self.calls.clear()
            self.calls[function] += 1
            return self.late, self.calls[function]
