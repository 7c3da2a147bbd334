"""One dead endpoint of twenty, with ten times the traffic: what it does to the others' delays.

The real sender, in as many processes as its queue may run at once, behind a queue that is fair as
SQS is: messages of a tenant that has many in flight wait until no quiet tenant has any. The same
traffic goes through three times: everybody alive, then the loud one silent (it takes connections
and never answers), then not there at all. A delay is the time from the message in the queue to the
request at the receiver.
"""

import heapq
import json
import re
import statistics
import threading
import time
from collections import Counter, deque

import binaries
import shops
from paths import ROOT
from say import Failure, Step
from wire import Server

LIVING = 19
# Messages per second of each living tenant, and of the loud one.
RATE, LOUD_RATE = 1, 10
SECONDS = 45

# Messages in a batch, and how many batches at once, as the template says.
BATCH = 10
_BATCH = re.compile(r"WebhooksToDeliver:.*?BatchSize: (\d+)", re.DOTALL)
_SENDERS = re.compile(r"SenderConcurrency:.*?Default: (\d+)", re.DOTALL)


# A tenant with this many messages in flight is loud. AWS does not say what its own rule is.
LOUD = 10

# The others may be this much later.
MAX_LATER = 1.10

# What a busy machine does to a delay anyway: less than this is no finding, in milliseconds.
NOISE_MS = 5

LOUD_ONES = ("is alive", "never answers", "is not there")


def figures(binary=binaries.path):
    """By what the loud tenant's server does: the living tenants' delays in milliseconds."""
    arrived = {}

    def take(request):
        arrived.setdefault(request.headers["webhook-id"], time.monotonic())
        return 200, {}, b"thanks"

    silence = threading.Event()
    alive, silent = Server(take), Server(lambda _request: silence.wait() and None)
    nobody = Server(take)
    nobody.stop()
    urls = [f"{alive.url}/"] * (LIVING + 1) + [f"{silent.url}/", f"{nobody.url}/"]
    found = {}
    with shops.Street(binary, binaries.LOGS, urls) as street, Senders(street) as senders:
        living, loud_ones = street.shops[:LIVING], street.shops[LIVING:]
        for how, loud in zip(LOUD_ONES, loud_ones):
            with Step(f"twenty tenants, the loud one {how}"):
                sent = senders.traffic(living, loud)
                delays = [(arrived.get(id, float("inf")) - at) * 1000 for id, at in sent]
                found[how] = {"delays": sorted(delays)}
            found[how]["most_busy"], senders.most_busy = senders.most_busy, 0
    silence.set()
    alive.stop()
    silent.stop()
    return found


class Senders:
    """The sender's processes, as many as may run at once, and their queue. All are warm: a start
    takes processor time, which here is everybody's and on AWS is nobody else's."""

    def __init__(self, street):
        self._street = street
        self._queue = FairQueue()
        workers = (ROOT / "functions" / "workers" / "template.yaml").read_text()
        batch = _BATCH.search(workers)[1]
        if int(batch) != BATCH:
            raise Failure(f"The template has batches of {batch} now, not of {BATCH}.")
        most = _SENDERS.search((ROOT / "template.yaml").read_text())[1]
        self._slots = threading.Semaphore(int(most))
        self._all = [street.world.start("workers-deliver-webhook") for _ in range(int(most))]
        for bootstrap in self._all:
            bootstrap.call_batch([street.delivery(shop)[1] for shop in street.shops[:2]])
        self._idle = list(self._all)
        self.most_busy = 0
        street.world.aws.on_message = self._on_message
        threading.Thread(target=self._poll, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._street.world.aws.on_message = None
        self._queue.close()
        for bootstrap in self._all:
            bootstrap.kill()
            bootstrap.stop()

    def traffic(self, living, loud):
        """Sends everybody's messages at their times; answers the living ones' (id, moment)."""
        times = [(n / LOUD_RATE, loud) for n in range(SECONDS * LOUD_RATE)]
        for number, shop in enumerate(living):
            times += [((n + number / len(living)) / RATE, shop) for n in range(SECONDS * RATE)]
        began, sent = time.monotonic(), []
        for after, shop in sorted(times, key=lambda one: one[0]):
            time.sleep(max(0, began + after - time.monotonic()))
            event, message = self._street.delivery(shop)
            if shop is not loud:
                sent.append((event, time.monotonic()))
            self._queue.put(message)
        self._queue.settle({shop.tenant for shop in living})
        return sent

    def _on_message(self, queue, body, delay_s):
        if queue == "webhook-delivery":
            self._queue.put(body, delay_s)

    def _poll(self):
        """Hands batches out while there are free slots, as the queue's mapping does."""
        while True:
            self._slots.acquire()
            batch = self._queue.take(BATCH)
            if batch is None:
                return
            threading.Thread(target=self._work, args=(batch,), daemon=True).start()

    def _work(self, batch):
        bootstrap = self._idle.pop()
        self.most_busy = max(self.most_busy, len(self._all) - len(self._idle))
        try:
            bootstrap.call_batch(batch)
            self._idle.append(bootstrap)
        except Failure:
            # Ended while it was at it: the bench is over.
            return
        finally:
            self._slots.release()
            self._queue.done(batch)


class FairQueue:
    """Quiet tenants first, oldest message first; delays as they are asked for."""

    def __init__(self):
        self._changed = threading.Condition()
        self._waiting = {}  # tenant: messages, oldest first, each with its number
        self._in_flight = Counter()
        self._delayed = []
        self._number = 0
        self._open = True

    def put(self, body, delay_s=0):
        with self._changed:
            self._number += 1
            heapq.heappush(self._delayed, (time.monotonic() + delay_s, self._number, body))
            self._changed.notify()

    def take(self, most):
        """The next batch as soon as there is one; nothing when the queue is closed."""
        with self._changed:
            while self._open:
                due = self._ripen()
                batch = []
                while len(batch) < most and (tenant := self._next()):
                    batch.append(self._waiting[tenant].popleft()[1])
                    self._in_flight[tenant] += 1
                if batch:
                    return batch
                self._changed.wait(due)
        return None

    def done(self, batch):
        with self._changed:
            for body in batch:
                self._in_flight[_tenant(body)] -= 1
            self._changed.notify_all()

    def settle(self, tenants):
        """Waits until nothing of these tenants is left; then forgets the others' messages."""
        with self._changed:
            while self._left(tenants):
                self._changed.wait(1)
            self._delayed, self._waiting = [], {}
            while sum(self._in_flight.values()):
                self._changed.wait(1)
                self._delayed, self._waiting = [], {}

    def _left(self, tenants):
        self._ripen()
        return any(self._in_flight[one] or self._waiting.get(one) for one in tenants)

    def close(self):
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def _ripen(self):
        """Moves what is due; answers the seconds until the next one is."""
        now = time.monotonic()
        while self._delayed and self._delayed[0][0] <= now:
            _, number, body = heapq.heappop(self._delayed)
            self._waiting.setdefault(_tenant(body), deque()).append((number, body))
        return self._delayed[0][0] - now if self._delayed else None

    def _next(self):
        waiting = [tenant for tenant, messages in self._waiting.items() if messages]
        order = lambda one: (self._in_flight[one] >= LOUD, self._waiting[one][0][0])  # noqa: E731
        return min(waiting, key=order, default=None)


def _tenant(body):
    return json.loads(body)["tenant"]


def _at(delays, percent):
    return delays[(len(delays) - 1) * percent // 100]


def table(found):
    lines = [
        f"| the loud one of {LIVING + 1} | delay of the others: mean | median | 95 % | most "
        "| busy sandboxes at most |",
        "|---|---|---|---|---|---|",
    ]
    for how, one in found.items():
        delays = one["delays"]
        cells = (statistics.fmean(delays), _at(delays, 50), _at(delays, 95), delays[-1])
        shown = " | ".join(f"{cell:.1f} ms" for cell in cells)
        lines.append(f"| {how} | {shown} | {one['most_busy']} |")
    return "\n".join(lines) + "\n"


def hold(found):
    """Fails where a dead endpoint delays the others."""
    usual = found[LOUD_ONES[0]]["delays"]
    for how, one in found.items():
        delays = one["delays"]
        for percent in (50, 95):
            least, now = _at(usual, percent), _at(delays, percent)
            if now > least * MAX_LATER and now - least > NOISE_MS:
                raise Failure(
                    f"With a loud endpoint that {how}, {percent} % of the others' deliveries take "
                    f"up to {now:.0f} ms; while it was alive, up to {least:.0f} ms."
                )
