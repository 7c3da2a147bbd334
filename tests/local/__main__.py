"""The local stack: all of Paylink on this machine, without Docker and without an AWS account.

    python3 tests/local start            what `make start` runs: stays in the foreground
    python3 tests/local start --detach   for tests: returns when target/local/env is written
    python3 tests/local stop             stops a detached stack
    python3 tests/local update [NAME..]  builds functions and puts them into the running stack;
                                         without names, all that changed
    python3 tests/local resources        how many resources each template has, expanded by SAM
    python3 tests/local test             what `make test` runs

`target/local/env` exists exactly while a stack is ready: it is written last and removed first.
PAYLINK_PORT (4566) and PAYLINK_RECEIVER_PORT (4580) move the two ports.

This file needs nothing but Python. It makes the virtual environment with everything else, then
starts itself again inside it.
"""

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = ROOT / "target" / "local" / "venv"


def fail(sentence):
    print(f"paylink: {sentence}", file=sys.stderr)
    sys.exit(1)


def check_tools():
    if sys.version_info < (3, 10):
        have = ".".join(map(str, sys.version_info[:2]))
        fail(f"Python 3.10 or newer is needed, and this is {have}.")
    if sys.platform == "win32":
        fail("The local stack runs on Linux and macOS; on Windows, use WSL.")
    if not shutil.which("cargo"):
        fail("cargo is missing: install Rust from https://rustup.rs.")
    if not (shutil.which("cc") or shutil.which("clang") or shutil.which("gcc")):
        fail("A C compiler is missing (Debian: apt-get install build-essential).")


def ensure_venv():
    """Makes the virtual environment anew whenever the list of requirements has changed."""
    wanted = HERE / "requirements.txt"
    stamp = VENV / "requirements.sha256"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    python = VENV / "bin" / "python"
    if python.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    print("making the virtual environment (the first time takes a minute or two) ...", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True
    )
    if made.returncode:
        fail("Python cannot make virtual environments (Debian: apt-get install python3-venv).")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    got = subprocess.run([*pip, "install", "--quiet", "-r", str(wanted)])
    if got.returncode:
        fail("pip could not install tests/local/requirements.txt; its own message is above.")
    stamp.write_text(digest)


def main():
    parser = argparse.ArgumentParser(
        prog="python3 tests/local",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="build, deploy, provision, and show webhooks")
    start.add_argument("--detach", action="store_true", help="return when the stack is ready")
    commands.add_parser("stop", help="stop a detached stack")
    update = commands.add_parser("update", help="put edited functions into the running stack")
    update.add_argument("names", nargs="*", metavar="NAME")
    commands.add_parser("resources", help="count the resources of the expanded templates")
    commands.add_parser("test", help="run every check of the project")
    args = parser.parse_args()

    check_tools()
    ensure_venv()
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.chdir(ROOT)
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, str(HERE), *sys.argv[1:]])

    # Known only inside the virtual environment, and therefore imported late.
    import commands as run

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        getattr(run, args.command)(args)
    except run.Failure as failure:
        fail(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
