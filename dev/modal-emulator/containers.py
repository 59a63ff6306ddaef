"""Containers are processes of this machine: they start, run inputs and end with everything that they have started."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import frames
import processes
from calls import Call
from faults import Death
from specs import Spec
from state import Store, new_id
from volumes import View, Volumes

HERE = Path(__file__).resolve().parent


class Host:
    """What all containers share: the process that forks them, the sockets on which they report, their scratch folder."""

    def __init__(self, store: Store, volumes: Volumes) -> None:
        self.store = store
        self.volumes = volumes
        self.server_url = ""
        # Short, because programs in a container put unix sockets below it.
        place = sha256(f"{os.getuid()} {store.data_dir}".encode()).hexdigest()[:8]
        self.scratch = Path("/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()) / f"modal-{place}"
        self._zygote: asyncio.subprocess.Process | None = None
        self._starting = asyncio.Lock()
        self._expected: dict[str, Container] = {}

    async def open(self) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(mode=0o711)
        self._servers = [
            await asyncio.start_unix_server(self._greet, self.scratch / "c"),
            await asyncio.start_unix_server(self._sync, self.scratch / "s"),
        ]
        await self._zygote_pipe()

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        if self._zygote is not None and self._zygote.returncode is None:
            self._zygote.terminate()
            await self._zygote.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    async def fork(self, container: "Container", env: dict[str, str], cwd: str) -> None:
        order = {"id": container.id, "socket": str(self.scratch / "c"), "env": env, "cwd": cwd, "log": str(self.store.folder("logs", "containers.log"))}
        self._expected[container.id] = container
        pipe = await self._zygote_pipe()
        pipe.write(f"{json.dumps(order)}\n".encode())
        await pipe.drain()

    def forget(self, container: "Container") -> None:
        self._expected.pop(container.id, None)

    async def _zygote_pipe(self) -> asyncio.StreamWriter:
        async with self._starting:
            if self._zygote is None or self._zygote.returncode is not None:
                self._zygote = await asyncio.create_subprocess_exec(
                    sys.executable, "-u", str(HERE / "zygote.py"), stdin=asyncio.subprocess.PIPE, env=base_env(),
                )
        assert self._zygote.stdin is not None
        return self._zygote.stdin

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await frames.read(reader)
        container = self._expected.get(hello["id"]) if hello else None
        if hello is None or container is None:
            writer.close()
            return
        await container.follow(hello["pid"], reader, writer)

    async def _sync(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = json.loads(await reader.readline())
            container = self._expected.get(asked["id"])
            writer.write((await container.sync(asked["paths"]) if container else "no such container").encode() + b"\n")
            await writer.drain()
        except (ConnectionError, ValueError, KeyError):
            pass
        finally:
            writer.close()


def base_env() -> dict[str, str]:
    """The system's variables, without what configures a client of Modal."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MODAL_")}


class Container:
    def __init__(self, host: Host, spec: Spec) -> None:
        self._host = host
        self.spec = spec
        self.id = new_id("ta")
        self.pid: int | None = None
        self.is_busy = False
        self.is_retired = False
        self.is_killed = False
        #: What becomes of its call when it dies: `failure`, `internal`, or `restart` on the same input.
        self.outcome = "failure"
        self._views: dict[str, tuple[str, View]] = {}
        self._inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._writer: asyncio.StreamWriter | None = None
        self.gone = asyncio.Event()
        self._temp = host.scratch / self.id[3:9]
        self._copies = host.scratch / f"{self.id[3:9]}.volumes"

    def view_of(self, volume_id: str) -> View | None:
        return next((view for mount_id, view in self._views.values() if mount_id == volume_id), None)

    def local_mounts(self) -> dict[str, str]:
        """Mount path → folder on this machine."""
        subs = {mount.path: mount.sub_path for mount in self.spec.mounts}
        return {path: str(view.path / subs[path].lstrip("/")) for path, (_, view) in self._views.items()}

    async def start(self) -> dict[str, Any] | None:
        """Brings it up. Returns None, or the result of the call that it was started for when it cannot run any."""
        try:
            return await self._start()
        except OSError as error:
            return {"status": "broken", "exception": f"The container could not be started: {error}"}

    async def _start(self) -> dict[str, Any] | None:
        for number, mount in enumerate(self.spec.mounts):
            name = self._host.store.state.volumes.get(mount.volume_id)
            if name is None:
                return {"status": "broken", "exception": f"Volume {mount.volume_id} does not exist any more."}
            self._views[mount.path] = (mount.volume_id, await self._host.volumes.open(name, self._copies / str(number)))
        mounts = self.local_mounts()
        for folder in mounts.values():
            os.makedirs(folder, exist_ok=True)
        await self._host.fork(self, self._env(mounts), f"{self.spec.root}/root")
        try:
            message = await asyncio.wait_for(self._inbox.get(), self.spec.startup_timeout_s)
        except asyncio.TimeoutError:
            return {"status": "broken", "exception": f"The container was not ready within {self.spec.startup_timeout_s} s."}
        if message is None:
            return {"status": "broken", "exception": "The container ended while it was starting."}
        return None if message["type"] == "ready" else {**message, "status": "broken"}

    async def run(self, call: Call, args: bytes, death: Death | None) -> dict[str, Any] | None:
        """The result of a call, or None when the container died."""
        self.is_busy = True
        try:
            self._send({"type": "input", "input": call.input_id, "call": call.id, "format": call.format, "args": args})
            return await asyncio.wait_for(self._answer(call, death), self.spec.timeout_s)
        except asyncio.TimeoutError:
            await self.stop()
            return {"status": "timeout", "exception": f"Task's current input {call.input_id} hit its timeout of {self.spec.timeout_s}s"}
        finally:
            self.is_busy = False

    async def _answer(self, call: Call, death: Death | None) -> dict[str, Any] | None:
        while (message := await self._inbox.get()) is not None:
            if message.get("input") != call.input_id:
                continue
            if message["type"] == "started" and death is not None:
                asyncio.get_running_loop().call_later(death.after_ms / 1000, self.kill, death.outcome)
            if message["type"] == "result" and death is None and not self.is_killed:
                return message
        return None

    def interrupt(self) -> None:
        """Has the running function hear of its cancellation, as an exception."""
        if self.pid is not None and self.is_busy:
            processes.kill(self.pid, signal.SIGUSR1)

    def kill(self, outcome: str = "failure") -> None:
        """Death without a word, with all that it has started."""
        self.outcome = outcome
        self.is_killed = True
        if self.pid is not None:
            processes.kill_tree(self.pid)

    async def stop(self) -> None:
        """Ends it with all that it has started; returns when it is gone."""
        self.is_retired = True
        if self.pid is not None:
            await asyncio.to_thread(processes.kill_tree, self.pid)
            await self.gone.wait()
        if self._writer is not None:
            self._writer.close()
        self._host.forget(self)
        for folder in (self._temp, self._copies):
            await asyncio.to_thread(shutil.rmtree, folder, True)

    async def sync(self, paths: list[str]) -> str:
        """`sync` inside: commits the Volumes mounted at these paths, or all of them."""
        by_path = {**{path: view for path, (_, view) in self._views.items()}, **{str(view.path): view for _, view in self._views.values()}}
        views = [by_path.get(os.path.realpath(path) if path not in by_path else path) for path in paths] or list(set(by_path.values()))
        if None in views:
            return f"{' '.join(paths)}: no Volume is mounted there"
        for view in views:
            assert view is not None
            await view.commit()
        return "ok"

    async def follow(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Takes its messages until it is gone."""
        self.pid = pid
        self._writer = writer
        self._send({"type": "setup", "root": f"{self.spec.root}/root", "module": self.spec.module, "function": self.spec.function})
        while (message := await frames.read(reader)) is not None:
            self._inbox.put_nowait(message)
        self.gone.set()
        self._inbox.put_nowait(None)

    def _send(self, message: dict[str, Any]) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(frames.pack(message))

    def _env(self, mounts: dict[str, str]) -> dict[str, str]:
        base = base_env()
        access = {} if self.spec.is_restricted else {
            "MODAL_SERVER_URL": self._host.server_url, "MODAL_TOKEN_ID": self.id, "MODAL_TOKEN_SECRET": self.id,
        }
        return {
            **base, **self.spec.env, **access,
            "PATH": f"{HERE / 'bin'}{os.pathsep}{base.get('PATH', os.defpath)}",
            "TMPDIR": str(self._temp),
            "MODAL_IS_REMOTE": "1", "MODAL_TASK_ID": self.id, "MODAL_ENVIRONMENT": "main",
            "MODAL_LOCAL_MOUNTS": json.dumps(mounts), "MODAL_LOCAL_IMAGE": self.spec.root,
            "MODAL_LOCAL_VOLUMES": json.dumps({path: volume_id for path, (volume_id, _) in self._views.items()}),
            "MODAL_SYNC_COMMAND": str(HERE / "bin" / "sync"), "MODAL_EMULATOR_PYTHON": sys.executable,
            "MODAL_EMULATOR_SYNC_CLIENT": str(HERE / "sync_client.py"), "MODAL_EMULATOR_SOCKET": str(self._host.scratch / "s"),
        }
