"""The first and later calls with as little processor as Lambda gives at each memory size.

A control group's quota imitates the share of a processor. It begins with the first poll, since
Lambda does not throttle init.
"""

import os
import statistics
from pathlib import Path

import binaries
import measure
import tls
from world import World

# Memory in MB, and its share of a processor: 1,769 MB are one.
SHARES = {128: 0.072, 256: 0.145, 512: 0.289}
PERIOD_US = 20_000
CALLS = 20
NAME = "platform-create-card-payment-link"

_V1 = Path("/sys/fs/cgroup/cpu")
_V2 = Path("/sys/fs/cgroup")


class Group:
    """A control group with a quota, for one process; removed afterwards."""

    def __init__(self, share):
        quota = int(PERIOD_US * share)
        v1 = (_V1 / "cpu.cfs_quota_us").exists()
        self.path = (_V1 if v1 else _V2) / f"paylink-bench-{os.getpid()}"
        self.path.mkdir()
        try:
            if v1:
                (self.path / "cpu.cfs_period_us").write_text(str(PERIOD_US))
                (self.path / "cpu.cfs_quota_us").write_text(str(quota))
            else:
                (self.path / "cpu.max").write_text(f"{quota} {PERIOD_US}")
        except OSError:
            self.path.rmdir()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.rmdir()

    def take(self, pid):
        (self.path / "cgroup.procs").write_text(str(pid))


def reason_against():
    """Why this machine cannot do it; None where it can."""
    try:
        with Group(0.5):
            return None
    except OSError as error:
        return f"no control group can be made here ({error.strerror}: {error.filename})"


def throttled():
    """Milliseconds of the first call and the median of later ones, by memory size and binary."""
    context, root = tls.server()
    trust = {"AWS_CA_BUNDLE": root, "SSL_CERT_FILE": root}
    figures = {}
    for memory_mb, share in SHARES.items():
        for name in (NAME, "usual-sdk"):
            runs = [_run(name, share, context, trust) for _ in range(5)]
            figures.setdefault(memory_mb, {})[name] = {
                "first_ms": statistics.median(first for first, _ in runs),
                "warm_ms": statistics.median(warm for _, warm in runs),
            }
    return figures


def _run(name, share, context, trust):
    with World(binaries.path, binaries.LOGS, context, trust) as world:
        if name == NAME:
            world.prepare(name, measure.case_of(name))
            event = world.event(name)
            started = world.start(name)
        else:
            event = world.event(NAME)
            binary, log = binaries.baseline_path(name), binaries.LOGS / f"{name}.log"
            started = measure.Bootstrap(binary, world.environment, log)
        with Group(share) as group:
            with started as bootstrap:
                bootstrap.ready()
                group.take(bootstrap.pid)
                walls = [bootstrap.call(event).wall_s * 1000 for _ in range(CALLS + 1)]
            return walls[0], statistics.median(walls[1:])
