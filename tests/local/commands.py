"""The commands: start, stop, update, test."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import build
import demo
import readme_blocks
import rights
import stack
from paths import (
    DEPLOYED,
    ENV,
    LOCAL_TESTS,
    NESTED,
    PID,
    PORT,
    RECEIVER_PORT,
    ROOT,
    STACK,
    TOKEN,
    VENV,
)
from receiver import Receiver
from say import Failure, Step, warn
from surroundings import for_builds, for_restart, for_tests

# Of a template that SAM has expanded. A stack holds 500; the nested ones are to grow further.
MOST_IN_ROOT = 150
MOST_IN_SURFACE = 300

# Parts of the names of tests that call the running stack; no other test does, which one holds.
ON_THE_STACK = ["ageing::", "api::", "browser::", "workers::", "on_the_local_stack"]

# More at once than there are processors: these wait for the stack most of the time.
CALLERS = "6"

__all__ = ["Failure", "invoke", "readme", "resources", "start", "stop", "test", "update"]


def start(args):
    if args.detach:
        return _start_detached()
    _make_room()
    STACK.mkdir(parents=True, exist_ok=True)
    ENV.unlink(missing_ok=True)

    asked_to_stop = threading.Event()

    def on_signal(*_):
        # The first signal ends whatever is going on; further ones must not disturb the tidying up.
        if not asked_to_stop.is_set():
            asked_to_stop.set()
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)

    emulator = stack.Emulator()
    receiver = None
    PID.write_text(str(os.getpid()))
    try:
        build.compile_functions()
        with Step("packaging"):
            digests = stack.prepare(build.names())
        with Step("starting the emulator"):
            emulator.start()
        outputs = stack.deploy()
        receiver = Receiver()
        facts = demo.provision(receiver)
        demo.write_events(facts)
        build.remember(DEPLOYED, digests)
        demo.write_env(facts, outputs)
        demo.show(facts)
        while emulator.alive():
            time.sleep(0.5)
        raise Failure("The emulator has ended by itself; see target/stack/ministack.log.")
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
        if not ENV.exists():
            raise
    finally:
        asked_to_stop.set()
        for leftover in (ENV, TOKEN, DEPLOYED):
            leftover.unlink(missing_ok=True)
        if receiver:
            receiver.stop()
        emulator.stop()
        PID.unlink(missing_ok=True)


def _running():
    """The process id of a running stack, or None."""
    try:
        process = int(PID.read_text())
        os.kill(process, 0)
    except (OSError, ValueError):
        return None
    # A number left behind by a stack that was killed may belong to somebody else by now.
    command = ["ps", "-o", "args=", "-p", str(process)]
    named = subprocess.run(command, capture_output=True, text=True)
    return process if "tests/local" in named.stdout and " start" in named.stdout else None


def _make_room():
    """Refuses to begin where the stack could not start."""
    _refuse_second()
    stack.end_leftover()
    stack.check_port(PORT, "PAYLINK_PORT")
    stack.check_port(RECEIVER_PORT, "PAYLINK_RECEIVER_PORT")


def _refuse_second():
    process = _running()
    if process:
        raise Failure(f"A local stack is running already (process {process}); `make stop` ends it.")


def _start_detached():
    _refuse_second()
    STACK.mkdir(parents=True, exist_ok=True)
    ENV.unlink(missing_ok=True)
    log = STACK / "start.log"
    with log.open("w") as out:
        child = subprocess.Popen(
            [sys.executable, "-E", "-s", str(ROOT / "tests" / "local"), "start"],
            cwd=ROOT, env=for_restart(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )
    try:
        with log.open() as lines:
            while not ENV.exists():
                print(lines.read(), end="", flush=True)
                if child.poll() is not None:
                    print(lines.read(), end="", flush=True)
                    raise Failure("The local stack did not start; the reason is above.")
                time.sleep(0.2)
            time.sleep(0.3)
            print(lines.read(), end="", flush=True)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    print(f"The local stack runs as process {child.pid}; its output is in {log.relative_to(ROOT)}.")


def stop(_args):
    process = _running()
    if not process:
        print("No local stack is running.")
        return
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while _running():
        if time.monotonic() > deadline:
            raise Failure(f"Process {process} does not end.")
        time.sleep(0.1)
    print("The local stack has stopped.")


def update(args):
    if not DEPLOYED.exists() or not _running():
        raise Failure("No local stack is running; `make start` starts one.")
    deployed = json.loads(DEPLOYED.read_text())
    if deployed["template"] != build.template_digest():
        warn("A template has changed since the start; only a new start deploys it.")
    unknown = sorted(set(args.names) - set(build.names()))
    if unknown:
        raise Failure(f"There is no function {', '.join(unknown)} in the templates.")
    names = args.names or build.names()
    build.compile_functions(args.names)
    digests = build.package(names)
    changed = [name for name in names if digests[name] != deployed["functions"].get(name)]
    what = ", ".join(changed) if len(changed) < 4 else f"{len(changed)} functions"
    if changed:
        with Step(f"updating {what}"):
            stack.update_functions(changed)
    else:
        print("no function has changed")
    deployed["functions"] |= digests
    DEPLOYED.write_text(json.dumps(deployed, indent=1))


def invoke(args):
    """Invokes a function as an operator does, and prints its answer, a field to a line."""
    if not _running():
        raise Failure("No local stack is running; `make start` starts one.")
    try:
        event = json.loads(args.input)
    except ValueError as error:
        raise Failure(f"The input is not JSON: {error}.") from None
    print(json.dumps(stack.invoke(args.name, event), indent=2))


def readme(_args):
    readme_blocks.run()


def resources(_args):
    """A stack holds 500 resources, and a surface has one of its own."""
    bounds = [(ROOT / "template.yaml", MOST_IN_ROOT), *((path, MOST_IN_SURFACE) for path in NESTED)]
    for path, most in bounds:
        name = path.relative_to(ROOT)
        count = stack.count_resources(path)
        print(f"{name}: {count} resources")
        if count >= most:
            raise Failure(f"{name} has {count} resources when expanded; {most} are too many.")


def test(_args):
    _make_room()
    _ensure_browser()
    _cargo("checking the format", "fmt", "--all", "--check")
    template = _begin([str(VENV / "bin" / "cfn-lint"), "template.yaml", *map(str, NESTED)])
    _check("testing the local stack's own code", [sys.executable, "-E", "-s", str(LOCAL_TESTS)])
    _cargo("linting", "clippy", "--workspace", "--all-targets", "--", "--deny", "warnings")
    resources(None)
    _end("linting the templates", template)
    # Built before anything runs: the two would compete, and some tests read what was built.
    library, whole = _build_tests()
    build.compile_functions()
    _run_tests("testing the library", [library], ROOT / "shared")
    # What needs no stack takes only what the others leave: a stack that waits answers too late.
    skip = [word for name in ON_THE_STACK for word in ("--skip", name)]
    rest = _begin(["nice", "-n", "19", whole, *skip], ROOT / "tests")
    try:
        _start_detached()
        try:
            with Step("running what the READMEs say"):
                readme_blocks.run()
            callers = [whole, "--test-threads", CALLERS, *ON_THE_STACK]
            _run_tests("testing on the stack", callers, ROOT / "tests")
        finally:
            stop(None)
    finally:
        _end("testing without the stack", rest)
    rights.report()


def _build_tests():
    """Builds the tests; answers the programs of the library's own and of the whole system's."""
    command = ["cargo", "test", "--workspace", "--no-run",
               "--message-format", "json-render-diagnostics"]
    with Step("building the tests", every_s=60):
        built = subprocess.run(
            command, cwd=ROOT, env=for_builds(), stdout=subprocess.PIPE, text=True
        )
    _demand("building the tests", built.returncode)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    programs = {
        message["target"]["name"]: message["executable"]
        for message in messages
        if message["reason"] == "compiler-artifact" and message["executable"]
    }
    return programs["shared"], programs["tests"]


def _begin(command, folder=ROOT):
    """Starts a command beside others; what it says is for later."""
    STACK.mkdir(parents=True, exist_ok=True)
    said = tempfile.TemporaryFile(dir=STACK)
    begun = subprocess.Popen(command, cwd=folder, env=for_tests(), stdout=said, stderr=said)
    return begun, said


def _end(what, begun):
    process, said = begun
    with Step(what, every_s=60):
        code = process.wait()
    said.seek(0)
    text = said.read().decode(errors="replace")
    print(text, end="", flush=True)
    _how_to_repeat(text.splitlines())
    _demand(what, code)


def _cargo(what, *arguments):
    _check(what, ["cargo", *arguments], environment=for_builds())


def _check(what, command, environment=None):
    with Step(what, every_s=60):
        code = subprocess.run(command, cwd=ROOT, env=environment or for_tests()).returncode
    _demand(what, code)


def _run_tests(what, command, folder):
    """Runs a program of tests; says of each that fails how to see it fail again."""
    said = []
    with Step(what, every_s=60):
        tests = subprocess.Popen(
            command, cwd=folder, env=for_tests(), stdout=subprocess.PIPE, text=True,
            errors="replace",
        )
        for line in tests.stdout:
            print(line, end="", flush=True)
            said.append(line.rstrip())
        code = tests.wait()
    _how_to_repeat(said)
    _demand(what, code)


def _how_to_repeat(lines):
    failed = [line.split()[1] for line in lines if line.startswith("test ") and "FAILED" in line]
    for name in sorted(set(failed)):
        if any(part in name for part in ON_THE_STACK):
            print("To see it again on a running stack (make start):")
        else:
            print("To see it again:")
        print(f"  RUST_BACKTRACE=0 cargo test --workspace -- --exact {name}")


def _demand(what, code):
    if code:
        raise Failure(f"{what.capitalize()} failed; the messages are above.")


def _ensure_browser():
    """The browser test drives Chromium through its WebDriver."""
    if shutil.which("chromedriver"):
        return
    packages = "chromium chromium-driver"
    line = f"apt-get update && apt-get install --yes {packages}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(f"Chromium and its driver are missing; install: sudo sh -c '{line}'")
    with Step("installing Chromium"):
        done = subprocess.run(["sh", "-c", line], stdout=subprocess.DEVNULL)
    if done.returncode:
        raise Failure(f"Chromium could not be installed with: {line}")
