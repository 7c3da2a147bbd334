"""Runs one `bootstrap` as Lambda does: a Runtime API of its own, one event after another."""

import json
import os
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path

from aws import access_key
from say import Failure
from wire import Server

# Long enough for a function below valgrind on a busy machine.
TIMEOUT_S = 300

_TICKS = os.sysconf("SC_CLK_TCK")


class Answer:
    """What came back from one invocation."""

    def __init__(self, text, failed, wall_s):
        self.text, self.failed, self.wall_s = text, failed, wall_s

    def json(self):
        return json.loads(self.text)


class Bootstrap:
    """A running function. Use it in a `with` block, or call `stop`.

    `prefix` is a command the binary runs under (valgrind); `log` is where its output goes.
    """

    def __init__(self, binary, environment, log, prefix=(), memory_mb=256):
        self.name = Path(binary).name
        self.log = Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._changed = threading.Condition()
        self._event = None  # (id, payload) that waits for the next poll
        self._answer = None  # (text, failed, moment)
        self._polls = 0
        self._sent = None  # the moment at which the event left
        self._api = Server(self._serve)
        variables = {
            "PATH": os.environ.get("PATH", ""),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.port}",
            "AWS_LAMBDA_FUNCTION_NAME": f"paylink-{self.name}",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            **environment,
            "AWS_ACCESS_KEY_ID": access_key(self.name),
        }
        out = self.log.open("wb")
        self.process = subprocess.Popen(
            [*prefix, str(binary)], env=variables, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, start_new_session=True,
        )
        out.close()
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def ready(self):
        """Waits until the function asks for an event: its init is over."""
        self._wait(lambda: self._polls > 0 and self._event is None and self._sent is None)

    def call(self, event):
        """Hands one event over and waits for the answer, and for the function to be idle again."""
        self.ready()
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        with self._changed:
            polls = self._polls
            self._answer = None
            self._event = (str(uuid.uuid4()), payload)
            self._changed.notify_all()
        self._wait(lambda: self._answer and self._polls > polls)
        with self._changed:
            text, failed, moment = self._answer
            answer = Answer(text, failed, moment - self._sent)
            self._sent = None
        return answer

    def call_batch(self, bodies, group="group"):
        """Hands over a batch of queue messages with these bodies."""
        return self.call(queue_event(bodies, group))

    def cpu_s(self):
        """Processor time of all threads so far, in seconds; user and system together."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0]) / 1e9
            except (OSError, ValueError, IndexError):
                return self._coarse_cpu_s()
        return total

    def _coarse_cpu_s(self):
        """The same where the kernel keeps no finer books: in ticks, mostly of 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def peak_kb(self):
        """The most memory it has held, in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
        raise Failure(f"The kernel does not say how much memory {self.name} holds.")

    def lines(self):
        """The log lines written so far, those that are JSON."""
        lines = []
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                lines.append(json.loads(line))
        return lines

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                # Below valgrind on a busy machine, which counts at the end, this takes its time.
                self.process.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self._api.stop()

    def kill(self):
        """Ends it as a crash would."""
        self.process.kill()
        self.process.wait()

    def _wait(self, condition):
        deadline = time.monotonic() + TIMEOUT_S
        with self._changed:
            while not condition():
                self._changed.wait(1)
                if self.process.poll() is not None:
                    raise Failure(f"{self.name} has ended by itself: {self._last_words()}")
                if time.monotonic() > deadline:
                    raise Failure(f"{self.name} has not answered: {self._last_words()}")

    def _last_words(self):
        return self.log.read_text(errors="replace")[-800:] or "it said nothing"

    def _serve(self, request):
        path = request.path.removeprefix("/2018-06-01/runtime/")
        if path == "invocation/next":
            return self._next()
        if path.startswith("invocation/"):
            _, number, kind = path.split("/")
            with self._changed:
                self._answer = (request.body.decode(), kind == "error", time.perf_counter())
                self._changed.notify_all()
            return 202, {}, b""
        return 202, {}, b""

    def _next(self):
        with self._changed:
            self._polls += 1
            self._changed.notify_all()
            while self._event is None:
                self._changed.wait(1)
                if self.process.poll() is not None:
                    return None
            number, payload = self._event
            self._event = None
            self._sent = time.perf_counter()
        headers = {
            "lambda-runtime-aws-request-id": number,
            "lambda-runtime-deadline-ms": str(int(time.time() * 1000) + TIMEOUT_S * 1000),
            "lambda-runtime-invoked-function-arn":
                f"arn:aws:lambda:us-east-1:123456789012:function:paylink-{self.name}",
            "lambda-runtime-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            "content-type": "application/json",
        }
        return 200, headers, payload


def queue_event(bodies, group="group"):
    """A batch as a queue's mapping hands it over."""
    now = str(int(time.time() * 1000))
    records = [
        {
            "messageId": str(uuid.uuid4()),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body if isinstance(body, str) else json.dumps(body),
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": now,
                "SenderId": "123456789012",
                "ApproximateFirstReceiveTimestamp": now,
                "MessageGroupId": group,
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:paylink",
            "awsRegion": "us-east-1",
        }
        for body in bodies
    ]
    return {"Records": records}
