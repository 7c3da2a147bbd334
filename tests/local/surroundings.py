"""The environments of the programs that the local stack starts.

Nothing of the terminal's own environment reaches them by itself: a proxy, a profile or an endpoint
that is set there would send requests meant for the emulator elsewhere, in the worst case to AWS.
"""

import os

from paths import ROOT
from say import Failure

REGION = "us-east-1"

# The emulator takes any credentials; twelve digits would be read as an account.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}

# What programs need to find other programs, their files and their language.
_KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TERM")

# What would have programs look for AWS, Python's modules or cargo's results elsewhere.
_MISLEADING = ("AWS_", "PYTHON", "SAM_", "STRIPE_", "CARGO_BUILD_TARGET", "CARGO_BUILD_BUILD_DIR")

# What was there when we were started: builds fetch crates, perhaps through a proxy or a mirror.
_GIVEN = dict(os.environ)

# No file of AWS's own is read: profiles name endpoints, roles and sign-ins too.
_NO_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

_NO_PROXY = {"NO_PROXY": "*", "no_proxy": "*"}


def plain(given=None):
    """The least that any program needs."""
    given = _GIVEN if given is None else given
    return {name: given[name] for name in _KEPT if name in given} | _NO_PROXY


def for_aws(endpoint, given=None):
    """For programs that call AWS: all they can reach is the emulator."""
    return plain(given) | CREDENTIALS | _NO_FILES | {"AWS_ENDPOINT_URL": endpoint}


def for_builds(given=None):
    """For cargo, which may need anything that is set for compilers, proxies and mirrors."""
    given = _GIVEN if given is None else given
    kept = {name: value for name, value in given.items() if not name.startswith(_MISLEADING)}
    return kept | {"CARGO_TARGET_DIR": str(ROOT / "target")}


def for_tests(given=None):
    """For programs of tests. A test that fails says in a sentence what is wrong, and how to see it
    again; PAYLINK_BACKTRACE=1 adds where in the code it was noticed.
    """
    given = _GIVEN if given is None else given
    own = {name: value for name, value in given.items() if name.startswith(("PAYLINK_", "RUST_"))}
    return plain(given) | own | {"RUST_BACKTRACE": given.get("PAYLINK_BACKTRACE", "0")}


def stripe_keys(given=None):
    """The secret and the publishable key of Stripe's test mode that the terminal has; none where it
    has none. Live keys are refused: what this stack does is for nobody's real money.
    """
    given = _GIVEN if given is None else given
    names = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY")
    secret, publishable = (given.get(name, "") for name in names)
    if not secret and not publishable:
        return None
    for name, key, kinds in zip(names, (secret, publishable), (("sk", "rk"), ("pk",))):
        if not key:
            raise Failure(f"{name} is not set: Stripe's test mode needs both of {' and '.join(names)}.")
        if key.startswith(tuple(f"{kind}_live_" for kind in kinds)):
            raise Failure(f"{name} is a live key; the local stack takes keys of test mode only.")
        if not key.startswith(tuple(f"{kind}_test_" for kind in kinds)):
            starts = " or ".join(f"{kind}_test_" for kind in kinds)
            raise Failure(f"{name} must be a key of Stripe's test mode, which begins with {starts}.")
    return secret, publishable


def forget_stripe_keys():
    """For tests, which have a stand-in of Stripe that keeps books."""
    for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"):
        _GIVEN.pop(name, None)


def for_restart():
    """For this very program, started again: it makes the others' environments from its own."""
    return dict(_GIVEN)


def clean():
    """Takes out of our own environment what boto3 and urllib would follow."""
    for name in list(os.environ):
        if name.startswith(_MISLEADING) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ.update(_NO_FILES | _NO_PROXY)
