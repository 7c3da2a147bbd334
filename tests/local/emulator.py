"""The emulator's process, with some of its habits changed so that many may call it at once."""

import collections
import contextvars
import functools
import json
import socketserver
import sys
import threading
import time
from pathlib import Path

import roles
from lateness import Lateness, is_woken

# The modules beside this file are not the emulator's.
del sys.path[0]

import hypercorn.asyncio  # noqa: E402
import uvicorn  # noqa: E402
import uvloop  # noqa: E402
from ministack import app  # noqa: E402
from ministack.core import iam_evaluator as evaluator  # noqa: E402
from ministack.core import lambda_runtime, responses  # noqa: E402
from ministack.services import apigateway_v1 as gateway  # noqa: E402
from ministack.services import cloudwatch_logs, iam, lambda_svc, sts  # noqa: E402
from ministack.services.cloudformation import engine, provisioners  # noqa: E402

# Processes of one function at the same time. Two hundred would only keep each other from starting.
MAX_PROCESSES = 24

# How long a call may take here, as long as the gateway waits for it. Functions that are called are
# given ten seconds, within which AWS answers them hundreds of times; a machine that stands still
# would end them in the middle of their work.
CALL_S = 29

# The Runtime API writes each event in two packets; by Nagle's rule the second waits until the
# first is acknowledged, which is 40 ms in every call of a function.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

_invoke = lambda_runtime.ProvidedWorker.invoke
_execute = lambda_svc._execute_function_provided_warm
_lines = collections.defaultdict(lambda: threading.Semaphore(MAX_PROCESSES))
_parse = engine._parse_template
_import_api = gateway._import_rest_api
_import_path = gateway._import_path_item
_concurrency = lambda_svc._sqs_esm_concurrency
_alarm = provisioners._cw_metric_alarm_record
_dispatch = app._dispatch_service_request
_execute_api = app._handle_execute_api_request
_enforce = evaluator.enforce
_log_groups = cloudwatch_logs._describe_log_groups

# The call that is served: what its target header and its body say.
_call = contextvars.ContextVar("call")
_presigned = contextvars.ContextVar("presigned", default=False)
# The emulator runs in the folder of what only the stack reads.
DENIED = Path("denied.log")
USED = Path("used-rights.log")
_used = set()
_lateness = Lateness(Path("late.json"))


async def _serve(app, config):
    """The same application behind a server that takes a third less of the processor."""
    host, port = config.bind[0].rsplit(":", 1)
    settings = uvicorn.Config(
        app, host=host, port=int(port), loop="none", http="httptools", ws="none",
        timeout_keep_alive=75, timeout_graceful_shutdown=1, log_config=None, access_log=False,
        server_header=False, date_header=False,
    )
    await uvicorn.Server(settings).serve()


def _invoke_alone(worker, event, *arguments, **named):
    """A process that cannot start fails one call; the emulator would end all of its function."""
    if not is_woken(event) and worker.config.get("Timeout", 0) < CALL_S:
        worker.config = {**worker.config, "Timeout": CALL_S}
    try:
        return _invoke(worker, event, *arguments, **named)
    except RuntimeError as error:
        return {"status": "error", "error": str(error)}


def _execute_in_turn(function, event, request_id):
    """Calls beyond what the function's processes take wait until one of them is free."""
    name = (function.get("config") or function)["FunctionName"]

    def serve():
        with _lines[name]:
            return _execute(function, event, request_id)

    return _lateness.call(name, event, serve)


def _parse_and_expand(body):
    """A nested template has the SAM transform too; the emulator expands the root's only."""
    return engine._apply_transforms(_parse(body))


def _import_api_with_responses(spec, base_data=None):
    """The emulator leaves the gateway's own answers out when it imports a definition, and which
    media are bytes."""
    media = {"binaryMediaTypes": spec.get("x-amazon-apigateway-binary-media-types", [])}
    api_id = _import_api(spec, {**(base_data or {}), **media})
    for kind, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
        # A variable that the emulator does not fill in; the time of deploying must do.
        templates = {
            media: text.replace("$context.requestTimeEpoch", str(int(time.time() * 1000)))
            for media, text in response["responseTemplates"].items()
        }
        gateway._put_gateway_response(api_id, kind, {**response, "responseTemplates": templates})
    return api_id


def _import_path_with_any(api_id, path, item, *arguments):
    """Nor does it know the name that a method for everything else has in a definition."""
    named = {"x-amazon-apigateway-any-method": "any"}
    item = {named.get(method, method): operation for method, operation in item.items()}
    return _import_path(api_id, path, item, *arguments)


def _concurrency_as_number(mapping, *arguments):
    """What comes from a parameter is text, which the emulator would compare with numbers."""
    scaling = {name: int(value) for name, value in mapping.get("ScalingConfig", {}).items()}
    return _concurrency({**mapping, "ScalingConfig": scaling}, *arguments)


def _alarm_of_one_metric(name, properties):
    """Alarms over several metrics, and over queries, are unknown to the emulator, which makes no metrics
    anyway."""
    if "Metrics" in properties:
        properties = dict(properties)
        last = properties.pop("Metrics")[-1]
        if "MetricStat" in last:
            first = last["MetricStat"]
            properties |= {"Statistic": first["Stat"], "Period": first["Period"], **first["Metric"]}
        else:
            # One that asks by a query.
            properties |= {"Statistic": "Sum", "Period": last["Period"], "Namespace": "Paylink",
                           "MetricName": name}
    return _alarm(name, properties)


async def _execute_as_sent(host, path, *arguments, raw_path=None, **named):
    """A REST API splits the path as it was sent: a slash in a parameter (%2F) is no end of it, and
    what a function is handed is encoded. The emulator would decode the path first."""
    return await _execute_api(host, raw_path or path, *arguments, raw_path=raw_path, **named)


async def _dispatch_remembered(method, path, headers, body, *arguments):
    _call.set((headers.get("x-amz-target") or f"S3.{method} {path}", body))
    _presigned.set(evaluator._s3_presigned_query(arguments[0]))
    return await _dispatch(method, path, headers, body, *arguments)


def _enforce_strictly(access_key, action, service, *arguments, **named):
    """Functions are judged by an evaluator that knows leading keys and encryption contexts.

    The emulator's own does not, and wants an action for batches of messages that IAM does not have.
    Everybody else is a test or an operator, whom nothing is forbidden.
    """
    session = sts._sessions.get(access_key)
    if session is None:
        unsigned = not access_key and service == "lambda"
        return None if unsigned else _enforce(access_key, action, service, *arguments, **named)
    account = session["Arn"].split(":")[4]
    # S3 verifies the signature of an address by itself.
    failure = None if _presigned.get() else evaluator.authenticate(access_key, account)
    if isinstance(failure, evaluator.AuthError):
        return failure
    role, function = session["Arn"].split("/")[1:]
    target, body = _call.get()
    try:
        for right in _role(account, role).judge(target, body, (responses.get_region(), account)):
            _note_use(function, right)
    except roles.Denied as denied:
        asked = denied.question
        context = {key: list(values) for key, values in asked.context}
        line = {"function": function, "action": asked.action, "resource": asked.resource, **context}
        with DENIED.open("a") as log:
            log.write(json.dumps(line) + "\n")
        return evaluator.EvalResult("ImplicitDeny", principal_arn=session["Arn"])
    return None


def _log_groups_at_rest(data):
    """A list of log groups, made anew when a function starts a stream in one meanwhile."""
    for _ in range(1000):
        try:
            return _log_groups(data)
        except RuntimeError as error:
            if "changed size" not in str(error):
                raise
    raise RuntimeError("log groups changed a thousand times while they were listed")


@functools.lru_cache(maxsize=None)
def _role(account, name):
    """Roles stay as they were deployed."""
    policies = iam._roles.get_scoped(account, None, name).get("InlinePolicies") or {}
    documents = [json.loads(one) if isinstance(one, str) else one for one in policies.values()]
    return roles.Role([statement for one in documents for statement in one["Statement"]])


def _note_use(function, right):
    if (function, right) not in _used:
        _used.add((function, right))
        with USED.open("a") as log:
            log.write(json.dumps([function, *right]) + "\n")


hypercorn.asyncio.serve = _serve
app._dispatch_service_request = _dispatch_remembered
app._handle_execute_api_request = _execute_as_sent
cloudwatch_logs._describe_log_groups = _log_groups_at_rest
evaluator.enforce = _enforce_strictly
engine._parse_template = _parse_and_expand
gateway._import_rest_api = _import_api_with_responses
gateway._import_path_item = _import_path_with_any
lambda_svc._sqs_esm_concurrency = _concurrency_as_number
provisioners._cw_metric_alarm_record = _alarm_of_one_metric
gateway._OPENAPI_HTTP_METHODS.add("any")
lambda_runtime.ProvidedWorker.invoke = _invoke_alone
lambda_svc._execute_function_provided_warm = _execute_in_turn
uvloop.install()
sys.exit(app.main())
