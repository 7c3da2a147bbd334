"""The world before a function's event: made by running the functions that make it, for real.

The steps below run in order, each with its own event of `events/`, up to the function under
measurement: `platform-create-user` finds no user yet, `hosted-submit-payment` a link nobody has
paid.
"""

import json
import time

import events
from aws import Aws
from cases import ANY
from extras import EXTRAS, OWNER
from runtime import Bootstrap, queue_event
from say import Failure
from wire import Server

# Function, and what its answer tells: fact = path in the answer.
STEPS = (
    ("operators-provision-tenant", {
        "TENANT_ID": "tenant_id", "CLIENT_ID": "client_id", "CLIENT_SECRET": "client_secret",
        "API_KEY": "api_key",
    }),
    ("platform-create-access-token", {"ACCESS_TOKEN": "data.access_token"}),
    ("platform-create-user", {"USER_ID": "data.user_id"}),
    ("operators-put-merchant-account", {"MERCHANT_ACCOUNT_ID": "id"}),
    ("platform-put-webhook-endpoint", {
        "WEBHOOK_ENDPOINT_ID": "data.id", "WEBHOOK_SECRET": "data.secret",
    }),
    ("platform-create-card-payment-link", {
        "PAY_URL": "data.pay_url", "PAYMENT_INTENT_ID": "data.payment_intent_id",
    }),
    ("hosted-tokenize-card", {"CARD_TOKEN": "card_token"}),
    ("workers-publish-events", {}),
    ("workers-fan-out-event", {}),
)

CARD = "4242424242424242"
RECEIVERS = ("https://shop.example.com/webhooks", "https://shop.example.com/links-webhooks")


class World:
    """Services with what the steps left in them, and the facts that events need.

    `binary(name)` is the path of a function; logs go to `logs`/<name>.log. `environment` adds
    variables, or takes them away where it says None.
    """

    def __init__(self, binary, logs, tls=None, environment=None):
        self.binary, self.logs = binary, logs
        self.facts = dict(OWNER)
        self.card = CARD
        self.received = []  # (headers, body) of webhooks
        self.aws = Aws(tls)
        self._receiver = Server(self._receive)
        self.receiver_url = f"{self._receiver.url}/webhooks"
        named = {**self.aws.environment(), **(environment or {})}
        self.environment = {name: value for name, value in named.items() if value is not None}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.aws.stop()
        self._receiver.stop()

    def prepare(self, name, case):
        """Runs the steps before `name`, and those its case adds."""
        self.card = case.card
        names = [step for step, _ in STEPS]
        before = STEPS[: names.index(name)] if name in names else STEPS
        for step, facts in before:
            self.step(step, facts)
        for step in case.also:
            if step.startswith("overdue "):
                self.make_overdue(*step.split()[1:])
            elif step == "money":
                self.put_money()
            elif step in EXTRAS:
                extra = EXTRAS[step]
                self.step(extra.function, extra.facts, extra.changes)
            else:
                self.step(step, {})

    def step(self, name, facts, changes=None):
        """Runs one function once and takes facts from its answer."""
        if name == "workers-publish-events":
            event = self._stream()
        elif name == "workers-fan-out-event":
            event = self._from_bus()
        else:
            event = self.event(name, changes)
        with self.start(name) as bootstrap:
            answer = bootstrap.call(event)
        body = content(answer)
        for fact, path in facts.items():
            self.facts[fact] = _at(body, path, name)

    def start(self, name, prefix=(), binary=None):
        """The running bootstrap of a function, with this world around it."""
        log = self.logs / f"{name}.log"
        return Bootstrap(binary or self.binary(name), self.environment, log, prefix)

    def event(self, name, changes=None):
        """The function's own event, with what this world knows."""
        text = events.fill(name, self.facts)
        if changes:
            text = changed(text, changes, self.facts)
        # The receiver and the card are this world's.
        for receiver in RECEIVERS:
            text = text.replace(receiver, self.receiver_url)
        return text.replace(CARD, self.card).encode()

    def make_overdue(self, attribute, fact="PAYMENT_INTENT_ID"):
        """Lets a payment's time be over, in its record and for the timers."""
        id = {"S": self.facts[fact]}
        [item] = [
            item for item in self.aws.table.items.values()
            if item["pk"]["S"].startswith("intent#") and id in (item["sk"], item.get("gsi2sk"))
        ]
        past = {**item, attribute: {"N": str(int(time.time() * 1000) - 60_000)}}
        self.aws.table.write(past, past)
        self.step("workers-publish-events", {})

    def put_money(self):
        """Puts 100.00 into the wallet; where they come from does not matter here."""
        account = f"#wallet#{self.facts['WALLET_ID']}"
        [item] = [
            item for item in self.aws.table.items.values()
            if item["sk"]["S"] == "account" and item["pk"]["S"].endswith(account)
        ]
        rich = {**item, "posted": {"N": "10000"}, "avail": {"N": "10000"}}
        self.aws.table.write(rich, rich)

    def _stream(self):
        """What the table's stream tells since the last time: states with events in them."""
        records = []
        for old, new in self.aws.table.changes:
            if new and new.get("outbox", {}).get("S") == "1":
                change = {"NewImage": new, **({"OldImage": old} if old else {})}
                keys = {name: new[name] for name in ("pk", "sk")}
                records.append({
                    "eventID": str(len(records)),
                    "eventName": "MODIFY" if old else "INSERT",
                    "eventSource": "aws:dynamodb",
                    "dynamodb": {"Keys": keys, "SequenceNumber": str(len(records)), **change},
                })
        self.aws.table.changes = []
        return {"Records": records}

    def _from_bus(self):
        """What the bus puts into the queue of the fan-out."""
        bodies = []
        for entry in self.aws.published:
            detail = json.loads(entry["Detail"])
            self.facts["EVENT_ID"] = detail["id"]
            kind = {"detail-type": entry["DetailType"], "source": entry["Source"]}
            bodies.append({"version": "0", "id": detail["id"], **kind, "detail": detail})
        self.aws.published = []
        return queue_event(bodies)

    def _receive(self, request):
        self.received.append((request.headers, request.body))
        return 200, {}, b""


def changed(text, changes, facts):
    """An event whose input has other fields."""
    event = json.loads(text)
    fields = json.loads(event["body"]) if "httpMethod" in event else event
    for name, value in changes.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = facts.get(value, value) if isinstance(value, str) else value
    if fields is not event:
        event["body"] = json.dumps(fields)
    return json.dumps(event)


def content(answer):
    """The body of an HTTP answer, or the whole answer of another function."""
    value = answer.json()
    if not isinstance(value, dict) or "statusCode" not in value:
        return value
    try:
        return json.loads(value["body"])
    except ValueError:
        return value["body"]


def judge(name, case, answer, lines):
    """What is wrong with an answer; None where it is what the case expects."""
    if answer.failed:
        return f"{name} failed: {answer.text[:300]}"
    value = answer.json()
    if isinstance(value, dict) and "statusCode" in value:
        if value["statusCode"] != case.answer:
            return f"{name} answered {value['statusCode']}, not {case.answer}: {answer.text[:300]}"
    elif case.answer is not ANY and value != case.answer:
        return f"{name} answered {answer.text[:300]}, not {json.dumps(case.answer)}"
    if case.handled is not None:
        last = lines[-1]
        if (last["handled"], last.get("trouble_count", 0)) != (case.handled, 0):
            return f"{name} handled {last['handled']} with {last.get('troubles')}, not {case.handled}"
    return None


def shown(case, answer):
    """The answer in a word, for the table."""
    value = answer.json()
    if isinstance(value, dict) and "statusCode" in value:
        return str(value["statusCode"])
    return "done" if case.handled is None else f"{case.handled} done"


def _at(body, path, name):
    value = body
    for part in path.split("."):
        try:
            value = value[int(part) if isinstance(value, list) else part]
        except (IndexError, KeyError, TypeError):
            raise Failure(f"{name} answered without {path}: {json.dumps(body)[:300]}") from None
    return value
