"""What a case may name to have run before it, besides the functions themselves.

Each runs one function with its own event, changed in these fields, and takes facts from the
answer. A field whose value is a fact's name gets that fact; None leaves the field out.
"""

from collections import namedtuple

Extra = namedtuple("Extra", "function changes facts")

_BANK_PULL = {
    "name": "From your bank",
    "pull": "ach",
    "processor": "simulator",
    "limits": {"USD": {"minimum": "1.00", "maximum": "10000.00"}},
}

# What the owner of a shop signs in with.
OWNER = {"MERCHANT_EMAIL": "grace@example.com", "MERCHANT_PASSWORD": "seats-for-the-autumn"}

_MADE = {"WALLET_PAYMENT_ID": "data.payment_intent_id"}

EXTRAS = {
    # The tenant's own merchant account, and a payment into it.
    "seller": Extra("operators-put-merchant-account", {"user_id": None}, {}),
    "seller's payment": Extra("payments-create-payment", {}, {"PAYMENT_ID": "data.id"}),
    "hook": Extra("payments-create-webhook", {}, {"WEBHOOK_ID": "data.id"}),
    "customer": Extra("payments-create-customer", {}, {"CUSTOMER_ID": "data.id"}),
    # Another tenant, whose owner is invited, signs in, and sells a product through a link.
    "shop": Extra(
        "operators-provision-tenant", {"owner_email": OWNER["MERCHANT_EMAIL"]},
        {"TENANT_ID": "tenant_id", "INVITE_TOKEN": "invite_token"},
    ),
    "owner": Extra(
        "links-accept-invitation", {},
        {"MERCHANT_TOKEN": "access_token", "MERCHANT_REFRESH_TOKEN": "refresh_token"},
    ),
    "item": Extra("links-create-product", {}, {"PRODUCT_ID": "id"}),
    "shop's link": Extra("links-create-payment-link", {}, {"LINK_UUID": "uuid"}),
    "shop's key": Extra(
        "links-create-api-key", {}, {"LINKS_API_KEY": "raw_key", "LINKS_API_KEY_ID": "id"}
    ),
    "shop's hook": Extra("links-create-webhook", {}, {"LINKS_WEBHOOK_ID": "id"}),
    "shop's checkout": Extra("links-create-checkout", {}, {"TRANSACTION_ID": "transaction_id"}),
    "wallet": Extra("platform-create-wallet", {"name": "Daily"}, {"WALLET_ID": "data.wallet_id"}),
    "second wallet": Extra("platform-create-wallet", {}, {"SAVINGS_WALLET_ID": "data.wallet_id"}),
    "bank account": Extra(
        "platform-create-bank-payment-method", {}, {"BANK_METHOD_ID": "data.payment_method_id"}
    ),
    "product": Extra(
        "operators-update-tenant", {"routes": [_BANK_PULL]}, {"PRODUCT_ID": "routes.0.id"}
    ),
    "threshold": Extra("operators-update-tenant", {"review_thresholds": {"USD": "10.00"}}, {}),
    "payment": Extra("platform-create-payment", {}, _MADE),
    "held payment": Extra("platform-create-payment", {"hold": True}, _MADE),
    # At the bank until the simulator says otherwise.
    "funding": Extra(
        "platform-create-payment",
        {
            "intent_type": "funding",
            "destination_wallet_id": None,
            "product_id": "PRODUCT_ID",
            "payment_method_id": "BANK_METHOD_ID",
        },
        _MADE,
    ),
}
