"""Where things lie, and which ports are used."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

LOCAL_TESTS = ROOT / "tests" / "local" / "own_tests.py"
DESCRIPTIONS_JUDGE = ROOT / "tests" / "judges" / "descriptions.py"

# What others read: the env file, the live events. Cargo's profile "local" builds beside them.
LOCAL = ROOT / "target" / "local"
ENV = LOCAL / "env"
TOKEN = LOCAL / "token"
ENV_JSON = LOCAL / "env.json"
ENV_FUNCTIONS = LOCAL / "functions.env"
EVENTS = LOCAL / "events"
VENV = LOCAL / "venv"

# The templates: a surface's functions stand in one of their own, nested in the root's.
SURFACES = ("platform", "payments", "links", "hosted", "dashboard", "workers", "operators")
NESTED = [ROOT / "functions" / surface / "template.yaml" for surface in SURFACES]
TEMPLATES = [ROOT / "template.yaml", ROOT / "functions" / "api.yaml", *NESTED]

# What only the stack itself reads.
STACK = ROOT / "target" / "stack"
FUNCTIONS = STACK / "functions"
TEMPLATE = STACK / "template.yaml"
PID = STACK / "pid"
DEPLOYED = STACK / "deployed.json"
# What roles refused, what they were used for, and what they allow for nothing.
DENIED = STACK / "denied.log"
USED = STACK / "used-rights.log"
UNUSED = STACK / "unused-rights.txt"
# How late it is on purpose.
LATE = STACK / "late.json"

PORT = int(os.environ.get("PAYLINK_PORT", "4566"))
RECEIVER_PORT = int(os.environ.get("PAYLINK_RECEIVER_PORT", "4580"))
# Where tests serve a stand-in of Stripe, and functions look for Stripe unless they are given keys.
STRIPE_PORT = int(os.environ.get("PAYLINK_STRIPE_PORT", "4585"))
STRIPE_STAND_IN = f"http://127.0.0.1:{STRIPE_PORT}"
ENDPOINT = f"http://127.0.0.1:{PORT}"
RECEIVER = f"http://127.0.0.1:{RECEIVER_PORT}"

STACK_NAME = "paylink"
STAGE = "live"
# The emulator takes the id of an API from a tag, so that the base URL is known before deploying.
API_ID = "dec0de00"
BASE_URL = f"{ENDPOINT}/restapis/{API_ID}/{STAGE}/_user_request_"
