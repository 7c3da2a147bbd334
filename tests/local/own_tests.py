"""Tests of the local stack's own code: what roles allow, and what its programs are started with."""

import json
import os
import subprocess
import sys
import unittest
from types import SimpleNamespace

import rights
import roles
import surroundings
from paths import ROOT, VENV

sys.path.append(str(ROOT / "tests" / "bench"))

import aws  # noqa: E402

PLACE = ("us-east-1", "123456789012")
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/paylink"

# What broke the stack, or sent it to AWS, when it stood in somebody's terminal.
NASTY = {
    "HTTP_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "socks5://127.0.0.1:9", "AWS_PROFILE": "missing", "AWS_DEFAULT_PROFILE": "sso",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_CLOUDFORMATION": "http://[::1]",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SESSION_TOKEN": "a token of somebody's account", "AWS_CA_BUNDLE": "/nowhere/ca.pem",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/real", "AWS_STS_REGIONAL_ENDPOINTS": "legacy",
    "AWS_USE_FIPS_ENDPOINT": "true", "AWS_MAX_ATTEMPTS": "0", "AWS_REGION": "eu-central-1",
    "PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere", "PYTHONSTARTUP": "/nowhere",
    "SAM_CLI_CONTAINER_CONNECTION_TIMEOUT": "x", "SAM_STACK_NAME": "production",
    "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem", "LD_PRELOAD": "",
}
ENDPOINT = "http://127.0.0.1:4566"


def allow(actions, keys, **more):
    condition = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys},
        "Null": {"dynamodb:LeadingKeys": "false"},
        **more,
    }
    actions = [f"dynamodb:{action}" for action in actions]
    return {"Effect": "Allow", "Action": actions, "Resource": TABLE, "Condition": condition}


def call(operation, **request):
    return f"DynamoDB_20120810.{operation}", json.dumps({"TableName": "paylink", **request})


def key(pk):
    return {"pk": {"S": pk}, "sk": {"S": "x"}}


def transaction(*items):
    items = [
        {kind: {"TableName": "paylink", "Item" if kind == "Put" else "Key": key(pk)}}
        for kind, pk in items
    ]
    return "DynamoDB_20120810.TransactWriteItems", json.dumps({"TransactItems": items})


class Roles(unittest.TestCase):
    def allowed(self, statements, asked):
        try:
            roles.Role(statements).judge(*asked, PLACE)
        except roles.Denied:
            return False
        return True

    def test_an_action_a_table_an_index_and_a_key_have_to_fit(self):
        role = [allow(["GetItem", "Query"], ["intent#*"])]
        query = {
            "KeyConditionExpression": "gsi1pk = :pk AND gsi1sk BETWEEN :from AND :to",
            "ExpressionAttributeValues": {":pk": {"S": "intent#t"}},
        }
        table = {**query, "KeyConditionExpression": "pk = :pk"}
        for asked, expected in (
            (call("GetItem", Key=key("intent#t")), True),
            (call("GetItem", Key=key("customer#t")), False),
            (call("PutItem", Item=key("intent#t")), False),
            (call("GetItem", Key=key("intent#t"), TableName="other"), False),
            (call("Query", **table), True),
            (call("Query", IndexName="gsi1", **query), False),
            (call("Query", **query), False),
            (call("Scan"), False),
            (("Logs_20140328.PutLogEvents", "{}"), False),
        ):
            self.assertEqual(self.allowed(role, asked), expected, asked)

    def test_a_batch_is_judged_at_once(self):
        both = {"RequestItems": {"paylink": {"Keys": [key("intent#t"), key("account#t")]}}}
        asked = ("DynamoDB_20120810.BatchGetItem", json.dumps(both))
        apart = [allow(["BatchGetItem"], [one]) for one in ("intent#*", "account#*")]
        self.assertFalse(self.allowed(apart, asked))
        self.assertTrue(self.allowed([allow(["BatchGetItem"], ["intent#*", "account#*"])], asked))

    def test_a_transaction_has_to_be_allowed_under_each_reading(self):
        asked = transaction(("Put", "intent#t"), ("Update", "account#t"))
        narrow = [allow(["PutItem"], ["intent#*"]), allow(["UpdateItem"], ["account#*"])]
        keys = ["intent#*", "account#*"]
        inside = {"ForAnyValue:StringEquals": {
            "dynamodb:EnclosingOperation": ["TransactWriteItems"]
        }}
        wide = allow(["PutItem", "UpdateItem"], keys, **inside)
        self.assertFalse(self.allowed(narrow, asked))
        self.assertTrue(self.allowed([*narrow, wide], asked))
        self.assertFalse(self.allowed([wide], call("PutItem", Item=key("intent#t"))))
        self.assertTrue(self.allowed([*narrow, wide], call("PutItem", Item=key("intent#t"))))
        self.assertFalse(self.allowed([*narrow, wide], transaction(("ConditionCheck", "intent#t"))))

    def test_a_key_is_opened_for_its_own_purpose_and_only_that(self):
        arn = "arn:aws:kms:us-east-1:123456789012:key/k"
        role = [{
            "Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn,
            "Condition": {"StringEquals": {"kms:EncryptionContext:purpose": ["link", "vault"]}},
        }]
        for context, expected in (
            ({"purpose": "link"}, True), ({"purpose": "webhook"}, False), ({}, False),
        ):
            asked = {"KeyId": "k", "EncryptionContext": context}
            asked = ("TrentService.Decrypt", json.dumps(asked))
            self.assertEqual(self.allowed(role, asked), expected, context)

    def test_a_batch_of_messages_needs_what_one_message_needs(self):
        queue = "arn:aws:sqs:us-east-1:123456789012:delivery"
        role = [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}]
        for name, expected in (("delivery", True), ("other", False)):
            asked = json.dumps({"QueueUrl": f"{ENDPOINT}/123456789012/{name}", "Entries": []})
            asked = ("AmazonSQS.SendMessageBatch", asked)
            self.assertEqual(self.allowed(role, asked), expected, name)

    def test_every_statement_about_the_table_is_bound_to_keys(self):
        for function, policy in rights.statements().items():
            for statement in policy:
                actions = roles.listed(statement["Action"])
                if set(actions) <= rights.OF_LAMBDA or not actions[0].startswith("dynamodb:"):
                    continue
                condition = statement["Condition"]
                keys = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                self.assertNotIn("*", keys, function)
                self.assertEqual(condition["Null"], {"dynamodb:LeadingKeys": "false"}, function)


class Bench(unittest.TestCase):
    def test_its_services_judge_by_the_role_of_the_calling_function(self):
        services = aws.Aws()
        self.addCleanup(services.stop)
        target, body = call("GetItem", Key=key("keyring#link"))
        for function, refused in (
            ("hosted-show-payment-page", False), ("platform-get-jwks", True), ("usual-sdk", False),
        ):
            credential = f"AWS4-HMAC-SHA256 Credential={aws.access_key(function)}/20260101/x"
            request = SimpleNamespace(headers={"authorization": credential}, body=body.encode())
            answer = services._refused_by_role(request, target)
            self.assertEqual(answer is not None, refused, function)


class Surroundings(unittest.TestCase):
    def test_nothing_that_misleads_gets_through(self):
        given = {**NASTY, "PATH": "/bin", "HOME": "/nowhere/ada", "PAYLINK_SEED": "7"}
        made = surroundings.for_aws(ENDPOINT, given)
        self.assertEqual(made["PATH"], "/bin")
        self.assertEqual(made["AWS_ENDPOINT_URL"], ENDPOINT)
        self.assertEqual(made["AWS_REGION"], surroundings.REGION)
        self.assertEqual(made["AWS_CONFIG_FILE"], os.devnull)
        for environment in (made, surroundings.plain(given), surroundings.for_tests(given)):
            for name, value in NASTY.items():
                self.assertNotEqual(environment.get(name), value, name)
        self.assertEqual(surroundings.for_tests(given)["PAYLINK_SEED"], "7")
        self.assertEqual(surroundings.for_tests(given)["RUST_BACKTRACE"], "0")

    def test_builds_keep_their_proxy_and_nothing_of_aws(self):
        given = {**NASTY, "CARGO_TARGET_DIR": "/elsewhere", "CARGO_BUILD_TARGET": "wasm32-wasip1"}
        made = surroundings.for_builds(given)
        self.assertEqual(made["HTTP_PROXY"], NASTY["HTTP_PROXY"])
        self.assertEqual(made["CARGO_TARGET_DIR"], str(ROOT / "target"))
        strays = [name for name in made if name.startswith(("AWS_", "PYTHON", "SAM_"))]
        self.assertEqual(strays, [])
        self.assertNotIn("CARGO_BUILD_TARGET", made)

    def test_sam_takes_a_template_apart_in_a_terminal_full_of_traps(self):
        given = {**os.environ, **NASTY}
        sam = [str(VENV / "bin" / "sam"), "validate", "--template-file", "template.yaml"]
        said = subprocess.run(
            [*sam, "--region", surroundings.REGION, "--lint"], cwd=ROOT, capture_output=True,
            text=True, env=surroundings.for_aws(ENDPOINT, given) | {"SAM_CLI_TELEMETRY": "0"},
        )
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_our_own_process_is_cleaned_too(self):
        code = (
            "import os, surroundings; surroundings.clean(); import boto3; "
            "print(boto3.client('s3', region_name='us-east-1').meta.endpoint_url, "
            "[name for name in os.environ if name.lower().endswith('_proxy')])"
        )
        given = {name: one for name, one in {**os.environ, **NASTY}.items() if "PYTHON" not in name}
        said = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT / "tests" / "local", env=given,
            capture_output=True, text=True,
        )
        self.assertIn("['NO_PROXY', 'no_proxy']", said.stdout, said.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
