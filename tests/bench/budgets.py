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
    "stripped": 3_200_000,
    "zipped": 1_460_000,
    "peak_kb": 5_120,
    "start_instructions": 1_100_000,
    "warm_instructions": 400_000,
}

# A description of a surface: 150 KB of text, every quote in it escaped on the way.
_DESCRIPTION = {
    "stripped": 3_250_000, "start_instructions": 8_700_000, "warm_instructions": 8_100_000,
}

# Functions that may pass a ceiling by the rule, and why.
EXCEPTIONS = {
    "platform-get-openapi": _DESCRIPTION,
    "payments-get-openapi": _DESCRIPTION | {
        "start_instructions": 9_100_000, "warm_instructions": 8_500_000,
    },
    # The largest: two hundred kilobytes, most of them sentences.
    "links-get-openapi": {
        "stripped": 3_250_000, "start_instructions": 11_900_000, "warm_instructions": 11_300_000,
    },
    # Moves money: a transaction of seven items, and every processor's code.
    "platform-create-payment": {
        "stripped": 8_800_000, "zipped": 3_800_000, "peak_kb": 9_472,
        "start_instructions": 5_900_000, "warm_instructions": 2_150_000,
    },
    # Computes tax and asks every processor, without a link. Stripe's adapter, with connections by
    # public authorities, weighs 0.3 MB, and 0.15 MB zipped; here, and wherever cards are charged.
    "payments-create-charge": {"stripped": 9_100_000, "zipped": 4_000_000, "peak_kb": 9_216},
    # A record of who does it goes along.
    "links-retry-delivery": {"start_instructions": 4_800_000},
    # The link's picture and its lines, of which nothing is kept.
    "links-preview-payment-link": {"warm_instructions": 1_650_000},
    # The tables of taxes of every country, to check settings by.
    "links-update-organization-tax": {"stripped": 8_100_000},
    # Asks every processor.
    "links-refund-transaction": {"stripped": 8_500_000, "zipped": 3_700_000, "peak_kb": 9_216},
    # Lines, their tax, a session and a payment, in one transaction.
    "links-create-checkout": {
        "stripped": 8_200_000, "zipped": 3_600_000,
        "start_instructions": 6_600_000, "warm_instructions": 3_400_000,
    },
    # A page of 30 KB, filled in and hashed for its policy.
    "hosted-show-link-page": {"start_instructions": 4_200_000, "warm_instructions": 2_200_000},
    # Half a megabyte of text, hashed for its tag, every quote in it escaped on the way.
    "dashboard-show-docs": {
        "stripped": 3_600_000, "zipped": 1_500_000, "peak_kb": 10_240,
        "start_instructions": 36_000_000, "warm_instructions": 34_000_000,
    },
    # Has the whole app of the dashboard in it, with its twelve catalogues.
    "dashboard-get-dashboard-asset": {"stripped": 3_950_000, "zipped": 1_700_000},
    # A batch of reads, the mark that the key was used, and a record of 3 KB to hash and sign.
    "payments-create-payment": {
        "stripped": 8_000_000, "start_instructions": 5_600_000, "warm_instructions": 2_150_000,
    },
    # A password's hash takes 19 MiB and 0.12 billion instructions; that is its purpose. The second
    # takes fresh memory before the first's is given back.
    "links-login": {
        "peak_kb": 49_152, "start_instructions": 127_000_000, "warm_instructions": 124_000_000,
    },
    "links-accept-invitation": {
        "peak_kb": 49_152, "start_instructions": 127_000_000, "warm_instructions": 124_000_000,
    },
    "links-reauthenticate": {
        "peak_kb": 69_632, "start_instructions": 127_000_000, "warm_instructions": 124_000_000,
    },
    # The old password's hash, and the new one's.
    "links-change-password": {
        "peak_kb": 69_632, "start_instructions": 245_000_000, "warm_instructions": 241_000_000,
    },
    # Says how often what happened, and keeps names under the pepper to find payments by.
    "workers-count-statistics": {"stripped": 8_200_000},
    # Counts as the one above does, for a whole tenant, one trip after the other.
    "workers-recount-statistics": {"stripped": 8_200_000},
    # A page of 30 KB in the buyer's language, chosen, filled in and hashed for its policy.
    "hosted-show-payment-page": {"start_instructions": 5_000_000},
    # One transaction of counters against floods, a checkout with its lines, and a payment.
    "links-start-checkout": {
        "stripped": 8_200_000, "start_instructions": 5_500_000, "warm_instructions": 2_950_000,
    },
    # Computes tax, asks every processor, and writes an intent with its whole history twice, each
    # 3 KB to hash and sign.
    "hosted-submit-payment": {
        "stripped": 9_100_000, "zipped": 4_000_000, "peak_kb": 9_728,
        "start_instructions": 5_700_000, "warm_instructions": 2_400_000,
    },
    # Has a sender with authorities of its own, and a client of the queue that only retries use.
    "workers-deliver-webhook": {
        "stripped": 8_000_000, "peak_kb": 9_216, "start_instructions": 5_800_000,
    },
    # Nobody waits for these. Five trips, two of which write an intent with its history.
    "workers-advance-payment": {
        "stripped": 8_000_000, "start_instructions": 5_500_000, "warm_instructions": 2_900_000,
    },
    # Twenty shards are asked what is due, at once.
    "workers-retry-deliveries": {
        "peak_kb": 9_728, "start_instructions": 10_500_000, "warm_instructions": 8_900_000,
    },
    # Has the fonts of every script in it, and sets pages with them. No other function has room for
    # any of that: fonts alone would take each past its ceiling.
    "workers-render-document": {
        "stripped": 30_000_000, "zipped": 15_000_000, "peak_kb": 98_304,
        "start_instructions": 80_000_000, "warm_instructions": 60_000_000,
    },
    # Asks every processor, for charges and refunds, and has a client of the queue that only
    # accounts at Stripe use.
    "workers-reconcile-payments": {"stripped": 9_000_000, "zipped": 3_900_000, "peak_kb": 9_984},
    # Asks Stripe, and brings what it says to payments, refunds and disputes; the same client, for
    # events that Stripe did not send.
    "workers-read-stripe-object": {"stripped": 9_000_000, "zipped": 3_900_000, "peak_kb": 9_216},
    # Reads a month of events, of every kind of record, and what members, keys and operators did.
    "operators-republish-events": {
        "stripped": 8_200_000, "zipped": 3_540_000, "peak_kb": 9_472,
        "start_instructions": 18_600_000,
    },
    # Run once per tenant: it makes the deployment's keys, one of them a pair to sign tokens with.
    "operators-provision-tenant": {
        "start_instructions": 13_400_000, "warm_instructions": 11_700_000,
    },
}

# Against the usual set-up of the SDK, measured in the same run.
# Zipped it was 2 times better once. The linker keeps the exception tables of functions it drops, so
# each function carries those of all three surfaces, 1 MB of them (see shared/DECISIONS.md).
RATIOS = {"start_instructions": 5, "zipped": 1.9}
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
