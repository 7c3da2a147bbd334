"""Judges the three descriptions of the API with Schemathesis, against the local stack.

Every operation of each OpenAPI file is called with what the file allows and with what it does not, by
a tenant of its own, and every answer has to be what the file says. `--examples 3` is what `make test`
takes; more of them take longer. What is known and right is left out in `descriptions.toml`, each with
its reason; whatever else Schemathesis finds fails the run.

    target/local/venv/bin/python tests/judges/descriptions.py [--examples N] [--only SURFACE] [--seed N]
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL, STACK = ROOT / "target" / "local", ROOT / "target" / "stack"
CONFIG = Path(__file__).with_name("descriptions.toml")
DESCRIPTIONS = {
    "platform": ROOT / "shared" / "src" / "http" / "openapi.json",
    "payments": ROOT / "shared" / "src" / "http" / "payments" / "openapi.json",
    "links": ROOT / "shared" / "src" / "http" / "links" / "openapi.json",
}
# Many wrong sign-ins come from here, and no other network is to wait for that.
NETWORK = "192.0.2.1"
PASSWORD = "seven brown otters juggle plates"


def main():
    parsed = argparse.ArgumentParser()
    parsed.add_argument("--examples", type=int, default=3)
    parsed.add_argument("--only", choices=DESCRIPTIONS)
    parsed.add_argument("--seed", type=int, default=1)
    args = parsed.parse_args()
    facts = dict(line.split("=", 1) for line in (LOCAL / "env").read_text().splitlines())
    failed = []
    for surface, description in DESCRIPTIONS.items():
        if args.only not in (None, surface):
            continue
        # Of each surface's own: a session is good for a quarter of an hour, and the others may take it.
        headers = credentials(facts)
        if not judge(surface, description, facts, headers, args):
            failed.append(surface)
    if failed:
        sys.exit(f"The descriptions of {', '.join(failed)} and the API differ; see above.")


def credentials(facts):
    """A tenant of its own, and how it proves itself on each surface."""
    made = invoke(facts, "operators-provision-tenant", {
        "name": "Fuzzed Shop", "mode": "test", "owner_email": f"fuzz-{os.urandom(6).hex()}@example.com",
    })
    invoke(facts, "operators-put-merchant-account", {
        "tenant_id": made["tenant_id"], "mode": "test", "status": "approved",
        "descriptor": "FUZZED SHOP", "processor": "simulator",
    })
    secret = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    token = post(facts, "/v1/platform/auth/token", secret)["data"]["access_token"]
    accepted = {"token": made["invite_token"], "name": "Fay Fuzz", "password": PASSWORD}
    session = post(facts, "/api/auth/invitations/accept/", accepted)
    return {
        "platform": f"Authorization: Bearer {token}",
        "payments": f"x-api-key: {made['api_key']}",
        "links": f"Authorization: Token {session['access_token']}",
    }


def judge(surface, description, facts, headers, args):
    """Runs Schemathesis over one description; answers whether nothing is left to explain."""
    command = [
        str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG), "run",
        str(description), "--url", facts["BASE_URL"], "--header", headers[surface],
        "--header", f"X-Forwarded-For: {NETWORK}",
        "--max-examples", str(args.examples), "--seed", str(args.seed), "--continue-on-failure",
        "--phases", "examples,coverage,fuzzing", "--no-color", "--workers", "1",
        "--request-timeout", "300", "--suppress-health-check", "all",
        "--generation-database", "none", "--warnings", "off",
    ]
    print(f"judging the description of {surface}", flush=True)
    # Proxies of this machine are not for loopback.
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    clean["PYTHONPATH"] = str(CONFIG.parent)
    return subprocess.run(command, cwd=STACK, env=clean).returncode == 0


def invoke(facts, name, event):
    """Invokes a function that has no route, as operators do."""
    url = f"{facts['AWS_ENDPOINT_URL']}/2015-03-31/functions/paylink-{name}/invocations"
    answer = call(url, event, {})
    if "errorMessage" in answer:
        sys.exit(f"{name} failed: {answer['errorMessage']}")
    return answer


def post(facts, path, body):
    return call(facts["BASE_URL"] + path, body, {})


def call(url, body, headers):
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=600) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        sys.exit(f"POST {url} answered {error.code}: {error.read().decode()[:500]}")


if __name__ == "__main__":
    main()
