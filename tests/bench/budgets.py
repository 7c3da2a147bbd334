"""The budgets: ceilings for every function, and what each one may use of them."""

import json

from paths import ROOT
from say import Failure

FILE = ROOT / "tests" / "bench" / "budgets.json"

# Instructions vary a little from run to run (hash seeds, addresses in logs).
TOLERANCE = 1.03

# What a function's own budget leaves above what was measured when it was set.
ROOM = 1.08

# Nothing may pass these, whatever its own budget says. Bytes, instructions, KiB.
CEILINGS = {
    "stripped": 7_000_000,
    "zipped": 3_000_000,
    "peak_kb": 7 * 1024,
    "start_instructions": 2_000_000,
    "warm_instructions": 1_200_000,
}

# The first call of a function with callers verifies an ES256 signature, which is 0.76 M of
# instructions in ring wherever it is done; the ceiling is for what is ours.
ES256 = 800_000

# Functions that may pass a ceiling, and why.
EXCEPTIONS = {
    # Escapes 150 KB of text in its first call, and not again.
    "platform-get-openapi": {"start_instructions": 3_600_000},
    # A decision and a whole payment in one call.
    "platform-review-payment": {"start_instructions": 3_200_000, "warm_instructions": 1_400_000},
    # Nobody waits for these. Each minute twenty shards are asked what is due.
    "workers-retry-deliveries": {"start_instructions": 3_100_000, "warm_instructions": 2_500_000},
    # Whole journals, and a month of events, are read.
    "workers-audit-ledger": {"warm_instructions": 1_400_000},
    "operators-republish-events": {"warm_instructions": 1_500_000},
    # Run once per tenant: 18 trips, and it makes the deployment's keys.
    "operators-provision-tenant": {"start_instructions": 3_700_000, "warm_instructions": 3_000_000},
}

_SIZES = ("stripped", "zipped")
_COUNTS = ("start_instructions", "warm_instructions")
_EXACT = ("init_requests", "requests", "read_units", "write_units")


def load():
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def passed(name, measured, budgets):
    """A sentence per budget that a function has passed."""
    own = budgets.get(name, {})
    found = []
    for key, ceiling in CEILINGS.items():
        if key not in measured:
            continue
        if key == "start_instructions" and measured["verifies"]:
            ceiling += ES256
        ceiling = EXCEPTIONS.get(name, {}).get(key, ceiling)
        limit = min(own.get(key, ceiling), ceiling)
        if measured[key] > limit * (TOLERANCE if key in _COUNTS else 1):
            found.append(f"{name}: {key} is {measured[key]:,}, the budget {limit:,}")
    for key in _EXACT:
        if key in own and _grown(measured[key], own[key]):
            found.append(f"{name}: {key} is {measured[key]}, the budget {own[key]}")
    return found


def _grown(now, budget):
    """Whether units, or any operation's requests, are more than the budget."""
    if isinstance(now, dict):
        return any(count > budget.get(operation, 0) for operation, count in now.items())
    return now > budget


def accept(results):
    """Sets the functions' own budgets to what was measured, with some room. Ceilings stay."""
    budgets = load()
    for name, measured in results.items():
        own = budgets.setdefault(name, {})
        own |= {
            key: _rounded(measured[key] * ROOM) for key in (*_SIZES, *_COUNTS) if key in measured
        }
        own |= {key: measured[key] for key in _EXACT}
    lines = [f"{json.dumps(name)}: {json.dumps(own)}" for name, own in sorted(budgets.items())]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def hold(results):
    budgets = load()
    found = [line for name, one in results.items() for line in passed(name, one, budgets)]
    if found:
        raise Failure("over budget:\n  " + "\n  ".join(found))


def _rounded(value):
    return int(-(-value // 10_000) * 10_000)
