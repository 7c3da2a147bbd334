"""What a paid link leaves in the table, in bytes: for good, and until it is swept up (`ttl`).

Made by the functions that make it: a link is created, paid, published and delivered once.
"""

import binaries
from cases import CASES
from table import item_size
from world import STEPS, World

LINK = "platform-create-card-payment-link"
AFTERWARDS = ("hosted-submit-payment", "workers-publish-events", "workers-fan-out-event",
              "workers-deliver-webhook")

# DynamoDB keeps so many bytes more for each item, and for each of its copies in an index.
OVERHEAD = 100


def per_link():
    """Bytes of one link, its copies in indexes included."""
    with World(binaries.path, binaries.LOGS) as world:
        world.prepare(LINK, CASES[LINK])
        before = set(world.aws.table.items)
        made = dict(STEPS)
        for name in (LINK, "hosted-tokenize-card", *AFTERWARDS):
            world.step(name, made.get(name, {}))
        found = {"for good": 0, "for a while": 0}
        for key, item in world.aws.table.items.items():
            if key not in before:
                found["for a while" if "ttl" in item else "for good"] += _bytes(item)
    return found


def _bytes(item):
    copies = 1 + sum(f"{index}pk" in item for index in ("gsi1", "gsi2"))
    return copies * (item_size(item) + OVERHEAD)
