"""What each function has to answer to its own event.

A route answers the success of its description, which is made from its one statement; so a new route
stands here only where the world before it has to differ. `answer` is the whole answer of a function
without HTTP (`ANY` where it holds new ids), or the status of a route that is not described.
`handled` is what a worker's log line must count, without troubles. `card` and `also` say how the
world before it differs: which card was typed, and what ran besides. `slow` ones hash a password, a
hundred times the instructions of any other call: few of theirs are counted.
"""

import json
from collections import namedtuple
from functools import cache

from paths import ROOT
from say import Failure

DESCRIBED = object()
ANY = object()
NOTHING_FAILED = {"batchItemFailures": []}

Case = namedtuple(
    "Case", "answer handled card also slow", defaults=(DESCRIBED, None, "4242424242424242", (), False)
)

ASKS = "4000000000003220"  # asks for 3-D Secure
NEVER = "4000000000003303"  # never reaches the processor

# Two wallets and money in the first; a wallet that money is on its way to.
PAIR = ("wallet", "second wallet", "money")
FUNDED = ("wallet", "bank account", "product", "funding")

# A shop of the links surface that may sell, and its owner's session.
SIGNED_IN = ("shop", "seller", "owner")
ITEM = (*SIGNED_IN, "item")
LINK = (*ITEM, "shop's link")
KEY = (*SIGNED_IN, "shop's key")
CHECKOUT = (*ITEM, "shop's key", "shop's checkout")
HOOK = (*SIGNED_IN, "shop's hook")

CASES = {
    "platform-create-payment": Case(also=PAIR),
    "platform-release-payment": Case(also=(*PAIR, "held payment")),
    "platform-cancel-payment": Case(also=(*PAIR, "held payment")),
    "platform-review-payment": Case(also=(*PAIR, "threshold", "payment")),
    "platform-create-wallet": Case(also=("wallet",)),
    "platform-list-wallets": Case(also=("wallet", "second wallet")),
    "platform-get-wallet": Case(also=("wallet",)),
    "platform-update-wallet": Case(also=("wallet",)),
    "platform-list-wallet-entries": Case(also=(*PAIR, "payment")),
    "platform-list-payment-methods": Case(also=("bank account",)),
    "platform-delete-payment-method": Case(also=("bank account",)),
    "platform-list-destinations": Case(also=("platform-create-destination",)),
    "platform-retry-delivery": Case(also=("workers-deliver-webhook",)),
    "payments-create-payment": Case(also=("seller",)),
    # No card is saved.
    "payments-create-charge": Case(409, also=("seller", "customer")),
    "payments-get-payment": Case(also=("seller", "seller's payment")),
    "payments-list-payments": Case(also=("seller", "seller's payment")),
    "payments-cancel-payment": Case(also=("seller", "seller's payment")),
    "payments-get-transaction": Case(404),
    "payments-retry-transaction": Case(404),
    "payments-refund-transaction": Case(404),
    "payments-get-refund": Case(404),
    "payments-delete-api-key": Case(404),
    "payments-get-invoice": Case(404),
    "payments-create-invoice": Case(404),
    "payments-set-invoice-status": Case(404),
    "payments-get-credit-note": Case(404),
    "payments-get-webhook": Case(also=("hook",)),
    "payments-update-webhook": Case(also=("hook",)),
    "payments-delete-webhook": Case(also=("hook",)),
    "payments-rotate-webhook-secret": Case(also=("hook",)),
    "payments-send-test-event": Case(also=("hook",)),
    "payments-list-deliveries": Case(also=("hook",)),
    "payments-get-delivery": Case(404, also=("hook",)),
    "payments-retry-delivery": Case(404, also=("hook",)),
    "payments-replay-events": Case(also=("hook",)),
    "payments-create-customer": Case(201),
    "payments-get-customer": Case(also=("customer",)),
    "payments-update-customer": Case(also=("customer",)),
    "payments-list-payment-methods": Case(also=("customer",)),
    "payments-delete-payment-method": Case(404),
    "payments-set-default-payment-method": Case(404),
    "payments-create-invoice-download-links": Case(404),
    "payments-get-invoice-download": Case(404),
    "payments-create-credit-note-links": Case(404),
    "hosted-download-document": Case(404),
    # Nobody has an account at Stripe there.
    "hosted-receive-stripe-event": Case(404),
    "workers-read-stripe-object": Case(NOTHING_FAILED, handled=1),
    "links-login": Case(also=SIGNED_IN, slow=True),
    "links-refresh-session": Case(also=SIGNED_IN),
    "links-logout": Case(also=SIGNED_IN),
    "links-get-me": Case(also=SIGNED_IN),
    "links-preview-invitation": Case(also=("shop",)),
    "links-accept-invitation": Case(also=("shop",), slow=True),
    "links-update-me": Case(also=SIGNED_IN),
    "links-reauthenticate": Case(also=SIGNED_IN, slow=True),
    "links-change-password": Case(also=SIGNED_IN, slow=True),
    "links-reset-password": Case(410),
    "links-list-sessions": Case(also=SIGNED_IN),
    "links-end-session": Case(404, also=SIGNED_IN),
    "links-end-other-sessions": Case(also=SIGNED_IN),
    "links-verify-sign-in": Case(401),
    "links-begin-totp": Case(also=SIGNED_IN),
    "links-confirm-totp": Case(400, also=(*SIGNED_IN, "links-begin-totp")),
    "links-renew-recovery-codes": Case(409, also=SIGNED_IN),
    "links-remove-totp": Case(also=SIGNED_IN),
    "links-list-members": Case(also=SIGNED_IN),
    "links-update-member": Case(404, also=SIGNED_IN),
    "links-remove-member": Case(404, also=SIGNED_IN),
    "links-reset-member": Case(404, also=SIGNED_IN),
    "links-list-activity": Case(also=SIGNED_IN),
    "links-list-invitations": Case(also=SIGNED_IN),
    "links-create-invitation": Case(also=SIGNED_IN),
    "links-renew-invitation": Case(404, also=SIGNED_IN),
    "links-withdraw-invitation": Case(404, also=SIGNED_IN),
    "links-get-organization": Case(also=SIGNED_IN),
    "links-update-organization": Case(also=SIGNED_IN),
    "links-get-organization-tax": Case(also=SIGNED_IN),
    "links-update-organization-tax": Case(also=SIGNED_IN),
    "links-create-product": Case(also=SIGNED_IN),
    "links-list-products": Case(also=ITEM),
    "links-upload-logo": Case(also=SIGNED_IN),
    "links-remove-logo": Case(also=SIGNED_IN),
    "links-upload-product-image": Case(also=ITEM),
    "links-remove-product-image": Case(also=ITEM),
    "links-get-image": Case(also=(*SIGNED_IN, "links-upload-logo")),
    "links-get-product": Case(also=ITEM),
    "links-update-product": Case(also=ITEM),
    "links-delete-product": Case(also=ITEM),
    "links-restore-product": Case(also=(*ITEM, "links-delete-product")),
    "links-create-payment-link": Case(also=ITEM),
    "links-list-payment-links": Case(also=LINK),
    "links-export-payment-links": Case(also=LINK),
    "links-get-payment-link": Case(also=LINK),
    "links-get-link-statistics": Case(also=LINK),
    "links-get-organization-statistics": Case(also=SIGNED_IN),
    "links-get-dashboard": Case(also=SIGNED_IN),
    "links-get-payment-link-qr": Case(also=LINK),
    "links-update-payment-link": Case(also=LINK),
    "links-delete-payment-link": Case(also=LINK),
    "links-restore-payment-link": Case(also=(*LINK, "links-delete-payment-link")),
    "links-clone-payment-link": Case(also=LINK),
    "links-preview-payment-link": Case(also=LINK),
    "links-start-checkout": Case(also=LINK),
    "links-list-api-keys": Case(also=KEY),
    "links-create-api-key": Case(also=SIGNED_IN),
    "links-rotate-api-key": Case(also=KEY),
    "links-revoke-api-key": Case(also=KEY),
    "links-create-checkout": Case(also=(*ITEM, "shop's key")),
    "links-list-transactions": Case(also=CHECKOUT),
    "links-get-transaction": Case(also=CHECKOUT),
    "links-cancel-transaction": Case(also=CHECKOUT),
    "links-export-transactions": Case(also=CHECKOUT),
    "links-list-link-payments": Case(also=LINK),
    "links-export-link-payments": Case(also=LINK),
    "links-refund-transaction": Case(409, also=CHECKOUT),
    "links-list-refunds": Case(also=SIGNED_IN),
    "links-get-refund": Case(404, also=SIGNED_IN),
    "links-create-webhook": Case(also=SIGNED_IN),
    "links-list-webhooks": Case(also=HOOK),
    "links-get-webhook": Case(also=HOOK),
    "links-update-webhook": Case(also=HOOK),
    "links-delete-webhook": Case(also=HOOK),
    "links-rotate-webhook-secret": Case(also=HOOK),
    "links-send-test-event": Case(also=HOOK),
    "links-list-deliveries": Case(also=HOOK),
    "links-get-delivery": Case(404, also=HOOK),
    "links-retry-delivery": Case(404, also=HOOK),
    "links-replay-events": Case(also=HOOK),
    "hosted-show-link-page": Case(200, also=LINK),
    "hosted-show-challenge": Case(card=ASKS, also=("hosted-submit-payment",)),
    "hosted-complete-challenge": Case(card=ASKS, also=("hosted-submit-payment",)),
    "hosted-not-found": Case(404),
    "dashboard-show-dashboard": Case(200),
    "dashboard-get-dashboard-asset": Case(404),
    "dashboard-show-docs": Case(200),
    "workers-publish-events": Case(None, handled=1),
    "workers-fan-out-event": Case(NOTHING_FAILED, handled=1),
    "workers-deliver-webhook": Case(NOTHING_FAILED, handled=1),
    "workers-retry-deliveries": Case(None, handled=0),
    "workers-expire-payments": Case(None, handled=1, also=("overdue exp",)),
    "workers-reconcile-payments": Case(
        None, handled=1, card=NEVER, also=("hosted-submit-payment", "overdue until")
    ),
    "workers-advance-payment": Case(
        NOTHING_FAILED, handled=1, also=(*FUNDED, "overdue until WALLET_PAYMENT_ID")
    ),
    "workers-number-document": Case(NOTHING_FAILED, handled=1),
    "workers-complete-payments": Case(None, handled=0),
    "workers-render-document": Case(NOTHING_FAILED, handled=1),
    "workers-count-statistics": Case(NOTHING_FAILED, handled=1),
    "workers-recount-statistics": Case(ANY, also=SIGNED_IN),
    "workers-audit-ledger": Case(ANY, also=FUNDED),
    "workers-fetch-issuer-keys": Case(None, handled=0),
}

_DESCRIPTIONS = (
    ("platform", "openapi.json"), ("payments", "payments/openapi.json"), ("links", "links/openapi.json")
)


def case_of(name):
    """What a function has to answer, and the world before it."""
    case = CASES.get(name, Case())
    if case.answer is not DESCRIBED:
        return case
    if name.startswith("operators-"):
        return case._replace(answer=ANY)
    if name not in _described():
        raise Failure(f"{name} is no described route: add its line to tests/bench/cases.py.")
    return case._replace(answer=_described()[name])


@cache
def _described():
    """The success of every described route, by the name of its function."""
    found = {}
    for surface, path in _DESCRIPTIONS:
        described = json.loads((ROOT / "shared" / "src" / "http" / path).read_text())
        for operations in described["paths"].values():
            for operation in operations.values():
                verb = operation["operationId"].replace("_", "-")
                success = min(int(status) for status in operation["responses"])
                # The pages of buyers are described with the surface that is there in any case.
                found[f"{surface}-{verb}"] = success
                found.setdefault(f"hosted-{verb}", success)
    return found
