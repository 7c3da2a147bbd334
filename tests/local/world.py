"""A tenant that commands of the API reference may change: everything that they name is there."""

import base64
import hashlib
import hmac
import json
import struct
import time
import types
import urllib.error
import urllib.request
import uuid

import demo
from paths import BASE_URL
from say import Failure

CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


def act(url, headers, method="DELETE", body=None):
    """Does what answers nothing, or why not; answers the status and the text."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class World:
    """A tenant, by the facts that commands take from variables, and ways to make more of it."""

    def __init__(self):
        self.mark = uuid.uuid4().hex[:10]
        self.facts, invitation = demo.tenant(f"reference-{self.mark}@example.com")
        # Nobody listens where the events go: that they are on their way is all that is asked.
        deaf = types.SimpleNamespace()
        self.platform("/webhooks", {"url": "https://shop.example.com/hooks", "events": []})
        self.facts["PAY_URL"] = self.link()["pay_url"]
        self.facts["CARD_TOKEN"] = self.typed(self.facts["PAY_URL"])
        demo.take_payments(self.facts, deaf)
        demo.sell(self.facts, invitation, deaf)
        self._fund()
        self.secret = ""
        self._counter = 0

    # Callers of each surface: what is read where there is no body, else made.

    def merchant(self):
        return {"Authorization": f"Token {self.facts['MERCHANT_TOKEN']}"}

    def server(self):
        return {"x-api-key": self.facts["API_KEY"]}

    def links(self, path, body=None):
        return _call(f"/api{path}", body, self.merchant())

    def payments(self, path, body=None):
        return _call(path, body, self.server())["data"]

    def platform(self, path, body=None):
        headers = {"Authorization": f"Bearer {self.facts['ACCESS_TOKEN']}"}
        return _call(f"/v1/platform{path}", body, headers)["data"]

    # The platform: links, money, payments out of the first wallet.

    def link(self):
        wanted = {"user_id": self.facts["USER_ID"], "currency": "USD", "amount": "12.50"}
        return self.platform("/card/payment-link", wanted)

    def typed(self, pay_url, number=CARD["number"]):
        return demo.post(f"{pay_url}/card", {**CARD, "number": number}, {})["card_token"]

    def paid_link(self):
        """A link that was paid with a card that is kept, as a payment."""
        link = self.link()
        token = self.typed(link["pay_url"])
        demo.post(f"{link['pay_url']}/submit", {"card_token": token, "save_card": True}, {})
        return self.platform(f"/payments/{link['payment_intent_id']}")

    def transfer(self, amount="12.50", **more):
        """A payment from one wallet to the other."""
        to = self.facts["SAVINGS_WALLET_ID"]
        return self._pay("transfer", amount, destination_wallet_id=to, **more)

    def _fund(self):
        card = self.paid_link()["payment_method_id"]
        fits = ("card", ["funding"])
        product = next(
            one["product_id"] for one in self.platform("/products")
            if (one["rail"], one["intent_types"]) == fits
        )
        self._pay("funding", "500.00", payment_method_id=card, product_id=product)

    def _pay(self, kind, amount, **more):
        body = {
            "user_id": self.facts["USER_ID"],
            "wallet_id": self.facts["WALLET_ID"],
            "intent_type": kind,
            "amount": amount,
            "currency": "USD",
            "idempotency_key": uuid.uuid4().hex,
        }
        return self.platform("/payments", body | more)

    # The dashboard's people.

    def signed_in(self):
        facts = self.facts
        who = {"email": facts["MERCHANT_EMAIL"], "password": facts["MERCHANT_PASSWORD"]}
        return demo.post(f"{BASE_URL}/api/auth/login", who, {})

    def invited(self, name):
        """An invitation's id, and the token in its address."""
        body = {"email": f"{name}-{self.mark}@example.com", "role": "staff"}
        made = self.links("/organization/invitations", body)
        return made["id"], made["invite_url"].rsplit("/", 1)[1]

    def member(self, name):
        """The id of a colleague who has come in."""
        _, token = self.invited(name)
        come = {"token": token, "name": "Bo Example", "password": demo.MERCHANT_PASSWORD}
        return demo.post(f"{BASE_URL}/api/auth/invitations/accept", come, {})["member"]["id"]

    def code(self):
        """What an authenticator shows; never the same twice, since nobody takes it twice."""
        counter = max(int(time.time()) // 30, self._counter + 1)
        self._counter = counter
        # The next one is taken half a minute early.
        while int(time.time()) // 30 < counter - 1:
            time.sleep(0.5)
        key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
        at = digest[-1] & 15
        number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
        return f"{number % 1_000_000:06}"


def waits(what, look):
    """What is there once the stack has gone on."""
    end = time.monotonic() + 900
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"{what} has not come within 900 s.")
        time.sleep(0.3)


def _call(path, body, headers):
    url = BASE_URL + path
    return demo.get(url, headers) if body is None else demo.post(url, body, headers)
