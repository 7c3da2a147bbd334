"""What the first TLS handshake costs: the same function over TLS and over plain HTTP.

The function is the real one with its real client; only the authority it trusts is the bench's
(`AWS_CA_BUNDLE`). The chain has three P-256 certificates; AWS's are RSA, cheaper to verify.
"""

import ssl
import statistics

import binaries
import measure
from world import World

# Its init makes one connection, to the table.
NAME = "platform-get-user"
RUNS = 25

# The budget: least of all runs, since a busy machine only adds.
MAX_CPU_MS = 1.0


def server():
    """What a TLS server on 127.0.0.1 needs, and the file with the authority to trust."""
    folder = binaries.certificates()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return context, str(folder / "root.pem")


def handshake():
    """CPU milliseconds and instructions of the first handshake, both ends of the range too."""
    context, root = server()
    bundle = {"AWS_CA_BUNDLE": root}
    plain = {"name": NAME, "tls": None, "environment": bundle}
    secure = {"name": NAME, "tls": context, "environment": bundle}
    plain_ms, secure_ms = [], []
    for _ in range(RUNS):
        plain_ms.append(_init_cpu_ms(plain))
        secure_ms.append(_init_cpu_ms(secure))
    return {
        "cpu_ms": statistics.median(secure_ms) - statistics.median(plain_ms),
        "least_cpu_ms": min(secure_ms) - min(plain_ms),
        "instructions": _init_instructions(secure) - _init_instructions(plain),
    }


def usual_handshake():
    """The same for the usual SDK, which trusts a bundle by another variable."""
    context, root = server()
    # Without a key it has one connection, to the table.
    bundle = {"SSL_CERT_FILE": root, "KMS_KEY_ID": None}
    binary = binaries.baseline_path("usual-sdk")
    plain = {"name": binary, "tls": None, "environment": bundle}
    secure = {"name": binary, "tls": context, "environment": bundle}
    figures = [[_first_cpu_ms(one) for _ in range(RUNS // 5)] for one in (plain, secure)]
    plain_ms, secure_ms = map(statistics.median, figures)
    return {"cpu_ms": secure_ms - plain_ms}


def _init_cpu_ms(setting):
    with _world(setting) as world, world.start(setting["name"]) as bootstrap:
        bootstrap.ready()
        return bootstrap.cpu_s() * 1000


def _init_instructions(setting):
    with _world(setting) as world, world.start(setting["name"], measure.CALLGRIND) as bootstrap:
        return measure.count(bootstrap)


def _first_cpu_ms(setting):
    with _world(setting) as world:
        log = binaries.LOGS / "usual-sdk.log"
        with measure.Bootstrap(setting["name"], world.environment, log) as bootstrap:
            answer = bootstrap.call(world.event("platform-create-card-payment-link"))
            assert not answer.failed, answer.text
            return bootstrap.cpu_s() * 1000


def _world(setting):
    return World(binaries.path, binaries.LOGS, setting["tls"], setting["environment"])
