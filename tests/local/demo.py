"""What `make start` does after deploying: a tenant with everything it needs for a first payment."""

import json
import os
import time
import urllib.error
import urllib.request

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
    STACK_NAME,
    TOKEN,
)
from say import Failure, Step
from stack import client, invoke
from surroundings import CREDENTIALS

MERCHANT_EMAIL = "grace@example.com"
MERCHANT_PASSWORD = "seats-for-the-autumn"

TEST_CARDS = (
    ("4242 4242 4242 4242", "is approved"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "is declined: insufficient funds"),
    ("4000 0000 0000 3220", "asks for 3-D Secure, then is approved"),
    ("4000 0084 0000 1629", "asks for 3-D Secure, then is declined"),
)


def provision(receiver):
    """Returns the facts that go into the env file."""
    with Step("provisioning a demo tenant"):
        tenant = invoke(
            "operators-provision-tenant",
            {
                "name": "Demo Shop",
                "mode": "test",
                "allowed_origins": [RECEIVER],
                "currency_limits": {"USD": "10000.00"},
                "owner_email": MERCHANT_EMAIL,
            },
        )
        facts = {
            "BASE_URL": BASE_URL,
            "CLIENT_ID": tenant["client_id"],
            "CLIENT_SECRET": tenant["client_secret"],
            "TENANT_ID": tenant["tenant_id"],
            "MODE": tenant["mode"],
            "API_KEY": tenant["api_key"],
        }
        api = Api(facts)
        facts["ACCESS_TOKEN"] = api.token
        user = api.post("/v1/platform/users", {"name": "Ada Example", "email": "ada@example.com"})
        facts["USER_ID"] = user["user_id"]
        for descriptor in ("DEMO SHOP", "DEMO SHOP EVENTS"):
            account = invoke(
                "operators-put-merchant-account",
                {
                    "tenant_id": tenant["tenant_id"],
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
        _take_payments(facts)
        _sell(facts, tenant["invite_token"])
    with Step("waiting for the first webhook"):
        facts["EVENT_ID"] = _first_webhook(receiver)
    return facts


def _take_payments(facts):
    """The payments surface: the tenant's own merchant account, and a payment to open."""
    account = {
        "tenant_id": facts["TENANT_ID"],
        "mode": "test",
        "status": "approved",
        "descriptor": "DEMO SHOP",
        "processor": "simulator",
    }
    invoke("operators-put-merchant-account", account)
    wanted = {"amount": 25000, "currency": "eur", "description": "Annual report"}
    headers = {"x-api-key": facts["API_KEY"]}
    payment = _post(BASE_URL + "/payments", wanted, headers)["data"]
    facts["PAYMENT_ID"] = payment["id"]
    facts["PAYMENT_URL"] = payment["url"]


def _first_webhook(receiver):
    """The link's own event has gone all the way round when it is here; answers its id."""
    deadline = time.monotonic() + 30
    while not receiver.received:
        if time.monotonic() > deadline:
            raise Failure("No webhook has arrived within 30 s; see target/stack/ministack.log.")
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
        return _post(f"{pay_url}/card", card, {})["card_token"]

    def post(self, path, body):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return _post(BASE_URL + path, body, headers)["data"]


def _post(url, body, headers):
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        kind = Unauthorized if error.code == 401 else Failure
        text = error.read().decode()[:500]
        raise kind(f"POST {url} answered {error.code}: {text}") from None


class Unauthorized(Failure):
    """The token is no longer good."""


def _sell(facts, invitation):
    """The links surface: the owner signs in, and sells a product through a link."""
    accepted = {"token": invitation, "name": "Grace Example", "password": MERCHANT_PASSWORD}
    session = _post(BASE_URL + "/api/auth/invitations/accept/", accepted, {})
    facts["MERCHANT_EMAIL"] = session["member"]["email"]
    facts["MERCHANT_PASSWORD"] = MERCHANT_PASSWORD
    facts["MERCHANT_TOKEN"] = session["access_token"]
    facts["MERCHANT_REFRESH_TOKEN"] = session["refresh_token"]
    headers = {"Authorization": f"Token {session['access_token']}"}
    product = {"name": "Workshop seat", "prices": {"USD": "120.00", "EUR": "110.00"}}
    product = _post(BASE_URL + "/api/products/", product, headers)
    facts["PRODUCT_ID"] = product["id"]
    line = {"product_id": product["id"], "adjustable_quantity": {"minimum": 1, "maximum": 4}}
    link = {"name": "Autumn workshop, newsletter", "products": [line], "max_uses": 40}
    link = _post(BASE_URL + "/api/payment-links/", link, headers)
    facts["LINK_UUID"] = link["uuid"]
    # The page for people is not here yet: this is what it would lead to.
    buyer = {
        "billing_country": "US",
        "billing_postal_code": "10001",
        "billing_first_name": "Ada",
        "billing_last_name": "Example",
        "billing_email": "ada@example.com",
    }
    started = _post(f"{BASE_URL}/api/payment-links/public/{link['uuid']}/start/", buyer, {})
    facts["LINK_URL"] = started["checkout_url"]


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
  API                           {facts["BASE_URL"]}
  Description (OpenAPI)         {facts["BASE_URL"]}/v1/platform/openapi.json, {facts["BASE_URL"]}/openapi.json

  client_id      {facts["CLIENT_ID"]}
  client_secret  {facts["CLIENT_SECRET"]}
  user_id        {facts["USER_ID"]}
  sign in        {facts["MERCHANT_EMAIL"]}, {facts["MERCHANT_PASSWORD"]} (links API)
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

  # a payment, on the payments surface
  curl -s $BASE_URL/payments -H "x-api-key: $API_KEY" -H 'Content-Type: application/json' \\
    -d '{{"amount":25000,"currency":"eur","description":"Annual report"}}'

  # the payments so far
  curl -s $BASE_URL/v1/platform/payments -H "Authorization: Bearer $ACCESS_TOKEN"

Verified webhooks appear below. Ctrl-C stops everything.
""",
        flush=True,
    )
