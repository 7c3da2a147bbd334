"""The sender against a plain one: deliveries per second of processor time, and of wall time.

Both get the same deliveries to ten https receivers, which answer at once or take their time. Ours
gets batches of ten, as its queue hands them over. The plain one (baselines/plain-sender) makes the
same reads and writes for one message per invocation, and a connection of its own for each. Wall
time is that of one sandbox: what one unit of concurrency gets done.
"""

import json
import threading
import time

import binaries
import shops
import tls
from runtime import Bootstrap
from say import Failure, Step
from wire import Server

# Deliveries per second of processor time, ours to the plain one's.
LEAST_RATIO = 2.0

RECEIVERS = 10
BATCH = 10

# What receivers take to answer, and how many batches and single messages are measured then.
CASES_MS = ((0, 60, 300), (50, 40, 120), (500, 12, 24))


def figures(binary=binaries.path):
    """By delay of the receivers: what both senders get done."""
    plain = binaries.baseline("plain-sender")
    context, root = tls.server()
    environment = {"WEBHOOK_CA_BUNDLE": root}
    found = {}
    with Step("measuring the sender"):
        for delay_ms, batches, singles in CASES_MS:
            receivers = [Receiver(context, delay_ms) for _ in range(RECEIVERS)]
            urls = [f"{receiver.url}/webhooks" for receiver in receivers]
            with shops.Street(binary, binaries.LOGS, urls, environment) as street:
                with street.world.start("workers-deliver-webhook") as ours:
                    calls = [_batch(street, BATCH) for _ in range(batches + 1)]
                    sent = _measure(ours, calls, receivers, BATCH)
                _all_succeeded(street)
                variables = {**street.world.environment, "WEBHOOK_SECRET": street.shops[0].secret}
                log = binaries.LOGS / "plain-sender.log"
                with Bootstrap(plain, variables, log) as theirs:
                    calls = [[_plain(street, number)] for number in range(singles + 1)]
                    compared = _measure(theirs, calls, receivers, 1)
                _all_succeeded(street)
            for receiver in receivers:
                receiver.stop()
            found[delay_ms] = {"ours": sent, "plain": compared}
    return found


class Receiver(Server):
    """Takes webhooks over TLS, and its time; counts them."""

    def __init__(self, context, delay_ms):
        self.taken = 0
        self._delay_s = delay_ms / 1000
        self._count = threading.Lock()
        super().__init__(self._take, context)

    def _take(self, _request):
        time.sleep(self._delay_s)
        with self._count:
            self.taken += 1
        return 200, {}, b"thanks"


def _batch(street, size):
    """The messages of new deliveries, one to each shop in turn."""
    return [street.delivery(street.shops[at % len(street.shops)])[1] for at in range(size)]


def _plain(street, number):
    """The plain sender's message: where its records are."""
    shop = street.shops[number % len(street.shops)]
    event, _ = street.delivery(shop)
    delivery = street.deliveries()[event]
    [endpoint] = [
        item for item in street.world.aws.table.items.values()
        if item["pk"]["S"].startswith(f"endpoint#{shop.tenant}#") and "url" in item
    ]
    keys = [{name: item[name]["S"] for name in ("pk", "sk")} for item in (delivery, endpoint)]
    return json.dumps({"id": event, "delivery": keys[0], "endpoint": keys[1]})


def _measure(bootstrap, calls, receivers, size):
    """Works off all calls; the first one warms up and is not counted."""
    for receiver in receivers:
        receiver.taken = 0
    first, *rest = calls
    _call(bootstrap, first)
    cpu_s, began = bootstrap.cpu_s(), time.perf_counter()
    for bodies in rest:
        _call(bootstrap, bodies)
    cpu_s, wall_s = bootstrap.cpu_s() - cpu_s, time.perf_counter() - began
    sent = len(rest) * size
    taken = sum(receiver.taken for receiver in receivers)
    if taken != sent + size:
        raise Failure(f"{sent + size} deliveries were to be made, and {taken} arrived.")
    return {
        "deliveries": sent, "per_cpu_s": sent / cpu_s, "per_wall_s": sent / wall_s,
        "peak_kb": bootstrap.peak_kb(),
    }


def _call(bootstrap, bodies):
    answer = bootstrap.call_batch(bodies)
    if answer.failed or answer.json()["batchItemFailures"]:
        raise Failure(f"{bootstrap.name} answered {answer.text[:300]}")


def _all_succeeded(street):
    unlike = {item["st"]["S"] for item in street.deliveries().values()} - {"succeeded"}
    if unlike:
        raise Failure(f"Deliveries have ended as {', '.join(sorted(unlike))}.")


def ratio(one):
    return one["ours"]["per_cpu_s"] / one["plain"]["per_cpu_s"]


def table(found):
    lines = [
        "| receivers answer after | deliveries per CPU second: ours, plain | ratio "
        "| per wall second of one sandbox | peak MB |",
        "|---|---|---|---|---|",
    ]
    for delay_ms, one in found.items():
        ours, plain = one["ours"], one["plain"]
        lines.append(
            f"| {delay_ms} ms | {ours['per_cpu_s']:.0f}, {plain['per_cpu_s']:.0f} "
            f"| {ratio(one):.1f} | {ours['per_wall_s']:.0f}, {plain['per_wall_s']:.0f} "
            f"| {ours['peak_kb'] / 1024:.1f}, {plain['peak_kb'] / 1024:.1f} |"
        )
    return "\n".join(lines) + "\n"


def hold(found):
    """Fails where the sender is less than twice as good as the plain one."""
    for delay_ms, one in found.items():
        if ratio(one) < LEAST_RATIO:
            raise Failure(
                f"With receivers that answer after {delay_ms} ms the sender makes only "
                f"{ratio(one):.1f} times the deliveries of a plain one per second of processor time."
            )
