"""The virtual environment that everything below runs in; this file needs nothing but Python."""

import hashlib
import os
import shutil
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
    # What would have pip install elsewhere.
    stray = ("PYTHON", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    environment = {name: one for name, one in os.environ.items() if not name.startswith(stray)}
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, env=environment
    )
    if made.returncode:
        fail("Python cannot make virtual environments (Debian: apt-get install python3-venv).")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    got = subprocess.run([*pip, "install", "--quiet", "-r", str(wanted)], env=environment)
    if got.returncode:
        fail("pip could not install tests/local/requirements.txt; its own message is above.")
    stamp.write_text(digest)


def enter(program):
    """Starts a program again inside the virtual environment, unless it runs there already."""
    ensure_venv()
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.chdir(ROOT)
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, "-E", "-s", str(program), *sys.argv[1:]])
