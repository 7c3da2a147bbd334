"""The budgets: one rule for what every function may weigh and use, and what each one may ask of AWS.

Ceilings follow from what a function does: a token that is verified, a key that is opened, services,
trips. Requests and units are each function's own, in budgets.json.
"""

import json

from paths import ROOT
from say import Failure

FILE = ROOT / "tests" / "bench" / "budgets.json"

# Instructions vary a little from run to run (hash seeds, addresses in logs).
TOLERANCE = 1.03

# What `platform-create-card-payment-link` may use: a verified token, a key from KMS, four trips to
# the table, two of them in the call. Bytes, instructions, KiB.
CEILINGS = {
    "stripped": 7_900_000,
    "zipped": 3_500_000,
    "peak_kb": 8_704,
    "start_instructions": 5_300_000,
    "warm_instructions": 1_550_000,
}
START_TRIPS = 4
CALL_TRIPS = 2

# One trip: the SDK's own way through a call, two thirds of it a signature and its hashes.
TRIP = 400_000

# A client of KMS, and the call that opens a key.
KMS = 900_000

# An ES256 signature is verified in the first call, and not again while its token lasts.
ES256 = 760_000

# A client of one more service than the table and KMS: its crate, and what its first use costs.
SERVICE = {"stripped": 500_000, "zipped": 200_000, "peak_kb": 512, "start_instructions": 450_000}

# A function without AWS has no client at all.
NO_AWS = {
    "stripped": 3_000_000,
    "zipped": 1_400_000,
    "peak_kb": 5_120,
    "start_instructions": 1_100_000,
    "warm_instructions": 400_000,
}

# A description of a surface: 150 KB of text, every quote in it escaped on the way.
_DESCRIPTION = {"start_instructions": 8_700_000, "warm_instructions": 8_100_000}

# Functions that may pass a ceiling by the rule, and why.
EXCEPTIONS = {
    "platform-get-openapi": _DESCRIPTION,
    "payments-get-openapi": _DESCRIPTION,
    "links-get-openapi": _DESCRIPTION,
    # Moves money: a transaction of seven items, and every processor's code.
    "platform-create-payment": {
        "stripped": 8_300_000, "zipped": 3_600_000, "peak_kb": 9_216,
        "start_instructions": 5_900_000, "warm_instructions": 2_150_000,
    },
    # A batch of reads, the mark that the key was used, and a record of 3 KB to hash and sign.
    "payments-create-payment": {"start_instructions": 5_600_000, "warm_instructions": 2_150_000},
    # A password's hash takes 19 MiB and 0.12 billion instructions; that is its purpose. The second
    # takes fresh memory before the first's is given back.
    "links-login": {
        "peak_kb": 32_768, "start_instructions": 127_000_000, "warm_instructions": 124_000_000,
    },
    "links-accept-invitation": {
        "peak_kb": 49_152, "start_instructions": 127_000_000, "warm_instructions": 124_000_000,
    },
    # One transaction of counters against floods, a checkout with its lines, and a payment.
    "links-start-checkout": {"start_instructions": 5_500_000, "warm_instructions": 2_850_000},
    # Writes an intent with its whole history twice, each 3 KB to hash and sign.
    "hosted-submit-payment": {"start_instructions": 5_600_000, "warm_instructions": 2_150_000},
    # Has a sender with authorities of its own, and a client of the queue that only retries use.
    "workers-deliver-webhook": {"start_instructions": 5_800_000},
    # Nobody waits for these. Five trips, two of which write an intent with its history.
    "workers-advance-payment": {"start_instructions": 5_500_000, "warm_instructions": 2_900_000},
    # Twenty shards are asked what is due, at once.
    "workers-retry-deliveries": {
        "peak_kb": 9_728, "start_instructions": 10_500_000, "warm_instructions": 8_900_000,
    },
    # Reads a month of events.
    "operators-republish-events": {"start_instructions": 7_200_000},
    # Run once per tenant: it makes the deployment's keys, one of them a pair to sign tokens with.
    "operators-provision-tenant": {
        "start_instructions": 12_500_000, "warm_instructions": 10_700_000,
    },
}

# Against the usual set-up of the SDK, measured in the same run.
RATIOS = {"start_instructions": 5, "zipped": 2}
COMPARED = "platform-create-card-payment-link"

_COUNTS = ("start_instructions", "warm_instructions")
_EXACT = ("init_requests", "requests", "read_units", "write_units")


def load():
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def ceilings(name, measured):
    """What a function may use, by what it does."""
    call = measured["requests"]
    start = _sum(measured["init_requests"], measured.get("first_requests", call))
    if not start and not call:
        return NO_AWS | EXCEPTIONS.get(name, {})
    limits = dict(CEILINGS)
    services = {request.split(".")[0] for request in (*start, *call)}
    for _ in services - {"dynamodb", "kms"}:
        for key, more in SERVICE.items():
            limits[key] += more
    keys = sum(count for request, count in start.items() if request.startswith("kms."))
    trips = sum(start.values()) - min(keys, 1)
    limits["start_instructions"] += TRIP * max(0, trips - START_TRIPS)
    limits["start_instructions"] -= 0 if keys else KMS
    limits["start_instructions"] -= 0 if measured["verifies"] else ES256
    limits["warm_instructions"] += TRIP * max(0, sum(call.values()) - CALL_TRIPS)
    return limits | EXCEPTIONS.get(name, {})


def passed(name, measured, budgets):
    """A sentence per budget that a function has passed."""
    own = budgets.get(name, {})
    found = []
    for key, limit in ceilings(name, measured).items():
        if key in measured and measured[key] > limit * (TOLERANCE if key in _COUNTS else 1):
            found.append(f"{name}: {key} is {measured[key]:,}, the budget {limit:,}")
    for key in _EXACT:
        if key in own and _grown(measured[key], own[key]):
            found.append(f"{name}: {key} is {measured[key]}, the budget {own[key]}")
    return found


def ratios(found):
    """How many times the usual set-up needs what ours needs: what, theirs, ours, times."""
    usual = found.get("baselines", {}).get("usual-sdk", {})
    ours = found["functions"].get(COMPARED, {})
    return [(key, usual[key], ours[key], usual[key] / ours[key])
            for key in RATIOS if key in usual and key in ours]


def accept(results):
    """Sets the functions' own requests and units to what was measured. Ceilings stay."""
    budgets = load()
    for name, measured in results.items():
        budgets[name] = {key: measured[key] for key in _EXACT}
    lines = [f"{json.dumps(name)}: {json.dumps(own)}" for name, own in sorted(budgets.items())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def hold(found):
    budgets = load()
    over = [line for name, one in found["functions"].items() for line in passed(name, one, budgets)]
    over += [f"{COMPARED}: {key} is {times:.1f} times better than usual, not {RATIOS[key]}"
             for key, _, _, times in ratios(found) if round(times, 1) < RATIOS[key]]
    if over:
        raise Failure("over budget:\n  " + "\n  ".join(over))


def _grown(now, budget):
    """Whether units, or any operation's requests, are more than the budget."""
    if isinstance(now, dict):
        return any(count > budget.get(operation, 0) for operation, count in now.items())
    return now > budget


def _sum(one, other):
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}
