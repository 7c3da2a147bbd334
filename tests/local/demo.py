"""What `make start` does after deploying: a tenant with everything it needs for a first payment."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import uuid

import events
from paths import (
    BASE_URL,
    ENDPOINT,
    ENV,
    ENV_FUNCTIONS,
    ENV_JSON,
    EVENTS,
    LOCAL,
    PORT,
    RECEIVER,
    ROOT,
    STACK_NAME,
    STRIPE_STAND_IN,
    TOKEN,
)
from say import Failure, Step
from stack import client, invoke
from surroundings import CREDENTIALS, for_tests, stripe_keys

MERCHANT_EMAIL = "grace@example.com"
MERCHANT_PASSWORD = "seats-for-the-autumn"

# As many as the program that writes the past of the demo shop goes back.
PAST_DAYS = 60

# A German seller that uses the one-stop shop.
TAX_SETTINGS = {
    "seller": {
        "legalName": "Demo Shop GmbH",
        "address":
            {"line1": "Street 1", "city": "Berlin", "postalCode": "10115", "country": "DE"},
        "taxId": "DE136695976",
    },
    "collect": "registered",
    "registrations": [{"country": "DE"}, {"country": "DE", "scheme": "oss"}],
}

TEST_CARDS = (
    ("4242 4242 4242 4242", "is approved"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: insufficient funds"),
    ("4000 0000 0000 3220", "asks for 3-D Secure, then is approved"),
    ("4000 0084 0000 1629", "asks for 3-D Secure, then is declined"),
)


def provision(receiver, table=None):
    """Returns the facts that go into the env file; with a table, the shop gets a past in it."""
    with Step("provisioning a demo tenant"):
        # Lists begin where their tenant does: one with a past is as old as its past.
        facts, invitation = tenant(MERCHANT_EMAIL, PAST_DAYS + 1 if table else 0)
        api = Api(facts)
        endpoint = api.post(
            "/v1/platform/webhooks",
            {"url": f"{RECEIVER}/webhooks", "description": "The local receiver", "events": []},
        )
        facts["WEBHOOK_ENDPOINT_ID"] = endpoint["id"]
        facts["WEBHOOK_SECRET"] = endpoint["secret"]
        receiver.secret = endpoint["secret"]
        receiver.new_link = lambda body: api.new_link(facts["USER_ID"], json.loads(body))
        link = api.new_link(facts["USER_ID"], {"amount": "12.50"})
        receiver.pay_url = link["pay_url"]
        facts["PAY_URL"] = link["pay_url"]
        facts["PAYMENT_INTENT_ID"] = link["payment_intent_id"]
        facts["CARD_TOKEN"] = api.card_token(link["pay_url"])
        take_payments(facts, receiver)
        # Before the shop's server listens: what happened in the past is told to nobody.
        past = table and _remember(facts, table)
        sell(facts, invitation, receiver)
        if keys := stripe_keys():
            _charge_with_stripe(facts, keys, receiver)
    if past:
        print(f"  the demo shop's past: {past}")
    with Step("waiting for the first webhook"):
        facts["EVENT_ID"] = _first_webhook(receiver)
    return facts


def id_of(at):
    """An id as Paylink makes them at a time: a UUID of version 7, RFC 9562 section 5.7."""
    random = int.from_bytes(os.urandom(10), "big")
    parts = int(at * 1000) << 80 | random & ~(0xF << 76 | 0x3 << 62) | 7 << 76 | 2 << 62
    return str(uuid.UUID(int=parts))


def tenant(owner, days=0):
    """A tenant with a merchant account, wallets and a bank: its facts, and its owner's token. Its id
    is that of a tenant so many days old."""
    made = invoke(
        "operators-provision-tenant",
        {
            "tenant_id": id_of(time.time() - days * 86_400),
            "name": "Demo Shop",
            "mode": "test",
            "allowed_origins": [RECEIVER],
            "currency_limits": {"USD": "10000.00"},
            "owner_email": owner,
        },
    )
    facts = {
        "BASE_URL": BASE_URL,
        "CLIENT_ID": made["client_id"],
        "CLIENT_SECRET": made["client_secret"],
        "TENANT_ID": made["tenant_id"],
        "MODE": made["mode"],
        "API_KEY": made["api_key"],
    }
    api = Api(facts)
    facts["ACCESS_TOKEN"] = api.token
    user = api.post("/v1/platform/users", {"name": "Ada Example", "email": "ada@example.com"})
    facts["USER_ID"] = user["user_id"]
    for descriptor in ("DEMO SHOP", "DEMO SHOP EVENTS"):
        account = invoke(
            "operators-put-merchant-account",
            {
                "tenant_id": made["tenant_id"],
                "mode": "test",
                "user_id": user["user_id"],
                "status": "approved",
                "descriptor": descriptor,
                "processor": "simulator",
            },
        )
        facts.setdefault("MERCHANT_ACCOUNT_ID", account["id"])
    for fact, name in (("WALLET_ID", "Main"), ("SAVINGS_WALLET_ID", "Savings")):
        wallet = {"user_id": user["user_id"], "name": name}
        facts[fact] = api.post("/v1/platform/wallets", wallet)["wallet_id"]
    account = {
        "user_id": user["user_id"],
        "routing_number": "110000000",
        "account_number": "000123456789",
        "account_type": "checking",
        "account_holder_name": "Ada Example",
    }
    saved = api.post("/v1/platform/payment-methods/bank", account)
    facts["BANK_METHOD_ID"] = saved["payment_method_id"]
    return facts, made["invite_token"]


def take_payments(facts, receiver):
    """The payments surface: the tenant's own merchant account, its taxes, and a payment to open."""
    account = {
        "tenant_id": facts["TENANT_ID"],
        "mode": "test",
        "status": "approved",
        "descriptor": "DEMO SHOP",
        "processor": "simulator",
    }
    facts["TENANT_ACCOUNT_ID"] = invoke("operators-put-merchant-account", account)["id"]
    wanted = {"amount": 25000, "currency": "eur", "description": "Annual report"}
    headers = {"x-api-key": facts["API_KEY"]}
    hook = {"url": f"{RECEIVER}/webhooks/payments", "events": []}
    receiver.payments_secret = post(BASE_URL + "/webhooks", hook, headers)["data"]["secretKey"]
    put(BASE_URL + "/tax-settings", TAX_SETTINGS, headers)
    payment = post(BASE_URL + "/payments", wanted, headers)["data"]
    facts["PAYMENT_ID"] = payment["id"]
    facts["PAYMENT_URL"] = payment["url"]
    receiver.invoice_link = lambda invoice: _invoice_link(invoice, headers)
    address = {"line1": "Street 1", "city": "Berlin", "postalCode": "10115", "country": "DE"}
    customer = {"email": "ada@example.com", "fullName": "Ada Example", "address": address}
    customer = post(BASE_URL + "/customers", customer, headers)["data"]["id"]
    facts["CUSTOMER_ID"] = customer
    wanted["customerId"] = customer
    paid = paid_with_card(post(BASE_URL + "/payments", wanted, headers), headers)
    facts["PAID_TRANSACTION_ID"] = paid["transactionId"]
    facts["INVOICE_ID"] = paid["invoiceId"]
    facts["INVOICE_URL"] = _invoice_link(paid["invoiceId"], headers)


def _charge_with_stripe(facts, keys, receiver):
    """Links that are made from now on are paid at Stripe, in its test mode; those before stay as they
    were made."""
    scope = {"tenant_id": facts["TENANT_ID"], "mode": "test"}
    secret, publishable = keys
    account = {"provider": "stripe", "secret_key": secret, "publishable_key": publishable}
    invoke("operators-put-processor", scope | account)
    charges = {"status": "approved", "descriptor": "DEMO SHOP", "processor": "stripe"}
    for fact, owner in (("MERCHANT_ACCOUNT_ID", {"user_id": facts["USER_ID"]}),
                        ("TENANT_ACCOUNT_ID", {})):
        changed = {"merchant_account_id": facts[fact]}
        invoke("operators-put-merchant-account", scope | owner | charges | changed)
    link = Api(facts).new_link(facts["USER_ID"], {"amount": "12.50"})
    receiver.pay_url = facts["PAY_URL"] = link["pay_url"]
    facts["PAYMENT_INTENT_ID"] = link["payment_intent_id"]


def paid_with_card(payment, headers):
    """A payment that is paid, with the card saved, as it is once it has an invoice."""
    payment = payment["data"]
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    token = post(f"{payment['url']}/card", card, {})["card_token"]
    paid = {
        "card_token": token,
        "country": "DE",
        "shown": {"tax": 4750, "total": 29750},
    }
    post(f"{payment['url']}/submit", paid, {})
    deadline = time.monotonic() + 900
    while payment["invoiceId"] is None:
        if time.monotonic() > deadline:
            raise Failure(f"{payment['id']} has no invoice")
        time.sleep(0.2)
        payment = get(f"{BASE_URL}/payments/{payment['id']}", headers)["data"]
    return payment


def _invoice_link(invoice, headers):
    return post(f"{BASE_URL}/invoices/{invoice}/download-links", {}, headers)["data"]["url"]


def _first_webhook(receiver):
    """The link's own event has gone all the way round when it is here; answers its id."""
    deadline = time.monotonic() + 900
    while not receiver.received:
        if time.monotonic() > deadline:
            raise Failure("No webhook has arrived within 900 s; see target/stack/ministack.log.")
        time.sleep(0.05)
    return receiver.received[0]["id"]


class Api:
    """A caller with an access token; asks for a new one when the old one is refused."""

    def __init__(self, facts):
        self.credentials = {name: facts[name.upper()] for name in ("client_id", "client_secret")}
        self.token = None
        self.sign_in()

    def sign_in(self):
        self.token = None
        self.token = self.post("/v1/platform/auth/token", self.credentials)["access_token"]

    def new_link(self, user_id, wanted):
        link = {"user_id": user_id, "currency": "USD", "expires_in": 3600, **wanted}
        try:
            return self.post("/v1/platform/card/payment-link", link)
        except Unauthorized:
            self.sign_in()
            return self.post("/v1/platform/card/payment-link", link)

    def card_token(self, pay_url):
        """What the payment page does with a typed card."""
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
        return post(f"{pay_url}/card", card, {})["card_token"]

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return post(BASE_URL + path, body, headers)["data"]


def get(url, headers):
    return _send(urllib.request.Request(url, None, headers))


def post(url, body, headers):
    headers = {"Content-Type": "application/json", **headers}
    return _send(urllib.request.Request(url, json.dumps(body).encode(), headers))


def put(url, body, headers):
    headers = {"Content-Type": "application/json", **headers}
    return _send(urllib.request.Request(url, json.dumps(body).encode(), headers, method="PUT"))


def _send(request):
    url = request.full_url
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        kind = Unauthorized if error.code == 401 else Failure
        text = error.read().decode()[:500]
        raise kind(f"{request.get_method()} {url} answered {error.code}: {text}") from None


class Unauthorized(Failure):
    """The token is no longer good."""


def _remember(facts, table):
    """Sixty days of sales, by the program that writes them; answers what it made."""
    binary = ROOT / "target" / "local" / "demo"
    environment = {
        **for_tests(),
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": ENDPOINT,
        "TABLE_NAME": table,
        "TENANT_ID": facts["TENANT_ID"],
    }
    done = subprocess.run([binary], env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise Failure(f"The demo shop has no past: {done.stderr.strip()}")
    return done.stdout.strip()


def sell(facts, invitation, receiver):
    """The links surface: the owner signs in, and sells a product through a link."""
    accepted = {"token": invitation, "name": "Grace Example", "password": MERCHANT_PASSWORD}
    session = post(BASE_URL + "/api/auth/invitations/accept/", accepted, {})
    facts["MERCHANT_EMAIL"] = session["member"]["email"]
    facts["MERCHANT_PASSWORD"] = MERCHANT_PASSWORD
    facts["MERCHANT_TOKEN"] = session["access_token"]
    facts["MERCHANT_REFRESH_TOKEN"] = session["refresh_token"]
    headers = {"Authorization": f"Token {session['access_token']}"}
    product = {"name": "Workshop seat", "prices": {"USD": "120.00", "EUR": "110.00"}}
    product = post(BASE_URL + "/api/products/", product, headers)
    facts["PRODUCT_ID"] = product["id"]
    line = {"product_id": product["id"], "adjustable_quantity": {"minimum": 1, "maximum": 4}}
    link = {"name": "Autumn workshop, newsletter", "products": [line], "max_uses": 40}
    link = post(BASE_URL + "/api/payment-links/", link, headers)
    facts["LINK_UUID"] = link["uuid"]
    facts["LINK_URL"] = link["url"]
    key = post(BASE_URL + "/api/organization/api-keys/", {"name": "Shop server"}, headers)
    facts["LINKS_API_KEY"], facts["LINKS_API_KEY_ID"] = key["raw_key"], key["id"]
    checkout = {
        "billing_country": "US",
        "billing_postal_code": "10001",
        "billing_first_name": "Ada",
        "billing_last_name": "Example",
        "billing_email": "ada@example.com",
        "products": [{"id": product["id"], "quantity": 2}],
    }
    server = {"Authorization": f"Api-Key {key['raw_key']}"}
    made = post(BASE_URL + "/api/checkout/create/", checkout, server)
    facts["TRANSACTION_ID"] = made["transaction_id"]
    hook = {"url": RECEIVER + "/links-webhooks", "description": "The local receiver"}
    hook = post(BASE_URL + "/api/organization/webhooks/", hook, headers)
    facts["LINKS_WEBHOOK_ID"] = hook["id"]
    receiver.links_secret = hook["secret"]
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    token = post(f"{made['checkout_url']}/card", card, {})["card_token"]
    post(f"{made['checkout_url']}/submit", {"card_token": token}, {})


# A shell reads it with `.`; whatever proxy that shell has is not for loopback.
_TOKEN = """\
. '{env}'
export PAYLINK_PORT={port}
export NO_PROXY="127.0.0.1,localhost${{NO_PROXY:+,$NO_PROXY}}"
export no_proxy="127.0.0.1,localhost${{no_proxy:+,$no_proxy}}"
token() {{
  ACCESS_TOKEN=$(curl -s "$BASE_URL/v1/platform/auth/token" -u "$CLIENT_ID:$CLIENT_SECRET" \\
    -d grant_type=client_credentials | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
}}
token
"""


def write_env(facts, outputs):
    """The env file comes last and in one piece, because its presence says that all is ready."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    facts |= {
        "TABLE_NAME": outputs["TableName"],
        "EVENT_BUS_NAME": outputs["EventBusName"],
        "DELIVERY_QUEUE_URL": outputs["DeliveryQueueUrl"],
        "RECEIVER_URL": RECEIVER,
        "DEMO_URL": f"{RECEIVER}/",
        "AWS_ENDPOINT_URL": ENDPOINT,
        **CREDENTIALS,
    }
    if not stripe_keys():
        facts["STRIPE_API_URL"] = STRIPE_STAND_IN
    # For `sam local invoke`, whose containers share the host's network (samconfig.toml).
    environment = _function_environment()
    ENV_JSON.write_text(json.dumps({"Parameters": environment}, indent=2) + "\n")
    # The same for `cargo lambda watch`, which hands no credentials over by itself.
    lines = {**environment, **CREDENTIALS}.items()
    ENV_FUNCTIONS.write_text("".join(f"{name}={value}\n" for name, value in lines))
    ENV_FUNCTIONS.chmod(0o600)
    TOKEN.write_text(_TOKEN.format(env=ENV, port=PORT))
    partial = ENV.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text("".join(f"{name}={value}\n" for name, value in facts.items()))
    os.replace(partial, ENV)


def _function_environment():
    # Together these have every variable that any function has.
    variables = {}
    names = (
        "platform-create-user",
        "payments-create-payment",
        "links-create-webhook",
        "workers-publish-events",
        "workers-render-document",
    )
    for name in names:
        deployed = client("lambda").get_function_configuration(FunctionName=f"{STACK_NAME}-{name}")
        variables |= deployed["Environment"]["Variables"]
    return {**variables, "AWS_ENDPOINT_URL": ENDPOINT}


def write_events(facts):
    """Copies of events/ that are good for the running stack: real ids, tokens and secrets."""
    EVENTS.mkdir(parents=True, exist_ok=True)
    for name in events.names():
        (EVENTS / f"{name}.json").write_text(events.fill(name, facts))


def show(facts):
    cards = "\n".join(f"  {number}  {what}" for number, what in TEST_CARDS)
    print(
        f"""
Paylink is running.

  Open this link and pay        {facts["PAY_URL"]}
  or the demo shop around it    {facts["DEMO_URL"]}
  or pay this (payments API)    {facts["PAYMENT_URL"]}
  or this (links API)           {facts["LINK_URL"]}
  Dashboard of who sold it      {facts["BASE_URL"]}/dashboard/
    sign in with                {facts["MERCHANT_EMAIL"]}, {facts["MERCHANT_PASSWORD"]}
  The first invoice's file      {facts["INVOICE_URL"]}
  API                           {facts["BASE_URL"]}
  Reference of the API          {facts["BASE_URL"]}/docs
  Description (OpenAPI)         {facts["BASE_URL"]}/v1/platform/openapi.json, {facts["BASE_URL"]}/openapi.json

  client_id      {facts["CLIENT_ID"]}
  client_secret  {facts["CLIENT_SECRET"]}
  user_id        {facts["USER_ID"]}
  api_key        {facts["API_KEY"]}
  (these and more: target/local/env; events with live values: target/local/events/)

Test cards (any future expiry, any CVC):
{cards}

To paste into another terminal:

  . target/local/token       # these, and a fresh access token

  # a payment link
  curl -s $BASE_URL/v1/platform/card/payment-link -H "Authorization: Bearer $ACCESS_TOKEN" \\
    -H 'Content-Type: application/json' \\
    -d "{{\\"user_id\\":\\"$USER_ID\\",\\"amount\\":\\"12.50\\"}}"

  # a payment, on the payments surface: its page adds the tax of the buyer's country
  curl -s $BASE_URL/payments -H "x-api-key: $API_KEY" -H 'Content-Type: application/json' \\
    -d '{{"amount":25000,"currency":"eur","description":"Annual report"}}'

  # once it is paid, its invoice is listed here, and a link to its file is made; see also below
  curl -s $BASE_URL/invoices -H "x-api-key: $API_KEY"
  curl -s -X POST $BASE_URL/invoices/$INVOICE_ID/download-links -H "x-api-key: $API_KEY"

  # a customer's saved card is charged with nobody there; 50.00 of an earlier payment go back
  curl -s $BASE_URL/payments/charge -H "x-api-key: $API_KEY" -H 'Content-Type: application/json' \\
    -d "{{\\"customerId\\":\\"$CUSTOMER_ID\\",\\"amount\\":2500,\\"currency\\":\\"eur\\",\\"description\\":\\"Tokens\\"}}"
  curl -s $BASE_URL/transactions/$PAID_TRANSACTION_ID/refund -H "x-api-key: $API_KEY" \\
    -H 'Content-Type: application/json' -d '{{"amount":5000}}'

  # the payments so far
  curl -s $BASE_URL/v1/platform/payments -H "Authorization: Bearer $ACCESS_TOKEN"

  # a link of the links surface, with what came of it; its code for phones
  curl -s $BASE_URL/api/payment-links/$LINK_UUID/ -H "Authorization: Token $MERCHANT_TOKEN"
  curl -s $BASE_URL/api/payment-links/$LINK_UUID/qr/ -H "Authorization: Token $MERCHANT_TOKEN" > qr.svg

  # its name and limit changed; all links whose name has a word
  curl -s -X PATCH $BASE_URL/api/payment-links/$LINK_UUID/ -H "Authorization: Token $MERCHANT_TOKEN" \\
    -H 'Content-Type: application/json' -d '{{"name":"Autumn workshop, second round","max_uses":60}}'
  curl -s "$BASE_URL/api/payment-links/?search=autumn&aggregates=true" -H "Authorization: Token $MERCHANT_TOKEN"

  # the catalog, by name; the links as a table
  curl -s "$BASE_URL/api/products/?ordering=name" -H "Authorization: Token $MERCHANT_TOKEN"
  curl -s $BASE_URL/api/payment-links/export/ -H "Authorization: Token $MERCHANT_TOKEN"

  # a checkout that a server made and somebody paid: 40.00 of it goes back
  curl -s $BASE_URL/api/transactions/$TRANSACTION_ID/refund/ -H "Authorization: Api-Key $LINKS_API_KEY" \\
    -H 'Content-Type: application/json' -d '{{"reason":"One seat less","amount":"40.00"}}'
  curl -s $BASE_URL/api/refunds/ -H "Authorization: Api-Key $LINKS_API_KEY"

  # a test event for the webhook of the links surface, and what became of its deliveries
  curl -s -X POST $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID/test/ \\
    -H "Authorization: Token $MERCHANT_TOKEN"
  curl -s $BASE_URL/api/organization/webhooks/$LINKS_WEBHOOK_ID/deliveries/ \\
    -H "Authorization: Token $MERCHANT_TOKEN"

Verified webhooks appear below. Ctrl-C stops everything.
""",
        flush=True,
    )
