"""The dashboard's own checks: format, lint and types of its scripts, its copies of libraries, and
its screens in a browser. Node comes from PyPI; neither deploying nor using Paylink needs it."""

import hashlib
import os
import shutil
import subprocess

from paths import ROOT, VENV
from say import Failure, Step
from surroundings import for_builds, for_tests

HERE = ROOT / "tests" / "dashboard"
APP = ROOT / "shared" / "src" / "http" / "dashboard" / "assets" / "app"

# Packages are kept apart from the sources: whatever walks through those need not walk through them.
PLACE = ROOT / "target" / "dashboard"
PACKAGES = PLACE / "node_modules"


def check():
    """Runs every check; each says itself what is wrong."""
    # Packages are fetched as crates are, perhaps through a mirror; nothing else needs the network.
    _install(_with_node(for_builds()))
    environment = _with_node(for_tests())
    tools = PACKAGES / ".bin"
    scripts = [str(path) for path in sorted(HERE.glob("*.mjs"))]
    sources = [str(APP), str(APP.parent / "preview"), *scripts]
    lint = [str(tools / "biome"), "ci", f"--config-path={HERE / 'lint.json'}", *sources]
    _run("linting the dashboard", lint, environment)
    _types(tools, environment)
    vendored = ["node", str(HERE / "vendor.mjs"), "--check"]
    _run("comparing the dashboard's libraries with their packages", vendored, environment)
    tests = [str(path) for path in sorted(HERE.glob("*.test.mjs"))]
    environment["PAYLINK_ASSETS"] = str(_built())
    _run("testing the dashboard's screens", ["node", "--test", *tests], environment)


def _built():
    """The files as the newest build made them, which is newer than what it was made of."""
    folders = [*(ROOT / "target").glob("*/build/shared-*/out/dashboard")]
    if not folders:
        raise Failure("Nothing was built yet whose dashboard could be tested: cargo build -p shared.")
    newest = max(folders, key=lambda folder: folder.stat().st_mtime)
    sources = [path for path in APP.parent.rglob("*") if path.is_file()]
    if max(path.stat().st_mtime for path in sources) > newest.stat().st_mtime:
        raise Failure("The dashboard was edited after the build: cargo build -p shared.")
    return newest


def _with_node(environment):
    return {**environment, "PATH": f"{VENV / 'bin'}{os.pathsep}{environment['PATH']}"}


def _install(environment):
    """Installs the packages anew whenever the lock file has changed."""
    lock = HERE / "package-lock.json"
    stamp = PLACE / "package-lock.sha256"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if PACKAGES.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, PLACE / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    with Step("installing what the dashboard is checked with"):
        done = subprocess.run(command, cwd=PLACE, env=environment)
    if done.returncode:
        raise Failure("npm could not install tests/dashboard/package-lock.json.")
    stamp.write_text(digest)


def _types(tools, environment):
    """The libraries are minified and have no types; what is said of them does not count."""
    with Step("checking the types of the dashboard"):
        command = [str(tools / "tsc"), "--project", str(HERE / "tsconfig.json")]
        said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    lines = (said.stdout + said.stderr).splitlines()
    wrong = [line for line in lines if line.strip() and not line.startswith(" ")]
    wrong = [line for line in wrong if "/vendor/" not in line]
    if wrong:
        print("\n".join(wrong), flush=True)
        raise Failure("Checking the types of the dashboard failed; the messages are above.")


def _run(what, command, environment):
    with Step(what, every_s=60):
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    if code:
        raise Failure(f"{what.capitalize()} failed; the messages are above.")
