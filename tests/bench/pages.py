"""A receiver that never answers, in an account with room for ten executions: what buyers see of it.

The real sender and the real page share the account's ten places. The queue hands out batches to
as many senders as `SenderConcurrency` allows; a page that finds no place is throttled, which the
gateway answers with an error.
"""

import queue
import threading
import time

import binaries
import shops
from say import Failure, Step
from wire import Server

# What a new account has.
LIMIT = 10

# As many senders as places, and what the deploy guide says for such an account.
SENDERS = (LIMIT, 4)

# Pages opened a second, and for how long.
RATE, SECONDS = 20, 15

PAGE = "hosted-show-payment-page"
SENDER = "workers-deliver-webhook"


def figures(binary=binaries.path):
    """By `SenderConcurrency`: pages opened, and how many of them were answered."""
    found = {}
    for senders in SENDERS:
        silence = threading.Event()
        silent = Server(lambda _request: silence.wait() and None)
        with shops.Street(binary, binaries.LOGS, [f"{silent.url}/"]) as street, \
                Step(f"a silent receiver, at most {senders} senders"):
            found[senders] = _open_pages(street, senders)
        silence.set()
        silent.stop()
    return found


def _open_pages(street, senders):
    places = threading.Semaphore(LIMIT)
    world, [shop] = street.world, street.shops
    event = world.event(PAGE)
    pages = [world.start(PAGE) for _ in range(LIMIT)]
    for page in pages:
        page.call(event)
    hanging = [world.start(SENDER) for _ in range(senders)]
    busy = threading.Barrier(senders + 1)
    for sender in hanging:
        batch = [street.delivery(shop)[1] for _ in range(10)]
        args = (sender, batch, places, busy)
        threading.Thread(target=_hang, args=args, daemon=True).start()
    busy.wait()
    free, answers = queue.SimpleQueue(), []
    for page in pages:
        free.put(page)
    opens = [threading.Thread(target=_open, args=(free, places, event, answers))
             for _ in range(RATE * SECONDS)]
    began = time.monotonic()
    for number, one in enumerate(opens):
        time.sleep(max(0, began + number / RATE - time.monotonic()))
        one.start()
    for one in opens:
        one.join()
    for bootstrap in (*hanging, *pages):
        bootstrap.kill()
        bootstrap.stop()
    return {"opened": len(opens), "answered": answers.count(200)}


def _hang(sender, batch, places, busy):
    """A sender that works until the receiver has run out of time; then it gets the next batch."""
    places.acquire()
    busy.wait()
    try:
        while True:
            sender.call_batch(batch)
    except Failure:
        # Ended while it was at it: the bench is over.
        places.release()


def _open(free, places, event, answers):
    if not places.acquire(blocking=False):
        answers.append(429)
        return
    page = free.get()
    try:
        answers.append(page.call(event).json()["statusCode"])
    finally:
        free.put(page)
        places.release()


def table(found):
    lines = [
        "| `SenderConcurrency` | places of the account | pages opened | answered |",
        "|---|---|---|---|",
    ]
    for senders, one in found.items():
        lines.append(f"| {senders} | {LIMIT} | {one['opened']} | {one['answered']} |")
    return "\n".join(lines) + "\n"


def hold(found):
    """Fails where a silent receiver takes the pages' places."""
    one = found[SENDERS[-1]]
    if one["answered"] < one["opened"]:
        raise Failure(
            f"With {SENDERS[-1]} senders of {LIMIT} places, {one['opened'] - one['answered']} of "
            f"{one['opened']} pages were not answered."
        )
