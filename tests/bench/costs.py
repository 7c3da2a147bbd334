"""What a million links and a million webhooks cost at list prices, and what costs when idle.

Computed from the measured requests, units, log bytes and processor time. Assumptions stand in
`ASSUMPTIONS`; prices are those of us-east-1, for arm64, without free tiers.
"""

import math
import re

from paths import ROOT
from stored import per_link

PRICES = {
    "gateway_request": 3.50 / 1e6,
    "lambda_request": 0.20 / 1e6,
    "lambda_gb_s": 0.0000133334,
    "write_unit": 0.625 / 1e6,
    "read_unit": 0.125 / 1e6,
    "sqs_request": 0.40 / 1e6,
    "bus_event": 1.00 / 1e6,
    "kms_request": 0.03 / 1e4,
    "log_byte": 0.50 / 1e9,
    "byte_out": 0.09 / 1e9,
    "gb_month": 0.25,
    "gb_backup_month": 0.20,
    "kms_key_month": 1.00,
    "alarm_month": 0.10,
    "metric_month": 0.30,
}

MEMORY_GB = 0.25
CPU_SHARE = 0.145
TRIP_MS = {"dynamodb": 4, "sqs": 6, "events": 12, "kms": 8}
RECEIVER_MS = 150
# Records that streams and queues hand over at once, by links or webhooks a second.
BATCHES = {0.4: 1, 40: 10}
# Starts per call, each of which opens its keys.
COLD = 0.01
WEBHOOK_BYTES_OUT = 2_000
POLLS_PER_QUEUE = 15 * 60 * 24 * 30
MINUTES = 60 * 24 * 30
SECONDS = MINUTES * 60
# Metrics that a function writes while nothing fails: the sender's time to the first attempt.
METRICS = {"workers-deliver-webhook": 1}
# What runs each minute, and how many queries it asks when nothing is due.
SWEEPS = {
    "workers-expire-payments": 8,
    "workers-complete-payments": 4,
    "workers-reconcile-payments": 16,
    "workers-retry-deliveries": 20,
}

ASSUMPTIONS = (
    "arm64, 256 MB; a function gets 14.5 % of a processor, so its CPU time counts 6.9 times; "
    "warm processes only (cold ones are below 1 %)",
    "a trip takes 4 ms to DynamoDB, 6 ms to SQS, 12 ms to EventBridge; a receiver takes 150 ms",
    "a link: created once, its page opened three times, one card typed, paid; 6 requests at the "
    "gateway; 3 events on the bus (created, processing, succeeded)",
    "the stream and the queues hand over one record at 0.4 a second and ten at 40, and deliveries "
    "of one batch overlap; work per record is not shared otherwise",
    "a webhook: one event, from the bus (which the link has paid for) to one endpoint, delivered "
    "at the first try: two messages, received and deleted in tens, 2 KB out",
    "one log line per invocation as measured, none of the platform's own (system log level WARN); "
    "nothing traced (`Tracing: PassThrough`); one call in a hundred is a start and opens its keys; "
    "metrics of workers are there all month and shared by the month's links or webhooks",
    "stored: one paid link with its three events, a delivery of each, indexes and point-in-time "
    "recovery (of the table without its indexes); what has a `ttl` counts by its share of a month",
    "idle: no free tiers; a queue's mapping polls 15 times a minute; four sweeps a minute; alarms; "
    "the key; no metric is written where nothing is in trouble",
)


# What has to be measured for the sums below.
FUNCTIONS = (
    "platform-create-card-payment-link", "hosted-show-payment-page", "hosted-tokenize-card",
    "hosted-submit-payment", "workers-publish-events", "workers-fan-out-event",
    "workers-deliver-webhook", *SWEEPS,
)


def figures(results):
    """Dollars of each sum, by line."""
    sums = {}
    for rate in BATCHES:
        sums[f"a million links, {rate:g} a second"] = link(results, rate)
        sums[f"a million webhooks, {rate:g} a second"] = webhook(results, rate)
    return {**sums, "a month idle": idle(results), "a million paid links stored, a month": stored()}


def stored():
    """Dollars per month for what a million paid links leave in the table, by line."""
    gb = {what: size * 1e6 / 1e9 for what, size in per_link().items()}
    return {
        "table": gb["for good"] * PRICES["gb_month"],
        "swept up": gb["for a while"] * PRICES["gb_month"],
        "backups": gb["backed up"] * PRICES["gb_backup_month"],
    }


def link(results, rate):
    """Dollars per million links at so many a second, by line."""
    lines = {"gateway": 6 * PRICES["gateway_request"] * 1e6}
    steps = (
        ("platform-create-card-payment-link", 1, 1), ("hosted-show-payment-page", 3, 1),
        ("hosted-tokenize-card", 1, 1),
        ("hosted-submit-payment", 1, 1), ("workers-publish-events", 3, BATCHES[rate]),
    )
    for name, times, batch in steps:
        _add(lines, results[name], times, batch)
    # The link's timer is found and dropped by the sweep: a delete, and its share of the query.
    lines["table"] = lines.get("table", 0) + PRICES["write_unit"] * 1e6
    lines["metrics"] = _metrics(("workers-publish-events",), rate)
    return lines


def webhook(results, rate):
    """Dollars per million webhooks at so many a second, from the bus to the receiver's answer."""
    lines, batch = {}, BATCHES[rate]
    _add(lines, results["workers-fan-out-event"], 1, batch)
    _add(lines, results["workers-deliver-webhook"], 1, batch, RECEIVER_MS)
    # Both queues: receive and delete; the bus puts into the first for nothing.
    lines["queues"] += 4 / batch * PRICES["sqs_request"] * 1e6
    lines["metrics"] = _metrics(("workers-fan-out-event", "workers-deliver-webhook"), rate)
    lines["data out"] = WEBHOOK_BYTES_OUT * PRICES["byte_out"] * 1e6
    return lines


def idle(results):
    """Dollars per month of a deployed stack that nobody uses."""
    # An alarm over several metrics costs as one over each.
    alarms = (ROOT / "template.yaml").read_text().count("MetricName:")
    workers = (ROOT / "functions" / "workers" / "template.yaml").read_text()
    queues = len(re.findall(r"EventSourceArn: !Ref \w+QueueArn", workers))
    lines = {}
    for name, shards in SWEEPS.items():
        # Nothing is due: queries that find nothing, half a unit each.
        quiet = {**results[name], "requests": {"dynamodb.Query": shards}}
        quiet |= {"read_units": shards / 2, "write_units": 0.0}
        _add(lines, quiet, MINUTES / 1e6, 1)
    lines["queues"] = queues * POLLS_PER_QUEUE * PRICES["sqs_request"]
    lines["alarms"] = alarms * PRICES["alarm_month"]
    lines["key"] = PRICES["kms_key_month"]
    return lines


def _metrics(functions, rate):
    """Dollars per million for metrics of these functions, which are paid by the month."""
    a_month = sum(METRICS.get(name, 0) for name in functions) * PRICES["metric_month"]
    return a_month / (rate * SECONDS) * 1e6


def _add(lines, measured, times, batch, waits_ms=0):
    """Adds what `times` million records cost that come in batches."""
    millions = times * 1e6

    def add(line, dollars):
        lines[line] = lines.get(line, 0) + dollars

    calls = {}
    for request, count in measured["requests"].items():
        service = request.split(".")[0]
        calls[service] = calls.get(service, 0) + count
    trips_ms = sum(TRIP_MS[service] * count for service, count in calls.items())
    busy_ms = measured["warm_cpu_ms"] / CPU_SHARE
    # Of a batch, waiting overlaps and computing does not.
    billed_ms = math.ceil(busy_ms * batch + trips_ms + waits_ms) / batch
    add("functions", millions * (PRICES["lambda_request"] / batch
                                 + billed_ms / 1000 * MEMORY_GB * PRICES["lambda_gb_s"]))
    add("table", millions * (measured["write_units"] * PRICES["write_unit"]
                             + measured["read_units"] * PRICES["read_unit"]))
    add("bus", millions * calls.get("events", 0) * PRICES["bus_event"])
    add("queues", millions * calls.get("sqs", 0) * PRICES["sqs_request"])
    logged = measured["log_bytes"] / batch
    starts = measured["init_requests"].get("kms.Decrypt", 0) * COLD / batch
    add("keys", millions * starts * PRICES["kms_request"])
    add("logs", millions * logged * PRICES["log_byte"])
