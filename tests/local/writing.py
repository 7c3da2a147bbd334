"""Runs the commands of the API reference (`/docs`) that write, as they are printed, on the running
stack.

They change and delete what they name, so they run for a tenant that is made for them, each after
what it needs was made; ids of samples become those of what is there.
"""

import json
import re
import subprocess
import time
import uuid

import demo
from paths import BASE_URL, ROOT
from say import Failure
from stack import invoke
from surroundings import plain
from world import World, act, waits

# What a command names that no stack has: ids by their prefixes, and ids without.
_SAMPLE = r"_(?:01JDPNX3R0|01936d5e|0199f3a2)\w*"
_ID = re.compile(rf"\b(ses|inv|mem|key|cn|cus|pm|txn|wh|whd){_SAMPLE}")
_UUID = re.compile(r"01936d5e-8f00-[78]000-8000-[0-9a-f]{12}")
_URL = re.compile(r'"\$(BASE_URL|PAY_URL)([^"]*)"')

# A card whose bank wants to ask its owner.
_ASKING = "4000000000003220"


def _paid(world):
    """A payment of the payments surface that was just paid."""
    wanted = {"amount": 25000, "currency": "eur", "description": "Report"}
    wanted["customerId"] = world.facts["CUSTOMER_ID"]
    made = demo.post(f"{BASE_URL}/payments", wanted, world.server())
    return demo.paid_with_card(made, world.server())


def _sold(world):
    """A paid sale of the links surface."""
    body = {
        "billing_country": "US", "billing_postal_code": "10001", "billing_first_name": "Ada",
        "billing_last_name": "Example", "billing_email": "ada@example.com",
        "products": [{"id": world.facts["PRODUCT_ID"], "quantity": 2}],
    }
    server = {"Authorization": f"Api-Key {world.facts['LINKS_API_KEY']}"}
    return demo.post(f"{BASE_URL}/api/checkout/create", body, server)


def _api_key(world):
    body = {"name": "Till", "scopes": ["payments:read"]}
    return {"key": world.payments("/api-keys", body)["id"]}


def _customer(world):
    email = f"{uuid.uuid4().hex}@example.com"
    return {"cus": world.payments("/customers", {"email": email})["id"]}


def _with_card(world):
    customer = world.facts["CUSTOMER_ID"]
    cards = world.payments(f"/customers/{customer}/payment-methods")
    return {"cus": customer, "pm": cards[0]["id"]}


def _bill(world):
    body = {"customerId": world.facts["CUSTOMER_ID"], "amount": 5000, "currency": "eur"}
    return {"inv": world.payments("/invoices", {**body, "description": "Late fee"})["id"]}


def _hook(world):
    address = {"url": f"https://shop.example.com/{uuid.uuid4().hex}", "events": []}
    return {"wh": world.payments("/webhooks", address)["id"]}


def _newcomer(world):
    made = world.platform("/users", {"name": "Bo Example", "email": "bo@example.com"})
    return {"$USER_ID": made["user_id"]}


def _held(world):
    return {"uuid": world.transfer(hold=True)["payment_intent_id"]}


def _reviewed(world):
    """A payment that is large enough for somebody to look at it first."""
    tenant = {"tenant_id": world.facts["TENANT_ID"], "mode": "test"}
    invoke("operators-update-tenant", {**tenant, "review_thresholds": {"USD": "50.00"}})
    return {"uuid": world.transfer("60.00")["payment_intent_id"]}


def _reset_token(world):
    member = world.member("reset")
    made = world.links(f"/organization/members/{member}/reset", {"totp": False})
    return {"plx_no-such-reset": made["reset_url"].rsplit("/", 1)[1]}


def _enrolled(world):
    world.secret = world.links("/auth/totp", {})["secret"]
    return {"123456": world.code()}


def _challenge(world):
    challenge = world.signed_in()["challenge_token"]
    return {"plc_no-such-sign-in": challenge, "123456": world.code()}


def _proved(world):
    body = {"mfa_code": world.code()}
    act(f"{BASE_URL}/api/auth/reauthenticate", world.merchant(), "POST", body)
    return {}


def _asked(world):
    """A page that waits for its buyer's bank."""
    url = world.link()["pay_url"]
    demo.post(f"{url}/submit", {"card_token": world.typed(url, _ASKING)}, {})
    return {"$PAY_URL": url}


def _fresh_link(world):
    line = {"product_id": world.facts["PRODUCT_ID"], "quantity": 1}
    made = world.links("/payment-links", {"name": "Another", "products": [line]})
    return {"$LINK_UUID": made["uuid"]}


def _gone_link(world):
    found = _fresh_link(world)
    act(f"{BASE_URL}/api/payment-links/{found['$LINK_UUID']}", world.merchant())
    return found


def _fresh_product(world, gone=False):
    made = world.links("/products", {"name": "Poster", "prices": {"USD": "12.00"}})
    if gone:
        act(f"{BASE_URL}/api/products/{made['id']}", world.merchant())
    return {"$PRODUCT_ID": made["id"]}


def _delivery(world):
    hook = world.facts["LINKS_WEBHOOK_ID"]
    path = f"/organization/webhooks/{hook}/deliveries"
    world.links(f"/organization/webhooks/{hook}/test", {})
    found = waits("a delivery", lambda: world.links(path)["results"])
    return {"whd": found[0]["id"]}


def _payments_delivery(world):
    hook = _hook(world)["wh"]
    world.payments(f"/webhooks/{hook}/test", {})
    found = waits("a delivery", lambda: world.payments(f"/webhooks/{hook}/deliveries"))
    return {"wh": hook, "whd": found[0]["id"]}


def _platform_delivery(world):
    world.platform("/webhooks/test", {})
    found = waits("a delivery", lambda: world.platform("/webhooks/deliveries"))
    event, _, hook = found[0]["id"].rpartition("_")
    return {"$EVENT_ID": event, "uuid": hook}


def _open_checkout(world):
    return {"$TRANSACTION_ID": _sold(world)["transaction_id"]}


def _other_key(world):
    made = world.links("/organization/api-keys", {"name": "Till"})
    return {"$LINKS_API_KEY_ID": made["id"]}


def _other_hook(world):
    address = {"url": f"https://shop.example.com/{uuid.uuid4().hex}"}
    made = world.links("/organization/webhooks", address)
    return {"$LINKS_WEBHOOK_ID": made["id"]}


def _session(world):
    world.signed_in()
    rows = world.links("/auth/sessions")["results"]
    return {"ses": next(row["id"] for row in rows if not row["current"])}


def _signed_in_elsewhere(world):
    return {"$MERCHANT_REFRESH_TOKEN": world.signed_in()["refresh_token"]}


def _credit_note(world):
    paid = _paid(world)
    world.payments(f"/transactions/{paid['transactionId']}/refund", {"amount": 500})
    look = lambda: world.payments(f"/credit-notes?invoiceId={paid['invoiceId']}")
    return {"cn": waits("a credit note", look)[0]["id"]}


def _declined(world):
    """A charge that the customer's card refused, and another card that is good."""
    good = _with_card(world)["pm"]
    wanted = {"amount": 25000, "currency": "eur", "description": "Report"}
    wanted["customerId"] = world.facts["CUSTOMER_ID"]
    url = world.payments("/payments", wanted)["url"]
    typed = world.typed(url, "4000000000000341")
    shown = {"tax": 4750, "total": 29750}
    demo.post(f"{url}/submit", {"card_token": typed, "country": "DE", "shown": shown}, {})
    cards = f"/customers/{world.facts['CUSTOMER_ID']}/payment-methods"
    kept = lambda: [one for one in world.payments(cards) if one["last4"] == "0341"]
    bad = waits("the card", kept)
    act(f"{BASE_URL}{cards}/{good}/default", world.server(), "POST")
    body = {**wanted, "paymentMethodId": bad[0]["id"]}
    _, answer = act(f"{BASE_URL}/payments/charge", world.server(), "POST", body)
    return {"txn": json.loads(answer)["error"]["details"]["transactionId"]}


# Every command that writes, in the order in which they run, and what makes ready for it: that
# answers what takes the place of what the command names. `$` begins a variable's name.
STEPS = [
    ("POST $BASE_URL/api/auth/login", None),
    ("POST $BASE_URL/api/auth/refresh", _signed_in_elsewhere),
    ("POST $BASE_URL/api/auth/logout", _signed_in_elsewhere),
    ("POST $BASE_URL/api/auth/reauthenticate", None),
    ("PATCH $BASE_URL/api/auth/me", None),
    ("POST $BASE_URL/api/auth/password", None),
    ("POST $BASE_URL/api/auth/password/reset", _reset_token),
    (
        "POST $BASE_URL/api/auth/invitations/preview",
        lambda w: {"INVITE_TOKEN": w.invited("seen")[1]},
    ),
    (
        "POST $BASE_URL/api/auth/invitations/accept",
        lambda w: {"INVITE_TOKEN": w.invited("come")[1]},
    ),
    ("POST $BASE_URL/api/organization/invitations", None),
    (
        "POST $BASE_URL/api/organization/invitations/{inv}/renew",
        lambda w: {"inv": w.invited("new")[0]},
    ),
    ("DELETE $BASE_URL/api/organization/invitations/{inv}", lambda w: {"inv": w.invited("not")[0]}),
    ("PATCH $BASE_URL/api/organization/members/{mem}", lambda w: {"mem": w.member("role")}),
    ("POST $BASE_URL/api/organization/members/{mem}/reset", lambda w: {"mem": w.member("lost")}),
    ("DELETE $BASE_URL/api/organization/members/{mem}", lambda w: {"mem": w.member("left")}),
    ("DELETE $BASE_URL/api/auth/sessions/{ses}", _session),
    ("DELETE $BASE_URL/api/auth/sessions", None),
    ("PATCH $BASE_URL/api/organization", None),
    ("PATCH $BASE_URL/api/organization/tax", None),
    ("PUT $BASE_URL/api/organization/logo", None),
    ("DELETE $BASE_URL/api/organization/logo", None),
    ("POST $BASE_URL/api/organization/api-keys/rotate", None),
    ("POST $BASE_URL/api/organization/api-keys", None),
    ("POST $BASE_URL/api/organization/api-keys/$LINKS_API_KEY_ID/revoke", _other_key),
    ("POST $BASE_URL/api/organization/webhooks", None),
    ("PATCH $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID", None),
    ("POST $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID/test", None),
    (
        "POST $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID/deliveries/{whd}/retry",
        _delivery,
    ),
    ("POST $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID/replay", None),
    ("POST $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID/rotate-secret", None),
    ("DELETE $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID", _other_hook),
    ("POST $BASE_URL/api/products", None),
    ("PATCH $BASE_URL/api/products/$PRODUCT_ID", None),
    ("PUT $BASE_URL/api/products/$PRODUCT_ID/image", None),
    ("DELETE $BASE_URL/api/products/$PRODUCT_ID/image", None),
    ("DELETE $BASE_URL/api/products/$PRODUCT_ID", _fresh_product),
    ("POST $BASE_URL/api/products/$PRODUCT_ID/restore", lambda w: _fresh_product(w, gone=True)),
    ("POST $BASE_URL/api/checkout/create", None),
    ("POST $BASE_URL/api/payment-links", None),
    ("POST $BASE_URL/api/payment-links/public/$LINK_UUID/start", None),
    ("PATCH $BASE_URL/api/payment-links/$LINK_UUID", None),
    ("POST $BASE_URL/api/payment-links/$LINK_UUID/clone", None),
    ("DELETE $BASE_URL/api/payment-links/$LINK_UUID", _fresh_link),
    ("POST $BASE_URL/api/payment-links/$LINK_UUID/restore", _gone_link),
    ("POST $BASE_URL/api/transactions/$TRANSACTION_ID/refund", None),
    ("POST $BASE_URL/api/transactions/$TRANSACTION_ID/cancel", _open_checkout),
    ("POST $BASE_URL/api/auth/totp", None),
    ("POST $BASE_URL/api/auth/totp/confirm", _enrolled),
    ("POST $BASE_URL/api/auth/mfa", _challenge),
    ("POST $BASE_URL/api/auth/totp/recovery-codes", _proved),
    ("DELETE $BASE_URL/api/auth/totp", None),
    ("POST $BASE_URL/api-keys", None),
    ("DELETE $BASE_URL/api-keys/{key}", _api_key),
    ("POST $BASE_URL/customers", None),
    ("POST $BASE_URL/customers/batch", None),
    ("PATCH $BASE_URL/customers/{cus}", _customer),
    ("PUT $BASE_URL/customers/{cus}", _customer),
    ("POST $BASE_URL/customers/{cus}/payment-methods/{pm}/default", _with_card),
    ("POST $BASE_URL/payments", None),
    ("POST $BASE_URL/payments/charge", lambda w: {"cus": w.facts["CUSTOMER_ID"]}),
    ("POST $BASE_URL/payments/$PAYMENT_ID/cancel", None),
    ("POST $BASE_URL/tax/preview", None),
    ("PATCH $BASE_URL/tax-settings", None),
    ("PUT $BASE_URL/tax-settings", None),
    ("POST $BASE_URL/invoices", lambda w: {"cus": w.facts["CUSTOMER_ID"]}),
    ("POST $BASE_URL/invoices/{inv}/download-links", lambda w: {"inv": w.facts["INVOICE_ID"]}),
    ("PATCH $BASE_URL/invoices/{inv}/status", _bill),
    ("PUT $BASE_URL/invoices/{inv}/status", _bill),
    ("POST $BASE_URL/transactions/{txn}/refund", lambda w: {"txn": w.facts["PAID_TRANSACTION_ID"]}),
    ("POST $BASE_URL/transactions/{txn}/retry", _declined),
    ("POST $BASE_URL/credit-notes/{cn}/download-links", _credit_note),
    ("DELETE $BASE_URL/customers/{cus}/payment-methods/{pm}", _with_card),
    ("POST $BASE_URL/webhooks", None),
    ("PATCH $BASE_URL/webhooks/{wh}", _hook),
    ("PUT $BASE_URL/webhooks/{wh}", _hook),
    ("POST $BASE_URL/webhooks/{wh}/test", _hook),
    ("POST $BASE_URL/webhooks/{wh}/deliveries/{whd}/retry", _payments_delivery),
    ("POST $BASE_URL/webhooks/{wh}/replay", _hook),
    ("POST $BASE_URL/webhooks/{wh}/rotate-secret", _hook),
    ("DELETE $BASE_URL/webhooks/{wh}", _hook),
    ("POST $BASE_URL/v1/platform/auth/token", None),
    ("POST $BASE_URL/v1/platform/users", None),
    ("POST $BASE_URL/v1/platform/wallets", _newcomer),
    ("PATCH $BASE_URL/v1/platform/wallets/$WALLET_ID", None),
    ("POST $BASE_URL/v1/platform/payment-methods/bank", None),
    ("POST $BASE_URL/v1/platform/card/payment-link", None),
    ("POST $PAY_URL/card", None),
    ("POST $PAY_URL/tax", None),
    ("POST $PAY_URL/submit", None),
    ("POST $PAY_URL/challenge", _asked),
    ("POST $BASE_URL/v1/platform/payees/{uuid}/destinations", None),
    ("POST $BASE_URL/v1/platform/payments", None),
    ("POST $BASE_URL/v1/platform/payments/{uuid}/cancel", _held),
    (
        "POST $BASE_URL/v1/platform/payments/{uuid}/refund",
        lambda w: {"uuid": w.paid_link()["payment_intent_id"]},
    ),
    ("POST $BASE_URL/v1/platform/payments/{uuid}/release", _held),
    ("POST $BASE_URL/v1/platform/payments/{uuid}/review", _reviewed),
    ("POST $BASE_URL/v1/platform/webhooks/test", None),
    ("POST $BASE_URL/v1/platform/webhooks/deliveries/$EVENT_ID_{uuid}/retry", _platform_delivery),
    ("POST $BASE_URL/v1/platform/webhooks/replay", None),
    ("POST $BASE_URL/v1/platform/webhooks/rotate-secret", None),
    ("DELETE $BASE_URL/v1/platform/webhooks", None),
    ("POST $BASE_URL/v1/platform/webhooks", None),
    ("DELETE $BASE_URL/v1/platform/payment-methods/$BANK_METHOD_ID", None),
]


def named(command):
    """A command's method and address, without the ids of samples."""
    method = re.search(r"\s-X (\w+)", command)
    base, path = _URL.search(command).groups()
    path = path.split("?")[0].replace("${EVENT_ID}", "$EVENT_ID")
    path = _UUID.sub("{uuid}", _ID.sub(r"{\1}", path))
    return f"{method[1] if method else 'POST'} ${base}{path}"


def _filled(command, found):
    """A command that names what was made for it."""
    for name, value in found.items():
        if name == "uuid":
            command = _UUID.sub(value, command)
        elif re.fullmatch("[a-z]{2,3}", name):
            command = re.sub(rf"\b{name}{_SAMPLE}", value, command)
        elif not name.startswith("$"):
            command = command.replace(name, value)
    return command


def _answered(command, facts):
    """The status and the text of what a command answers, as a shell runs it."""
    end = time.monotonic() + 600
    while True:
        done = subprocess.run(
            ["bash", "-c", f"{command} -w '\\n%{{http_code}}'"], cwd=ROOT, env=plain() | facts,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )
        answer, _, status = done.stdout.rpartition("\n")
        # Workers may want the same thing in the same moment: then nothing was done.
        if status != "429" or time.monotonic() > end:
            return status, answer
        time.sleep(1)


def run(commands):
    """Raises a failure that shows the commands that do not answer what they should."""
    by_name = {named(command): command for command in commands}
    strange = sorted(set(by_name) ^ {name for name, _ in STEPS})
    if strange or len(by_name) != len(commands):
        raise Failure(f"Not both in the reference and in tests/local/writing.py: {strange}")
    world = World()
    wrong = []
    for name, prepare in STEPS:
        found = prepare(world) if prepare else {}
        variables = {key[1:]: value for key, value in found.items() if key.startswith("$")}
        command = _filled(by_name[name], found)
        status, answer = _answered(command, world.facts | variables)
        if not status.startswith("2"):
            wrong.append(f"{status}: {command}\n{answer[:400]}")
    if wrong:
        raise Failure("Commands of the reference answer something else:\n" + "\n".join(wrong))
