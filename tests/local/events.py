"""The committed events with live values: what stands in events/ for what only a stack has."""

import base64
import time

from paths import ROOT

PLACEHOLDERS = {
    "ACCESS_TOKEN": "ACCESS_TOKEN",
    "API_KEY": "API_KEY",
    "BASIC_CREDENTIALS": "BASIC_CREDENTIALS",
    "CARD_TOKEN": "CARD_TOKEN",
    "CLIENT_ID": "CLIENT_ID",
    "CLIENT_SECRET": "CLIENT_SECRET",
    "INVITE_TOKEN": "INVITE_TOKEN",
    "LINK_TOKEN": "LINK_TOKEN",
    "LINKS_API_KEY": "LINKS_API_KEY",
    "MERCHANT_EMAIL": "MERCHANT_EMAIL",
    "MERCHANT_PASSWORD": "MERCHANT_PASSWORD",
    "MERCHANT_TOKEN": "MERCHANT_TOKEN",
    "REFRESH_TOKEN": "MERCHANT_REFRESH_TOKEN",
    "01936d5e-8f00-4000-8000-00000000000b": "LINK_UUID",
    "prod_01JDPNX3R00000000000000009": "PRODUCT_ID",
    "key_01JDPNX3R0000000000000000A": "LINKS_API_KEY_ID",
    "TX01JDPNX3R0R02000000000004X": "TRANSACTION_ID",
    "pay_01936d5e8f0080008000000000000004": "PAYMENT_ID",
    "cus_01936d5e8f0070008000000000000002": "CUSTOMER_ID",
    "wh_01936d5e8f0070008000000000000006": "WEBHOOK_ID",
    "wh_01JDPNX3R0R020000000000052": "LINKS_WEBHOOK_ID",
    "01936d5e-8f00-7000-8000-000000000001": "TENANT_ID",
    "01936d5e-8f00-7000-8000-000000000002": "USER_ID",
    "01936d5e-8f00-7000-8000-000000000003": "MERCHANT_ACCOUNT_ID",
    "01936d5e-8f00-7000-8000-000000000004": "PAYMENT_INTENT_ID",
    "01936d5e-8f00-7000-8000-000000000005": "EVENT_ID",
    "01936d5e-8f00-7000-8000-000000000006": "WEBHOOK_ENDPOINT_ID",
    "01936d5e-8f00-7000-8000-000000000007": "WALLET_ID",
    "01936d5e-8f00-7000-8000-000000000008": "SAVINGS_WALLET_ID",
    "01936d5e-8f00-8000-8000-000000000004": "WALLET_PAYMENT_ID",
    "01936d5e-8f00-8000-8000-00000000000a": "BANK_METHOD_ID",
    # A time within the 30 days that can be replayed.
    "2026-11-20T00:00:00Z": "YESTERDAY",
    # Partitions are named after the month in which the ids above were made.
    "#2024-11": "MONTH",
}


def names():
    """Every function that has an event."""
    return sorted(path.stem for path in (ROOT / "events").glob("*.json"))


def fill(name, facts):
    """The text of a function's event with the facts known so far; the rest stays as it is."""
    text = (ROOT / "events" / f"{name}.json").read_text()
    live = {**facts, **_derived(facts)}
    # The longest first: one may stand within another.
    for placeholder, fact in sorted(PLACEHOLDERS.items(), key=lambda pair: -len(pair[0])):
        if fact in live:
            text = text.replace(placeholder, live[fact])
    return text


def _derived(facts):
    yesterday = time.gmtime(time.time() - 86_400)
    derived = {"YESTERDAY": time.strftime("%Y-%m-%dT00:00:00Z", yesterday)}
    if "CLIENT_SECRET" in facts:
        basic = f"{facts['CLIENT_ID']}:{facts['CLIENT_SECRET']}"
        derived["BASIC_CREDENTIALS"] = base64.b64encode(basic.encode()).decode()
    if "PAY_URL" in facts:
        derived["LINK_TOKEN"] = facts["PAY_URL"].rsplit("/", 1)[1]
        minted_at_s = int(facts["PAYMENT_INTENT_ID"].replace("-", "")[:12], 16) / 1000
        derived["MONTH"] = time.strftime("#%Y-%m", time.gmtime(minted_at_s))
    return derived
