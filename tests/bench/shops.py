"""Tenants with endpoints, and any number of deliveries to them, for the sender's figures.

Tenants and endpoints are made by the functions that make them; so is the first delivery and its
message. The others are copies of these two with ids of their own.
"""

import json
import uuid

from cases import case_of
from world import World

STEPS = (
    ("operators-provision-tenant", {
        "TENANT_ID": "tenant_id", "CLIENT_ID": "client_id", "CLIENT_SECRET": "client_secret",
    }),
    ("platform-create-access-token", {"ACCESS_TOKEN": "data.access_token"}),
)
ENDPOINT = ("platform-put-webhook-endpoint", {
    "WEBHOOK_ENDPOINT_ID": "data.id", "WEBHOOK_SECRET": "data.secret",
})

# All functions that these steps run, the sender included.
FUNCTIONS = (
    "operators-provision-tenant", "operators-put-merchant-account", "platform-create-access-token",
    "platform-create-user", "platform-put-webhook-endpoint", "platform-create-card-payment-link",
    "hosted-tokenize-card", "workers-publish-events", "workers-fan-out-event",
    "workers-deliver-webhook",
)


class Shop:
    """One tenant and its endpoint."""

    def __init__(self, tenant, endpoint, secret):
        self.tenant, self.endpoint, self.secret = tenant, endpoint, secret


class Street:
    """A world with shops in it, each with an endpoint at one of `urls`."""

    def __init__(self, binary, logs, urls, environment=None):
        self.world = World(binary, logs, environment=environment)
        self.world.prepare("workers-deliver-webhook", case_of("workers-deliver-webhook"))
        self._event = self.world.facts["EVENT_ID"]
        self._first = self._shop()
        [message] = [body for queue, body in self.world.aws.queued if queue == "webhook-delivery"]
        self._message = message
        items = self.world.aws.table.items.values()
        self._items = [json.dumps(item) for item in items if _is_delivery(item)]
        self.shops = [self._open(url) for url in urls]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.world.stop()

    def _shop(self):
        facts = self.world.facts
        return Shop(facts["TENANT_ID"], facts["WEBHOOK_ENDPOINT_ID"], facts["WEBHOOK_SECRET"])

    def _open(self, url):
        for name, facts in STEPS:
            self.world.step(name, facts)
        self.world.receiver_url = url
        self.world.step(*ENDPOINT)
        return self._shop()

    def delivery(self, shop):
        """Writes down one more delivery to a shop; answers its event's id and its message."""
        event = self._event[:24] + uuid.uuid4().hex[:12]
        names = ((self._event, event), (self._first.tenant, shop.tenant),
                 (self._first.endpoint, shop.endpoint))
        for text in self._items:
            self.world.aws.keep(json.loads(_renamed(text, names)))
        return event, _renamed(self._message, names)

    def deliveries(self):
        """Where all deliveries of the shops stand, by event."""
        shops = {shop.tenant for shop in self.shops}
        found = {}
        for item in self.world.aws.table.items.values():
            if _is_delivery(item) and item["pk"]["S"].split("#")[1] in shops:
                found[item["sk"]["S"].split("#")[0]] = item
        return found


def _is_delivery(item):
    return item["pk"]["S"].startswith("delivery#")


def _renamed(text, names):
    for old, new in names:
        text = text.replace(old, new)
    return text
