"""A client of the payments surface as its published design has it: typed, and strict about types.

It knows the published paths, bodies and errors and nothing that was added to them. Every answer is
read into a type: a member that the design names has to be there with its type, and what it does not
name is ignored, as clients are told to. Its base address is all that is redirected.

    target/local/venv/bin/python tests/judges/typed_client.py
"""

import dataclasses
import json
import sys
import time
import types
import typing
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import descriptions

Json = typing.Any
Time = typing.NewType("Time", str)


@dataclass
class Payment:
    id: str
    customerId: str | None
    kind: typing.Literal["link", "charge"]
    status: typing.Literal[
        "pending", "processing", "requires_action", "succeeded", "failed", "canceled"
    ]
    provider: str
    amountSubtotal: int
    taxAmount: int
    amountTotal: int
    currency: str
    description: str
    metadata: dict[str, Json] | None
    url: str | None
    expiresAt: Time | None
    createdAt: Time
    updatedAt: Time
    object: typing.Literal["payment"]
    livemode: bool


@dataclass
class Customer:
    id: str
    externalId: str | None
    fullName: str | None
    email: str
    taxDocument: str | None
    documentType: str | None
    timezone: str | None
    metadata: dict[str, Json] | None
    createdAt: Time
    updatedAt: Time
    object: typing.Literal["customer"]
    livemode: bool


@dataclass
class Known:
    id: str
    externalId: str | None
    email: str


@dataclass
class NotMade:
    index: int
    error: str
    data: Json


@dataclass
class Batch:
    successful: list[Known]
    failed: list[NotMade]
    object: typing.Literal["customer"]
    livemode: bool


@dataclass
class Transaction:
    id: str
    invoiceId: str | None
    grossAmount: int
    subtotal: int
    taxAmount: int
    presentmentAmount: int | None
    currency: str
    provider: str
    status: typing.Literal["pending", "succeeded", "failed", "refunded", "disputed"]
    customerEmail: str | None
    customerName: str | None
    paidAt: Time | None
    availableAt: Time | None
    createdAt: Time
    updatedAt: Time
    object: typing.Literal["transaction"]
    livemode: bool


@dataclass
class Refunded:
    id: str
    status: typing.Literal["refunded", "pending"]
    object: typing.Literal["transaction"]
    livemode: bool


@dataclass
class LineItem:
    lineType: str
    featureName: str | None
    description: str
    quantity: int
    unitAmount: int
    amount: int
    includedAmount: int | None
    usedAmount: int | None
    overageAmount: int | None
    discountType: str | None
    discountValue: int | None
    discountName: str | None
    chargeType: str


@dataclass
class Invoice:
    id: str
    customerId: str | None
    subscriptionId: str | None
    invoiceNumber: str
    status: typing.Literal["draft", "outstanding", "paid", "void", "uncollectible"]
    invoiceType: str
    currency: str
    subtotal: int
    discountAmount: int
    creditApplied: int
    taxAmount: int
    total: int
    periodStart: Time
    periodEnd: Time
    issueDate: Time
    dueDate: Time
    planName: str | None
    memo: str | None
    poNumber: str | None
    reference: str | None
    metadata: dict[str, Json]
    lineItems: list[LineItem]
    createdAt: Time
    updatedAt: Time
    object: typing.Literal["invoice"]
    livemode: bool


@dataclass
class Download:
    url: str
    xmlUrl: str | None
    expiresAt: Time
    object: typing.Literal["invoice"]
    livemode: bool


@dataclass
class ApiKey:
    id: str
    name: str
    prefix: str
    expiresAt: Time | None
    lastUsedAt: Time | None
    createdAt: Time
    object: typing.Literal["api_key"]
    livemode: bool


@dataclass
class NewApiKey(ApiKey):
    apiKey: str


@dataclass
class Webhook:
    id: str
    url: str
    events: list[str]
    description: str | None
    isActive: bool
    apiVersion: str
    createdAt: Time
    object: typing.Literal["webhook"]
    livemode: bool


@dataclass
class NewWebhook(Webhook):
    secretKey: str


@dataclass
class Tested:
    success: bool
    deliveryId: str
    deliveredAt: Time | None
    statusCode: int | None
    error: str | None


@dataclass
class Deleted:
    id: str
    deleted: bool
    object: str
    livemode: bool


@dataclass
class Error:
    type: typing.Literal[
        "validation_error", "authentication_error", "billing_error", "not_found_error",
        "conflict_error", "rate_limit_error", "internal_error",
    ]
    code: str
    message: str
    details: Json
    doc_url: str | None


class Refused(Exception):
    def __init__(self, status, error, headers):
        super().__init__(f"{status} {error.code}: {error.message}")
        self.status, self.error, self.headers = status, error, headers


def read(kind, value, place):
    """A value as a type; fails where it is not of it."""
    if kind is Json:
        return value
    if kind is Time:
        datetime.fromisoformat(read(str, value, place).replace("Z", "+00:00"))
        return value
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in typing.get_args(kind):
            return None
        (kind,) = [one for one in typing.get_args(kind) if one is not type(None)]
        return read(kind, value, place)
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise TypeError(f"{place} is {value!r}")
        return value
    if origin is list:
        (of,) = typing.get_args(kind)
        return [read(of, one, f"{place}[]") for one in read(list, value, place)]
    if origin is dict:
        return read(dict, value, place)
    if dataclasses.is_dataclass(kind):
        members, hints = read(dict, value, place), typing.get_type_hints(kind)
        missing = [name for name in hints if name not in members]
        if missing:
            raise TypeError(f"{place} lacks {missing}: {value}")
        return kind(**{name: read(of, members[name], f"{place}.{name}") for name, of in hints.items()})
    if type(value) is not kind:
        raise TypeError(f"{place} is {value!r}, not {kind.__name__}")
    return value


class Client:
    def __init__(self, base, key):
        self.base, self.key = base, key

    def call(self, method, path, body=None, key=None, **query):
        query = {name: value for name, value in query.items() if value is not None}
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        headers = {"x-api-key": self.key, "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}{path}{asked}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                envelope = json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            envelope = json.loads(refused.read())
            if envelope["success"] is not False:
                raise TypeError(f"{method} {path}: {envelope}") from None
            error = read(Error, envelope["error"], "error")
            raise Refused(refused.code, error, refused.headers) from None
        if envelope["success"] is not True:
            raise TypeError(f"{method} {path}: {envelope}")
        return envelope

    def one(self, kind, method, path, body=None, key=None):
        return read(kind, self.call(method, path, body, key)["data"], path)

    def all(self, kind, path, **query):
        """Every page of a list."""
        found, cursor = [], None
        while True:
            page = self.call("GET", path, cursor=cursor, **query)
            found += read(list[kind], page["data"], path)
            more = read(bool, page["hasMore"], path)
            if more != ("nextCursor" in page):
                raise TypeError(f"{path}: hasMore {more} and nextCursor differ")
            if not more:
                return found
            cursor = read(str, page["nextCursor"], path)


def refused(status, code, call):
    try:
        answer = call()
    except Refused as why:
        assert (why.status, why.error.code) == (status, code), why
        return why
    raise AssertionError(f"{answer} where {status} {code} is expected")


def pay(payment):
    """A buyer at the page."""
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    token = buyer(f"{payment.url}/card", card)["card_token"]
    buyer(f"{payment.url}/submit", {"card_token": token, "email": "ada@example.com"})


def buyer(url, body):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.loads(answer.read())


def customers(client):
    made = client.one(Customer, "POST", "/customers", {"email": "Ada@Example.com", "id": "user 12%"})
    again = client.one(Customer, "POST", "/customers", {"email": "b@example.com", "id": "user 12%"})
    assert again == made and made.email == "ada@example.com"
    path = f"/customers/{urllib.parse.quote('user 12%', safe='')}"
    for method in ("PUT", "PATCH"):
        changed = client.one(Customer, method, path, {"fullName": f"Ada {method}"})
        assert changed.fullName == f"Ada {method}"
    items = [{"email": f"c{n}@example.com"} for n in range(4)] + [{"email": "none"}]
    batch = client.one(Batch, "POST", "/customers/batch", {"customers": items})
    assert len(batch.successful) == 4 and [one.index for one in batch.failed] == [4]
    assert len(client.all(Customer, "/customers", limit=2)) == 5
    refused(404, "customer_not_found", lambda: client.one(Customer, "GET", "/customers/nobody"))
    return made


def payments(client):
    wanted = {"amount": 25000, "currency": "eur", "description": "Annual report"}
    made = client.one(Payment, "POST", "/payments", wanted, key="order-1")
    assert client.one(Payment, "POST", "/payments", wanted, key="order-1") == made
    other = lambda: client.one(Payment, "POST", "/payments", {**wanted, "amount": 1}, key="order-1")
    refused(409, "idempotency_key_mismatch", other)
    wrong = lambda: client.one(Payment, "POST", "/payments", {**wanted, "amount": 0.5})
    assert refused(400, "validation_error", wrong).error.details[0]["field"] == "amount"
    pay(made)
    paid = client.one(Payment, "GET", f"/payments/{made.id}")
    assert (paid.status, paid.amountTotal) == ("succeeded", 25000)
    cancel = lambda: client.one(Payment, "POST", f"/payments/{made.id}/cancel")
    refused(409, "payment_not_cancelable", cancel)
    for _ in range(3):
        left = client.one(Payment, "POST", "/payments", wanted)
        assert client.one(Payment, "POST", f"/payments/{left.id}/cancel").status == "canceled"
    assert len(client.all(Payment, "/payments", limit=2)) == 4
    refused(404, "payment_not_found", lambda: client.one(Payment, "GET", "/payments/pay_1"))


def transactions(client):
    # It names its invoice a moment later, and changes no more then.
    (one,) = eventually(lambda: [
        one for one in client.all(Transaction, "/transactions", status="succeeded") if one.invoiceId
    ])
    assert client.one(Transaction, "GET", f"/transactions/{one.id}") == one
    half = client.one(Refunded, "POST", f"/transactions/{one.id}/refund", {"amount": 12500})
    assert (half.id, half.status) == (one.id, "refunded")
    client.one(Refunded, "POST", f"/transactions/{one.id}/refund")
    again = lambda: client.one(Refunded, "POST", f"/transactions/{one.id}/refund")
    refused(409, "already_refunded", again)
    assert client.one(Transaction, "GET", f"/transactions/{one.id}").status == "refunded"


def invoices(client):
    (one,) = eventually(lambda: client.all(Invoice, "/invoices"))
    read_again = client.one(Invoice, "GET", f"/invoices/{one.id}")
    # Its refunds' credit notes and its file come at times of their own.
    assert dataclasses.replace(read_again, updatedAt=one.updatedAt) == one and one.status == "paid"
    client.one(Download, "POST", f"/invoices/{one.id}/download-links")
    status = lambda: client.one(Invoice, "PUT", f"/invoices/{one.id}/status", {"status": "void"})
    refused(409, "invoice_status_final", status)
    assert client.all(Invoice, "/invoices", subscriptionId="sub_1") == []


def eventually(look):
    """What is made a moment later."""
    deadline = time.monotonic() + 900
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def keys_and_webhooks(client):
    key = client.one(NewApiKey, "POST", "/api-keys", {"name": "Second", "expiresInDays": 30})
    assert Client(client.base, key.apiKey).all(Payment, "/payments", limit=100)
    assert len(client.all(ApiKey, "/api-keys")) == 2
    assert client.one(Deleted, "DELETE", f"/api-keys/{key.id}").deleted
    gone = lambda: Client(client.base, key.apiKey).all(Payment, "/payments")
    refused(401, "unauthorized", gone)
    wanted = {"url": "http://127.0.0.1:9/", "events": ["payment_link.completed"]}
    hook = client.one(NewWebhook, "POST", "/webhooks", wanted)
    assert [one.id for one in client.all(Webhook, "/webhooks")] == [hook.id]
    changed = client.one(Webhook, "PUT", f"/webhooks/{hook.id}", {"description": "Ours"})
    assert changed.description == "Ours"
    tested = client.one(Tested, "POST", f"/webhooks/{hook.id}/test")
    assert not tested.success and tested.error
    assert client.one(Deleted, "DELETE", f"/webhooks/{hook.id}").deleted
    refused(404, "webhook_not_found", lambda: client.one(Webhook, "GET", f"/webhooks/{hook.id}"))


def main():
    env = descriptions.LOCAL / "env"
    facts = dict(line.split("=", 1) for line in env.read_text().splitlines())
    made = descriptions.invoke(facts, "operators-provision-tenant", {"name": "Typed", "mode": "test"})
    descriptions.invoke(facts, "operators-put-merchant-account", {
        "tenant_id": made["tenant_id"], "mode": "test", "status": "approved",
        "descriptor": "TYPED SHOP", "processor": "simulator",
    })
    client = Client(facts["BASE_URL"], made["api_key"])
    for part in (customers, payments, transactions, invoices, keys_and_webhooks):
        part(client)
        print(f"{part.__name__}: as the published design has it", flush=True)


if __name__ == "__main__":
    main()
