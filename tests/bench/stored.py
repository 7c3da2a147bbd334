"""What a paid link leaves in the table, in bytes: for good, and until it is swept up (`ttl`).

Made by the functions that make it: a link is created, paid, published and delivered once. An item
that is swept up counts by the share of a month that it is there, DynamoDB's two days included; one
that stays longer counts whole. Backups hold the table without its indexes.
"""

import time

import binaries
from cases import case_of
from table import item_size
from world import STEPS, World

LINK = "platform-create-card-payment-link"
AFTERWARDS = ("hosted-submit-payment", "workers-publish-events", "workers-fan-out-event",
              "workers-deliver-webhook")

# DynamoDB keeps so many bytes more for each item, and for each of its copies in an index.
OVERHEAD = 100

DAY_S = 86_400
MONTH_DAYS = 30
# DynamoDB takes this long to delete what has expired, at most.
SWEEP_DAYS = 2

# Classes of keys that a link leaves nothing of: timers are gone when they were due, the simulator's
# books are a processor's, and how an endpoint fares is kept once for each endpoint.
NOT_ITS_OWN = ("timer", "simulator", "health")

# What an index holds of an item: all of it, or its keys.
WHOLE, KEYS_ONLY = ("gsi1", "gsi2"), ("gsi3", "gsi4")


def per_link():
    """Bytes of one link for a month: in the table and its indexes, and without the indexes."""
    with World(binaries.path, binaries.LOGS) as world:
        world.prepare(LINK, case_of(LINK))
        before = set(world.aws.table.items)
        made = dict(STEPS)
        for name in (LINK, "hosted-tokenize-card", *AFTERWARDS):
            world.step(name, made.get(name, {}))
        found = {"for good": 0, "for a while": 0, "backed up": 0}
        for key, item in world.aws.table.items.items():
            if key not in before and item["pk"]["S"].split("#")[0] not in NOT_ITS_OWN:
                share = _share_of_a_month(item)
                found["for a while" if "ttl" in item else "for good"] += share * _bytes(item)
                found["backed up"] += share * (item_size(item) + OVERHEAD)
    return found


def _share_of_a_month(item):
    if "ttl" not in item:
        return 1
    days = (int(item["ttl"]["N"]) - time.time()) / DAY_S + SWEEP_DAYS
    return min(1, max(0, days) / MONTH_DAYS)


def _bytes(item):
    whole = item_size(item) + OVERHEAD
    copies = sum(f"{index}pk" in item for index in WHOLE)
    keys = 0
    for index in KEYS_ONLY:
        if f"{index}pk" in item:
            names = ("pk", "sk", f"{index}pk", f"{index}sk")
            keys += item_size({name: item[name] for name in names}) + OVERHEAD
    return whole * (1 + copies) + keys
