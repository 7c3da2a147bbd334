"""The emulator: starts and stops it, deploys the template into it, updates functions in it."""

import json
import logging
import os
import platform
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import botocore.config
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

import build
from paths import (
    API_ID,
    BASE_URL,
    DENIED,
    ENDPOINT,
    FUNCTIONS,
    PORT,
    ROOT,
    STACK,
    STACK_NAME,
    STAGE,
    TEMPLATE,
    USED,
    VENV,
)
from say import Failure, Step, wait
from surroundings import REGION, for_aws

BUCKET = f"{STACK_NAME}-artifacts"
EMULATOR_PID = STACK / "emulator.pid"
_PROGRAM = str(Path(__file__).with_name("emulator.py"))


def client(service):
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=botocore.config.Config(retries={"max_attempts": 1}, read_timeout=600),
    )


def check_port(port, variable):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Failure(
                f"Port {port} is in use: stop what uses it, or set {variable} to another port."
            ) from None


def end_leftover():
    """Ends an emulator whose own stack was killed and could not stop it."""
    try:
        group = int(EMULATOR_PID.read_text())
    except (OSError, ValueError):
        return
    # The number may belong to somebody else by now; then it is not our program.
    named = subprocess.run(["ps", "-o", "args=", "-p", str(group)], capture_output=True, text=True)
    if _PROGRAM in named.stdout:
        os.killpg(group, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while _accepts(PORT) and time.monotonic() < deadline:
            time.sleep(0.1)
    EMULATOR_PID.unlink(missing_ok=True)


def _accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Emulator:
    """The emulator's process and, in the same process group, those of the functions."""

    def __init__(self):
        self.process = None

    def start(self):
        temporary = STACK / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        # The functions inherit this environment.
        environment = for_aws(ENDPOINT) | {
            # Every function's calls are judged by its own role.
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(PORT),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            # Many parallel submits on one link must all get through to the function.
            "LAMBDA_ACCOUNT_CONCURRENCY": "1000",
            # Each process that waits for work wakes the emulator twenty times a second.
            "LAMBDA_WARM_TTL_SECONDS": "60",
            "TMPDIR": str(temporary),
            "PYTHONUNBUFFERED": "1",
        }
        log = STACK / "ministack.log"
        for report in (DENIED, USED):
            report.unlink(missing_ok=True)
        with log.open("w") as out:
            self.process = subprocess.Popen(
                [str(VENV / "bin" / "python"), "-E", "-s", _PROGRAM],
                cwd=STACK,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches us only, and we stop it in order.
                start_new_session=True,
            )
        EMULATOR_PID.write_text(str(self.process.pid))
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{ENDPOINT}/_ministack/health", timeout=60).close()
                return
            except OSError:
                time.sleep(0.1)
        raise Failure(f"The emulator did not start; see {log.relative_to(ROOT)}.")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """Asks the emulator, which ends its functions, and then ends whatever is left of them."""
        if self.process is None:
            return
        group = self.process.pid
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None
        EMULATOR_PID.unlink(missing_ok=True)


def deploy():
    """`sam deploy` of the real template, as it would go to AWS."""
    client("s3").create_bucket(Bucket=BUCKET)
    machine = platform.machine()
    architecture = "arm64" if machine in ("arm64", "aarch64") else "x86_64"
    parameters = {
        "Architecture": architecture,
        "StageName": STAGE,
        "PublicBaseUrl": BASE_URL,
        "AllowLocalWebhooks": "true",
        "DeletionProtection": "false",
        # The emulator's CloudFormation does not know archives.
        "EventArchiveDays": "0",
    }
    command = [str(VENV / "bin" / "sam"), "deploy", "--template-file", str(TEMPLATE)]
    command += ["--stack-name", STACK_NAME, "--s3-bucket", BUCKET, "--region", REGION]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    command += ["--no-confirm-changeset", "--no-progressbar"]
    command += ["--tags", f"ms-custom-id={API_ID}", "--parameter-overrides"]
    command += [f"{name}={value}" for name, value in parameters.items()]
    environment = for_aws(ENDPOINT) | {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "1"}
    log = STACK / "deploy.log"
    with Step("deploying the templates with sam deploy"), log.open("w") as out:
        sam = subprocess.Popen(
            command, cwd=STACK, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )
        if wait(sam):
            print("\n".join(log.read_text().splitlines()[-15:]))
            raise Failure(f"sam deploy failed; see {log.relative_to(ROOT)}.")
    return _outputs()


def _outputs():
    stack = client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}


class _NoPolicies:
    """The template names managed policies by ARN only, so there is none to look up."""

    def load(self):
        return {}


def count_resources(path):
    """The number of a template's resources after SAM has made roles and rules out of functions."""
    template = yaml_parse(path.read_text())
    if "Globals" in template:
        template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    for resource in template["Resources"].values():
        # For these SAM looks into the API's definition, which is only included when it is deployed.
        resource.get("Properties", {}).pop("BinaryMediaTypes", None)
    os.environ["AWS_DEFAULT_REGION"] = REGION
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    return len(transform(template, {}, _NoPolicies())["Resources"])


def _function_name(name):
    return f"{STACK_NAME}-{name}"


def invoke(name, event):
    """Invokes a function that has no HTTP route, as an operator would."""
    request = urllib.request.Request(
        f"{ENDPOINT}/2015-03-31/functions/{_function_name(name)}/invocations",
        data=json.dumps(event).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=600) as response:
            failed = response.headers.get("X-Amz-Function-Error")
            answer = json.loads(response.read())
    except urllib.error.HTTPError as error:
        raise Failure(f"{name} could not be invoked: {error.read().decode()[:500]}") from None
    if failed:
        raise Failure(f"{name} failed: {json.dumps(answer)[:500]}")
    return answer


def update_functions(names):
    lambdas = client("lambda")
    for name in names:
        lambdas.update_function_code(
            FunctionName=_function_name(name),
            ZipFile=(FUNCTIONS / f"{name}.zip").read_bytes(),
        )


def prepare(names):
    digests = build.package(names)
    build.write_templates()
    return digests
