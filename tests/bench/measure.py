"""What one function costs: processor, memory, instructions, requests and units."""

import re
import statistics

import binaries
from cases import Case, case_of
from runtime import Bootstrap
from say import Failure
from world import World, judge, shown

CALLS = 200

# The same of a function whose every call is slow by purpose.
SLOW_CALLS = 2

# What baselines are called with.
BASELINE_EVENT = "platform-create-card-payment-link"

_COLLECTED = re.compile(r"Collected : (\d+)")
CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def cost(name):
    """Processor time, memory, requests and units, from one process and its 200 calls."""
    case = case_of(name)
    with World(binaries.path, binaries.LOGS) as world:
        world.prepare(name, case)
        event, snapshot = world.event(name), world.aws.table.snapshot()
        # Before the start: what init asks may come at once.
        world.aws.reset_counts()
        with world.start(name) as bootstrap:
            return _cost(bootstrap, world.aws, event, snapshot, (name, case))


def baseline_cost(name):
    """The same for a baseline, whose events are a function's."""
    with World(binaries.path, binaries.LOGS) as world:
        event = world.event(BASELINE_EVENT)
        binary = binaries.baseline_path(name)
        with Bootstrap(binary, world.environment, binaries.LOGS / f"{name}.log") as bootstrap:
            return _cost(bootstrap, world.aws, event, {}, None)


def _cost(bootstrap, aws, event, snapshot, expected):
    bootstrap.ready()
    result = {"init_cpu_ms": bootstrap.cpu_s() * 1000, "init_requests": dict(aws.calls)}
    walls, asked = [], []
    for number in range(CALLS + 1):
        # Each call meets the same table.
        aws.table.restore(snapshot)
        aws.reset_counts()
        answer = bootstrap.call(event)
        if answer.failed:
            raise Failure(f"{bootstrap.name} failed: {answer.text[:300]}")
        if expected:
            _judge(*expected, answer, bootstrap)
        if number == 0:
            first_cpu_s, log_bytes = bootstrap.cpu_s(), bootstrap.log.stat().st_size
            # What is looked up once may be asked for in the first call only.
            result["first_requests"] = dict(aws.calls)
            result["answer"] = shown(expected[1] if expected else Case(None), answer)
        else:
            walls.append(answer.wall_s)
            asked.append((dict(aws.calls), aws.units["read"], aws.units["write"]))
    result["first_cpu_ms"] = first_cpu_s * 1000 - result["init_cpu_ms"]
    result["verifies"] = b"Bearer " in event
    result["warm_cpu_ms"] = (bootstrap.cpu_s() - first_cpu_s) * 1000 / CALLS
    result["warm_wall_ms"] = statistics.median(walls) * 1000
    result["log_bytes"] = (bootstrap.log.stat().st_size - log_bytes) / CALLS
    result["peak_kb"] = bootstrap.peak_kb()
    # What most calls ask for: one that a busy machine has held up for seconds asks once more.
    usual = max(asked, key=asked.count)
    result["requests"], result["read_units"], result["write_units"] = usual
    return result


def _judge(name, case, answer, bootstrap):
    wrong = judge(name, case, answer, bootstrap.lines() if case.handled is not None else [])
    if wrong:
        raise Failure(wrong)


def instructions(name, calls=CALLS, binary=None):
    """Instructions to the end of the first call, and per warm call; user space only."""
    case = case_of(name)
    calls = min(calls, SLOW_CALLS) if case.slow else calls
    with World(binaries.path, binaries.LOGS) as world:
        world.prepare(name, case)
        event, snapshot = world.event(name), world.aws.table.snapshot()

        def run(count):
            world.aws.table.restore(snapshot)
            with world.start(name, CALLGRIND, binary=binary) as bootstrap:
                return _count(bootstrap, world.aws, event, snapshot, count, (name, case))

        return _instructions(run, calls)


def baseline_instructions(name, calls=CALLS):
    with World(binaries.path, binaries.LOGS) as world:
        event = world.event(BASELINE_EVENT)
        log = binaries.LOGS / f"{name}.log"

        def run(count):
            binary = binaries.baseline_path(name)
            with Bootstrap(binary, world.environment, log, CALLGRIND) as bootstrap:
                return _count(bootstrap, world.aws, event, {}, count, None)

        return _instructions(run, calls)


def _instructions(run, calls):
    first = run(1)
    return {"start_instructions": first, "warm_instructions": (run(calls + 1) - first) // calls}


def _count(bootstrap, aws, event, snapshot, calls, expected):
    for _ in range(calls):
        aws.table.restore(snapshot)
        answer = bootstrap.call(event)
        if expected:
            _judge(*expected, answer, bootstrap)
    return count(bootstrap)


def count(bootstrap):
    """The instructions of a process so far, which ends with this."""
    bootstrap.ready()
    bootstrap.stop()
    found = _COLLECTED.search(bootstrap.log.read_text(errors="replace"))
    if not found:
        raise Failure(f"valgrind has not counted {bootstrap.name}: see {bootstrap.log}.")
    return int(found[1])
