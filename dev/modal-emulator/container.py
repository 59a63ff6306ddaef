"""One local container: imports the deployed app, runs one input after the other, and ends with the emulator."""

import asyncio
import importlib
import inspect
import os
import queue
import shutil
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

# What this process and its children need of the client is imported once, in the zygote.
import modal  # noqa: F401
import modal.client
import modal.exception
from modal._runtime import execution_context
from modal._serialization import deserialize_data_format, pickle_exception, serialize_data_format

import frames
import processes

_PICKLE = 1


class _Connection:
    """The wire to the emulator. Orders are read beside the running function, because one of them may be the end."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(order["socket"])
        self._sending = threading.Lock()
        self.inputs: queue.Queue[dict[str, Any]] = queue.Queue()
        self.send({"type": "container", "id": order["id"], "pid": os.getpid()})
        self.setup = frames.receive(self._socket)
        if self.setup is None:
            os._exit(1)
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        with self._sending:
            self._socket.sendall(frames.pack(message))

    def _listen(self) -> None:
        while (message := frames.receive(self._socket)) is not None:
            self.inputs.put(message)
        processes.kill_below(os.getpid())
        shutil.rmtree(self._order["env"]["TMPDIR"], ignore_errors=True)
        os._exit(0)


def main(order: dict[str, Any]) -> None:
    """Runs until the emulator hangs up. Does not return."""
    _move_in(order)
    connection = _Connection(order)
    processes.adopt_orphans()
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    setup = connection.setup
    try:
        function = _load(setup)
    except BaseException as error:  # noqa: BLE001 - whatever an import raises is the answer
        connection.send({"type": "broken", **_failure(error)})
        os._exit(1)
    connection.send({"type": "ready"})
    while True:
        item = connection.inputs.get()
        connection.send({"type": "result", "input": item["input"], **_run(function, item, connection)})


def _move_in(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["env"])
    os.makedirs(order["env"]["TMPDIR"], exist_ok=True)
    os.makedirs(order["cwd"], exist_ok=True)
    os.chdir(order["cwd"])
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)


def _load(setup: dict[str, Any]) -> Callable[..., Any]:
    """What runs a deployed function in this process."""
    # Code that asks `modal.is_local()` is inside a container now.
    execution_context._TaskLifecycleManager._singleton = object()
    # Modal knows its containers by where they call from; here a container shows a token of its own, which a client in it would ignore.
    modal.client._is_remote = lambda: False
    sys.path.insert(0, setup["root"])
    module = importlib.import_module(setup["module"])
    wrapped: Any = module
    for part in setup["function"].split("."):
        wrapped = getattr(wrapped, part)
    return wrapped.local


def _run(function: Callable[..., Any], item: dict[str, Any], connection: _Connection) -> dict[str, Any]:
    def cancel(*_: object) -> None:
        raise modal.exception.InputCancellation("Input was cancelled by user")

    try:
        args, kwargs = deserialize_data_format(item["args"], item["format"], None)
        signal.signal(signal.SIGUSR1, cancel)
        connection.send({"type": "started", "input": item["input"]})
        with _InputContext(item):
            returned = function(*args, **kwargs)
            if inspect.iscoroutine(returned):
                returned = asyncio.run(returned)
        return {"status": "success", "format": item["format"], "data": serialize_data_format(returned, item["format"])}
    except modal.exception.InputCancellation:
        return {"status": "terminated", "exception": "", "format": item["format"]}
    except BaseException as error:  # noqa: BLE001 - every end of user code is reported, also SystemExit
        return _failure(error)
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)


class _InputContext:
    """Tells `modal.current_input_id()` and `modal.current_function_call_id()` what is being worked on."""

    def __init__(self, item: dict[str, Any]) -> None:
        self._item = item

    def __enter__(self) -> None:
        self._reset = execution_context._set_current_context_ids([self._item["input"]], [self._item["call"]], [""])

    def __exit__(self, *_: object) -> None:
        self._reset()


def _failure(error: BaseException) -> dict[str, Any]:
    try:
        data = pickle_exception(error)
    except Exception:  # noqa: BLE001 - an exception that cannot be pickled is still told as text
        data = b""
    text = "".join(traceback.format_exception(error))
    return {"status": "failure", "exception": repr(error), "traceback": text, "format": _PICKLE, "data": data}
