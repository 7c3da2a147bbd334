"""Tests of the local stack's own code: what roles allow, and what its programs are started with."""

import contextlib
import functools
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import uuid
from types import SimpleNamespace

import adoption
import commands
import demo
import lateness
import readme_blocks
import repeat
import rights
import roles
import surroundings
from paths import ROOT, VENV
from say import Failure, Faults

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


class BeingLate(unittest.TestCase):
    """The stack is as late as it is asked to be, and never unless it is."""

    QUEUE, RULE = {"Records": [{"body": "x"}]}, {"detail-type": "Scheduled Event"}
    CALL = {"httpMethod": "GET", "body": None}

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "late.json"
        self.slept = []
        self.stack = lateness.Lateness(self.path, self.slept.append)

    def calls(self, function, event, count=50):
        """How long each of so many calls waited: before it was served, and after."""
        waits = []
        for _ in range(count):
            self.slept.clear()
            served = self.stack.call(function, event, lambda: len(self.slept))
            waits.append((self.slept[:served], self.slept[served:]))
        return waits

    def test_nothing_waits_by_default(self):
        self.assertEqual(lateness.wanted(given={}), lateness.NONE)
        for event in (self.QUEUE, self.RULE, self.CALL, {}, "text", None):
            self.assertEqual(self.calls("deliver", event, 3), [([], [])] * 3)

    def test_what_is_woken_begins_late_and_callers_wait_before_and_after(self):
        lateness.ask(self.path, lateness.wanted(given={"PAYLINK_LATE": "1500"}))
        for event in (self.QUEUE, self.RULE):
            waits = self.calls("deliver", event)
            self.assertTrue(all(len(before) == 1 and not after for before, after in waits))
            waited = [before[0] for before, _ in waits]
            self.assertTrue(0 <= min(waited) < 0.3 and 1.2 < max(waited) <= 1.5, waited)
        waits = self.calls("create", self.CALL)
        self.assertTrue(all(len(before) == len(after) == 1 for before, after in waits))
        waited = [both[0] for wait in waits for both in wait]
        self.assertTrue(0 <= min(waited) < 0.03 and 0.12 < max(waited) <= 0.15, waited)

    def test_a_seed_has_each_function_wait_the_same_whatever_else_is_called(self):
        lateness.ask(self.path, {"workers": 100, "answers": 0, "seed": 7})
        first = self.calls("deliver", self.QUEUE, 5)
        other = lateness.Lateness(self.path, self.slept.append)
        self.stack = other
        self.calls("create", self.CALL, 3)
        self.assertEqual(self.calls("deliver", self.QUEUE, 5), first)
        lateness.ask(self.path, {"workers": 100, "answers": 0, "seed": 8})
        self.assertNotEqual(self.calls("deliver", self.QUEUE, 5), first)

    def test_a_running_stack_is_late_from_the_next_call_on_and_again_not(self):
        self.assertEqual(self.calls("deliver", self.QUEUE, 1), [([], [])])
        lateness.ask(self.path, {"workers": 100, "answers": 0, "seed": 7})
        self.assertEqual(len(self.calls("deliver", self.QUEUE, 1)[0][0]), 1)
        lateness.ask(self.path, lateness.NONE)
        self.assertEqual(self.calls("deliver", self.QUEUE, 1), [([], [])])

    def test_arguments_come_before_the_environment_and_answers_are_a_tenth(self):
        given = {"PAYLINK_LATE": "800", "PAYLINK_LATE_SEED": "7"}
        self.assertEqual(lateness.wanted(given=given), {"workers": 800, "answers": 80, "seed": 7})
        asked = lateness.wanted(0, 1500, given=given)
        self.assertEqual(asked, {"workers": 0, "answers": 1500, "seed": 7})
        self.assertIn("PAYLINK_LATE_SEED=7", lateness.tell(asked))


class PastShop(unittest.TestCase):
    def test_an_id_says_when_its_tenant_began(self):
        made = uuid.UUID(demo.id_of(1_795_255_200.5))
        self.assertEqual((made.version, made.variant), (7, uuid.RFC_4122))
        self.assertEqual(made.int >> 80, 1_795_255_200_500)
        self.assertNotEqual(demo.id_of(0), demo.id_of(0))


class Telling(unittest.TestCase):
    def test_a_failure_keeps_nothing_else_from_running_and_all_are_told(self):
        faults, ran = Faults(), []
        with contextlib.redirect_stderr(io.StringIO()) as said:
            for name in ("first", "second", "third"):
                with faults.kept():
                    ran.append(name)
                    if name != "second":
                        raise Failure(f"The {name} failed.")
        self.assertEqual(ran, ["first", "second", "third"])
        self.assertIn("paylink: The first failed.", said.getvalue())
        with self.assertRaisesRegex(Failure, "^The first failed.\nThe third failed.$"):
            faults.tell()
        Faults().tell()


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


class Told(unittest.TestCase):
    def test_e2_a_failing_test_leaves_a_sentence_and_the_command_that_repeats_it(self):
        said = ["test store::keys::one ... ok", "test store::keys::two ... FAILED", "not right",
                "test result: FAILED. 1 passed; 1 failed"]
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            commands._how_to_repeat(said)
        self.assertIn("--exact store::keys::two", out.getvalue())
        self.assertNotIn("store::keys::one", out.getvalue())
        self.assertEqual(out.getvalue().count("--exact"), 1)
    def test_the_end_of_a_run_names_each_test_that_failed_and_its_reason(self):
        said = ["test a::one ... FAILED", "test a::two ... ok", "test a::three ... FAILED",
                "failures:", "", "---- a::one stdout ----", "",
                "thread 'a::one' (7) panicked at tests/a.rs:7:9:", "assertion failed", "  left: 1",
                "note: run with RUST_BACKTRACE=1", "", "failures:", "    a::one", "    a::three"]
        with contextlib.redirect_stdout(io.StringIO()), self.assertRaises(Failure) as failed:
            commands._demand_tests("testing", 101, said)
        self.assertEqual(str(failed.exception).splitlines(), [
            "Testing failed; the messages are above.",
            "  a::one: tests/a.rs:7:9: assertion failed left: 1",
            "  a::three: ",
        ])
        with contextlib.redirect_stdout(io.StringIO()):
            commands._demand_tests("testing", 0, ["test a::one ... ok"])

    def test_the_backtrace_is_there_for_whoever_asks(self):
        # Around the sentence, and whatever the terminal says.
        for given, shown in (
            ({"RUST_BACKTRACE": "full"}, "0"), ({}, "0"), ({"PAYLINK_BACKTRACE": "1"}, "1"),
        ):
            self.assertEqual(surroundings.for_tests(given)["RUST_BACKTRACE"], shown)


class FirstSteps(unittest.TestCase):
    def test_d6_the_first_steps_are_run_as_they_are_printed(self):
        texts = {path: path.read_text() for path in readme_blocks.files()}
        first = readme_blocks._BLOCK.findall(texts[ROOT / "README.md"])
        # What is read first is run, from the token on, which the file that it reads keeps fresh.
        self.assertTrue(first and first[0].startswith(". target/local/token\n"), first)
        order = ["a tenant", "a user of it", "a merchant account", "then links"]
        places = [texts[ROOT / "README.md"].index(step) for step in order]
        self.assertEqual(places, sorted(places))
        self.assertIn(".png)", texts[ROOT / "README.md"], "a picture of the page")
        for path, text in texts.items():
            self.assertNotIn("/dev/stdout", text, f"{path} can lose what is shown once")


class Invoking(unittest.TestCase):
    def test_a_name_twice_is_refused_at_any_depth(self):
        read = functools.partial(json.loads, object_pairs_hook=commands._named_once)
        self.assertEqual(read('{"a": {"b": 1}, "b": 2}'), {"a": {"b": 1}, "b": 2})
        for text in ('{"a": 1, "a": 2}', '{"m": [{"a": 1, "\\u0061": 1}]}'):
            with self.assertRaisesRegex(Failure, "a is there twice"):
                read(text)


class Repeated(unittest.TestCase):
    def test_e1_a_test_that_fails_in_some_runs_is_named_with_them(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "tests"
            program.write_text(
                "#!/bin/sh\n"
                "[ -e seen ] && { echo 'test a::one ... ok'; exit 0; }\n"
                "touch seen; echo 'test a::one ... FAILED'; exit 101\n"
            )
            program.chmod(0o755)
            out = io.StringIO()
            with contextlib.redirect_stdout(out), self.assertRaises(commands.Failure):
                repeat.run([("tried", program, folder)], 3, cores=1, busy=1)
            self.assertIn("a::one: failed in 1 of 3 runs (1)", out.getvalue())
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                repeat.run([("tried", program, folder)], 2)
            self.assertIn("Every test passed 2 times.", out.getvalue())

    def test_a_program_that_ends_without_a_word_is_told_of(self):
        self.assertEqual(repeat.broken(["test a ... ok"], 0), [])
        self.assertEqual(repeat.broken([], -9), ["(the whole program ended with -9)"])
        said = ["test a::b ... words in between", "failures:", "    a::b", "", "test result: FAILED"]
        self.assertEqual(repeat.broken(said, 101), ["a::b"])


class Adoption(unittest.TestCase):
    """A8: a new stack takes over the table and the key of one that is gone, as the README says; the
    test command does so on the stack, too (adoption.py)."""

    def test_a8_the_import_takes_over_exactly_table_and_key_as_the_template_has_them(self):
        adopted, asked = adoption.recipe()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "adopt.yaml"
            path.write_text(adopted)
            lint = [str(VENV / "bin" / "cfn-lint"), str(path)]
            linted = subprocess.run(lint, capture_output=True, text=True)
        self.assertEqual(linted.returncode, 0, linted.stdout)
        resources = adopted.split("Resources:\n", 1)[1]
        self.assertEqual(re.findall(r"^  (\w+):", resources, re.M), ["Table", "Key"])
        self.assertIn(resources.rstrip(), (ROOT / "template.yaml").read_text())
        # CloudFormation imports only what it is told to keep, and a failed import must keep it too.
        self.assertEqual(resources.count("DeletionPolicy: RetainExceptOnCreate"), 2)
        self.assertEqual(resources.count("UpdateReplacePolicy: Retain"), 2)
        self.assertEqual(asked[asked.index("--change-set-type") + 1], "IMPORT")
        found = {one["LogicalResourceId"]: (one["ResourceType"], *one["ResourceIdentifier"])
                 for one in adoption.imports(asked)}
        self.assertEqual(found, {"Table": ("AWS::DynamoDB::Table", "TableName"),
                                 "Key": ("AWS::KMS::Key", "KeyId")})
        self.assertIn("execute-change-set", asked)


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

    def test_keys_of_stripes_test_mode_come_together_and_live_ones_are_refused(self):
        def read(secret="", publishable=""):
            given = {"STRIPE_SECRET_KEY": secret, "STRIPE_PUBLISHABLE_KEY": publishable}
            return surroundings.stripe_keys(given)

        self.assertIsNone(surroundings.stripe_keys({}))
        self.assertIsNone(read())
        self.assertEqual(read("sk_test_1", "pk_test_1"), ("sk_test_1", "pk_test_1"))
        self.assertEqual(read("rk_test_1", "pk_test_1"), ("rk_test_1", "pk_test_1"))
        for secret, publishable, says in [
            ("sk_live_secret", "pk_test_1", "STRIPE_SECRET_KEY is a live key"),
            ("rk_live_secret", "pk_test_1", "STRIPE_SECRET_KEY is a live key"),
            ("sk_test_1", "pk_live_1", "STRIPE_PUBLISHABLE_KEY is a live key"),
            ("pk_test_1", "sk_test_secret", "STRIPE_SECRET_KEY must be"),
            ("sk_test_secret", "", "STRIPE_PUBLISHABLE_KEY is not set"),
            ("", "pk_test_1", "STRIPE_SECRET_KEY is not set"),
        ]:
            with self.assertRaisesRegex(Failure, says) as refused:
                read(secret, publishable)
            self.assertNotIn("secret", str(refused.exception))
        # They reach no program by themselves.
        given = {"STRIPE_SECRET_KEY": "sk_test_1", "PATH": "/bin"}
        for made in (surroundings.plain(given), surroundings.for_tests(given),
                     surroundings.for_builds(given)):
            self.assertNotIn("STRIPE_SECRET_KEY", made)

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
