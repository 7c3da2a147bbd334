"""The commands: start, stop, update, test."""

import contextlib
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import adoption
import build
import dashboard
import demo
import lateness
import readme_blocks
import reference
import repeat as repeated
import rights
import stack
from paths import (
    DEPLOYED,
    DESCRIPTIONS_JUDGE,
    ENV,
    LATE,
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
from say import Failure, Faults, Step, warn
from surroundings import (
    for_builds,
    for_restart,
    for_tests,
    forget_stripe_keys,
    stripe_keys,
)

# Of a template that SAM has expanded. A stack holds 500; the nested ones are to grow further.
MAX_IN_ROOT = 150
MAX_IN_SURFACE = 300

# Parts of the names of tests that call the running stack; no other test does, which one holds.
ON_THE_STACK = ["ageing::", "api::", "browser::", "workers::", "on_the_local_stack"]

# Programs that tests run, and the packages of Debian that bring them: the browser with its
# WebDriver, and what judges documents.
PROGRAMS = {
    "chromedriver": "chromium chromium-driver",
    "qpdf": "qpdf",
    "pdftotext": "poppler-utils",
}

# More at once than there are processors: these wait for the stack most of the time.
CALLERS = "6"

__all__ = ["Failure", "invoke", "readme", "repeat", "resources", "start",
           "stop", "test", "update"]


def start(args):
    # Refuses keys that it may not use, before anything is built.
    stripe_keys()
    if args.detach:
        return _start_detached(args.bare)
    _make_room()
    STACK.mkdir(parents=True, exist_ok=True)
    ENV.unlink(missing_ok=True)
    lateness.ask(LATE, lateness.NONE)

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
        facts = demo.provision(receiver, None if args.bare else outputs["TableName"])
        demo.write_events(facts)
        build.remember(DEPLOYED, digests)
        demo.write_env(facts, outputs)
        demo.show(facts)
        # Only now: nothing of the start has to wait.
        _be_late(lateness.wanted())
        while emulator.alive():
            time.sleep(0.5)
        raise Failure("The emulator has ended by itself; see target/stack/ministack.log.")
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
        if not ENV.exists():
            raise
    finally:
        asked_to_stop.set()
        for leftover in (ENV, TOKEN, DEPLOYED, LATE):
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


def _start_detached(bare):
    _refuse_second()
    STACK.mkdir(parents=True, exist_ok=True)
    ENV.unlink(missing_ok=True)
    log = STACK / "start.log"
    with log.open("w") as out:
        child = subprocess.Popen(
            [sys.executable, "-E", "-s", str(ROOT / "tests" / "local"), "start", *["--bare"] * bare],
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
    deadline = time.monotonic() + 300
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
        event = json.loads(args.input, object_pairs_hook=_named_once)
    except ValueError as error:
        raise Failure(f"The input is not JSON: {error}.") from None
    print(json.dumps(stack.invoke(args.name, event), indent=2))


def _named_once(pairs):
    """An object, whose names the function would refuse twice: the emulator shows it only the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Failure(f"invalid_json: {twice} is there twice.")
    return found


def readme(_args):
    readme_blocks.run()


def resources(_args):
    """A stack holds 500 resources, and a surface has one of its own."""
    bounds = [(ROOT / "template.yaml", MAX_IN_ROOT), *((path, MAX_IN_SURFACE) for path in NESTED)]
    for path, most in bounds:
        name = path.relative_to(ROOT)
        count = stack.count_resources(path)
        print(f"{name}: {count} resources")
        if count >= most:
            raise Failure(f"{name} has {count} resources when expanded; {most} are too many.")


def test(_args):
    forget_stripe_keys()
    _make_room()
    _ensure_programs()
    _cargo("checking the format", "fmt", "--all", "--check")
    template = _begin([str(VENV / "bin" / "cfn-lint"), "template.yaml", *map(str, NESTED)])
    _check("testing the local stack's own code", [sys.executable, "-E", "-s", str(LOCAL_TESTS)])
    _cargo("linting", "clippy", "--workspace", "--all-targets", "--", "--deny", "warnings")
    resources(None)
    _end("linting the templates", template)
    # Built before anything runs: the two would compete, and some tests read what was built.
    library, documents, whole = _build_tests()
    build.compile_functions()
    # From here on a failure keeps nothing else from running: all are told in one run.
    faults = Faults()
    with faults.kept():
        _run_tests("testing the library", [library], ROOT / "shared")
    with faults.kept():
        _run_tests("testing documents", [documents], ROOT / "shared" / "documents")
    with faults.kept():
        dashboard.check()
    # What needs no stack takes only what the others leave: a stack that waits answers too late.
    skip = [word for name in ON_THE_STACK for word in ("--skip", name)]
    rest = _begin([whole, *skip], ROOT / "tests", yielding=True)
    try:
        with faults.kept():
            _test_on_the_stack(whole, faults)
        with faults.kept():
            _end("testing without the stack", rest)
    finally:
        rest[0].kill()
    # A right that no test used is found only where every test ran to its end.
    faults.tell()
    rights.report()


def _test_on_the_stack(whole, faults):
    """Starts a stack for what calls it, one thing after the other, and stops it."""
    # With few examples for each operation; the judge itself takes more.
    judge = [str(VENV / "bin" / "python"), str(DESCRIPTIONS_JUDGE)]
    callers = [whole, "--test-threads", CALLERS, *ON_THE_STACK]
    # Tests look at shops of their own; nobody looks at the past of the demo's.
    _start_detached(bare=True)
    try:
        with faults.kept(), Step("running what the READMEs say"):
            readme_blocks.run()
        with faults.kept(), Step("running what the reference says"):
            reference.run()
        with faults.kept(), Step("adopting the table and the key of a stack that is gone"):
            adoption.run()
        with faults.kept():
            _check("fuzzing the descriptions", judge)
        with faults.kept():
            _run_tests("testing on the stack", callers, ROOT / "tests")
    finally:
        stop(None)


def repeat(args):
    """Runs the tests many times: those without the stack, and those on it where one is running."""
    library, documents, whole = _build_tests()
    on_stack = [] if _running() else ON_THE_STACK
    if on_stack:
        warn("No local stack is running: the tests on it are left out.")
    programs = (("library", library, ROOT / "shared"),
                ("documents", documents, ROOT / "shared" / "documents"),
                ("whole", whole, ROOT / "tests"))
    late = lateness.wanted(args.late, args.late_answers)
    if late != lateness.NONE and on_stack:
        raise Failure("Only a running stack can be late: `make start` starts one.")
    before = lateness.asked(LATE)
    # Each run has a seed of its own, so that each sees another order.
    seeds = itertools.count(late["seed"])

    def before_each():
        if late != lateness.NONE:
            _be_late(late | {"seed": next(seeds)})

    try:
        repeated.run(programs, args.runs, args.filters, [*on_stack, *args.skip], args.cores,
                     args.busy, args.threads, before_each)
    finally:
        lateness.ask(LATE, before)


def _be_late(late):
    """Has the running stack be so late from now on."""
    lateness.ask(LATE, late)
    if late != lateness.NONE:
        print(lateness.tell(late), flush=True)


def _build_tests():
    """Builds the tests; answers the programs of the two libraries' own and of the whole system's."""
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
    return programs["shared"], programs["documents"], programs["tests"]


def _begin(command, folder=ROOT, yielding=False):
    """Starts a command beside others, which come first if it yields; what it says is for later."""
    STACK.mkdir(parents=True, exist_ok=True)
    said = tempfile.TemporaryFile(dir=STACK)
    if yielding:
        command = ["nice", "-n", "19", *command]
    begun = subprocess.Popen(
        command, cwd=folder, env=for_tests(), stdout=said, stderr=said, start_new_session=yielding
    )
    if yielding:
        # Where Linux shares processors out by session, it asks the session how nice it is.
        with contextlib.suppress(OSError):
            pathlib.Path(f"/proc/{begun.pid}/autogroup").write_text("19")
    return begun, said


def _end(what, begun):
    process, said = begun
    with Step(what, every_s=60):
        code = process.wait()
    said.seek(0)
    text = said.read().decode(errors="replace")
    print(text, end="", flush=True)
    _demand_tests(what, code, text.splitlines())


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
    _demand_tests(what, code, said)


def _demand_tests(what, code, lines):
    """Fails, if any of the tests did, with a line for each: whoever reads only the end knows it."""
    _how_to_repeat(lines)
    if code:
        told = [f"\n  {name}: {why}" for name, why in repeated.reasons(lines).items()]
        raise Failure(f"{what.capitalize()} failed; the messages are above.{''.join(told)}")


def _how_to_repeat(lines):
    for name in repeated.told_failed(lines):
        if any(part in name for part in ON_THE_STACK):
            print("To see it again on a running stack (make start):")
        else:
            print("To see it again:")
        print(f"  RUST_BACKTRACE=0 cargo test --workspace -- --exact {name}")


def _demand(what, code):
    if code:
        raise Failure(f"{what.capitalize()} failed; the messages are above.")


def _ensure_programs():
    """Installs what tests run and no package of Python brings."""
    missing = [packages for name, packages in PROGRAMS.items() if not shutil.which(name)]
    if not missing:
        return
    packages = " ".join(missing)
    line = f"apt-get update && apt-get install --yes {packages}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(f"Programs that tests run are missing; install: sudo sh -c '{line}'")
    with Step(f"installing {packages}"):
        done = subprocess.run(["sh", "-c", line], stdout=subprocess.DEVNULL)
    if done.returncode:
        raise Failure(f"Programs that tests run could not be installed with: {line}")
