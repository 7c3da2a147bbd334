"""What the roles of the templates allow, and which of it the functions have used."""

import json

from samtranslator.yaml_helper import yaml_parse

import roles
from paths import DENIED, NESTED, ROOT, STACK_NAME, UNUSED, USED
from say import Failure, warn

# What Lambda itself does with a function's role, to read what the function works off.
OF_LAMBDA = {
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "dynamodb:DescribeStream",
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
}
# Where Lambda puts what it could not hand to a function.
ON_FAILURE = "StreamDeadLettersArn"


def statements():
    """The statements of every function's role, by the function's name; references stay as such."""
    found = {}
    for path in NESTED:
        for resource in yaml_parse(path.read_text())["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                name = resource["Metadata"]["BuildProperties"]["Binary"]
                policies = resource["Properties"].get("Policies", [])
                found[name] = [one for policy in policies for one in policy["Statement"]]
    return found


def resolved(value, values):
    """A statement with parameters' values in place of references."""
    if isinstance(value, list):
        return [resolved(one, values) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return values[value["Ref"]]
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        for name, one in values.items():
            text = text.replace(f"${{{name}}}", one)
        return text
    return {name: resolved(one, values) for name, one in value.items()}


def unused(used):
    """A line for each right that was never used; `used` are (function, right)."""
    lines = []
    for function, policy in statements().items():
        for right in roles.rights(policy):
            resource = roles.listed(policy[right.statement]["Resource"])[right.resource]
            if right.action in OF_LAMBDA or resource == {"Ref": ON_FAILURE}:
                continue
            if (function, right) not in used:
                where = resource if isinstance(resource, str) else next(iter(resource.values()))
                value = f" {right.value}" if right.value else ""
                lines.append(f"{function}: {right.action} on {where}{value}")
    return lines


def report():
    """Says what roles have refused, and which of their rights nobody has used."""
    denied = DENIED.read_text().splitlines() if DENIED.exists() else []
    for line in sorted(set(denied))[:20]:
        print(f"  denied: {line}")
    lines = unused(_used())
    UNUSED.write_text("".join(f"{line}\n" for line in lines))
    for line in lines:
        print(f"  unused: {line}")
    if lines:
        warn(f"{len(lines)} rights were never used; they are in {UNUSED.relative_to(ROOT)}.")
    if denied:
        raise Failure(f"Roles refused {len(denied)} calls; see {DENIED.relative_to(ROOT)}.")


def _used():
    used = set()
    for line in USED.read_text().splitlines() if USED.exists() else []:
        function, *right = json.loads(line)
        used.add((function.removeprefix(f"{STACK_NAME}-"), roles.Right(*right)))
    return used
