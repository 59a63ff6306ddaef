"""DreamCore's functions on Modal: thin shells that start the runner on the user's own Volume.

Each function takes one request `{version, callId, input, files, keep, callbackKey}` and returns
`{version, result, failure, object, seconds}`, plain data (src/contracts/execution/modal.ts). A failure is raised as `AppError` whose text is `AppError` + JSON `{kind, message, seconds}`.
The runner is the same program that runs beside a local worker; it lies next to this file in `build/`
(`npm run modal:deploy` puts it there) and in the image under `/opt/dreamcore`.

The image, the Secrets, the restriction of containers and the GPU are declared here and were never tried on Modal itself:
see README.md, "What was tried".
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import modal

MOUNT = "/user"
IMAGE_DIR = Path("/opt/dreamcore")
NODE_IMAGE = "node:20.20.2-bookworm-slim"
#: Debian packages come from one day's archive, so that the same deployment builds the same image.
DEBIAN_SNAPSHOT = "20261101T000000Z"
PACKAGES = [
    "git", "bubblewrap", "ca-certificates", "procps", "util-linux",
    # The browser that shows games and draws videos, what it links against, and Japanese type.
    "chromium-headless-shell", "libnss3", "libdbus-1-3", "libatk1.0-0", "libatk-bridge2.0-0", "libgbm1", "libasound2", "libxrandr2",
    "libxkbcommon0", "libxfixes3", "libxcomposite1", "libxdamage1", "libpango-1.0-0", "libcairo2", "libcups2", "fonts-noto-cjk", "fonts-noto-color-emoji",
]

#: What the runner may inherit beside the secrets of its own command: nothing else of this container reaches it.
INHERITED = ("PATH", "LANG", "LC_ALL", "NODE_ENV", "CI", "LOG_LEVEL", "CRASH_POINTS_DIR", "CHROMIUM_PATH")
#: A container on Modal serves one user. Where bubblewrap cannot work in it, the model program runs as another user instead.
ON_MODAL = {"NODE_ENV": "production", "RUNNER_ISOLATION": "container"}
#: After SIGTERM the runner stops the model and cleans up; so long it may take.
STOP_GRACE_S = 6
CALLBACK_KEY = re.compile(r"[0-9a-f]{64}")
CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
#: Fields of an input that name a file which comes along; what a caller writes there is none of this container's files.
FILE_FIELDS = ("parcelFile", "fromParcelFile", "leftParcelFile", "objectsFile", "parentParcelFile")
#: Folders of a project whose files are removed after a day: answers that were kept, and parts that no call has taken.
PASSING = ("candidates", "parcels")
DAY_S = 24 * 60 * 60


@dataclass(frozen=True)
class Options:
    """One function: its command of the runner and what its containers are."""

    command: str
    timeout_s: int
    cpu: float
    memory_mib: int
    secrets: tuple[str, ...] = ()
    gpu: str | None = None
    #: Meets what a model wrote: no access to Modal, and no second call in the same container.
    restricted: bool = True


#: The worker ends a job after JOB_TIMEOUT_MS; Modal's own time-out stands behind that, with room for start-up, parcels and `sync`.
GENERATE_TIMEOUT_S = int(os.environ.get("JOB_TIMEOUT_MS", "600000")) // 1000 + 300

FUNCTIONS = {
    "generate-game": Options("generate", timeout_s=GENERATE_TIMEOUT_S, cpu=1, memory_mib=2048, secrets=("anthropic",)),
    "git-operation": Options("git", timeout_s=300, cpu=0.5, memory_mib=1024),
    "file-operation": Options("files", timeout_s=120, cpu=0.25, memory_mib=512, restricted=False),
    "generate-image": Options("image", timeout_s=600, cpu=1, memory_mib=2048, secrets=("gemini",)),
    # Chromium draws the video; the GPU makes that faster, it is not needed.
    "render-video": Options("video", timeout_s=1800, cpu=4, memory_mib=8192, gpu="L4"),
    "play-game": Options("play", timeout_s=300, cpu=2, memory_mib=4096),
    "search-game": Options("search", timeout_s=600, cpu=2, memory_mib=4096),
}
STARTUP_TIMEOUT_S = 300
#: How long a container that serves several calls waits for the next one.
SCALEDOWN_S = 300

#: The keys that each Secret must have, and of them those that the runner itself gets to see.
SECRET_KEYS = {"anthropic": ["ANTHROPIC_API_KEY"], "gemini": ["GEMINI_API_KEY"]}
RUNNER_SECRETS = {"anthropic": ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"), "gemini": ("GEMINI_API_KEY", "GEMINI_BASE_URL")}


class AppError(Exception):
    """A failure of a known kind (src/contracts/errors.ts). The caller sees nothing of an exception but its `repr`."""

    def __init__(self, kind: str, message: str, **details: Any) -> None:
        super().__init__(kind, message)
        self.failure: dict[str, Any] = {"kind": kind, "message": message, **details}

    def __repr__(self) -> str:
        return "AppError" + json.dumps(self.failure, ensure_ascii=False)


# -- The runner of this deployment ---------------------------------------------------------------------------------------


def runner_dir() -> Path:
    """Where runner and manifest lie: beside this file while deploying, in a container where the image has them."""
    if modal.is_local():
        return Path(__file__).resolve().parent / "build"
    return Path(os.environ.get("MODAL_LOCAL_IMAGE", "/")) / IMAGE_DIR.relative_to("/")


RUNNER_DIR = runner_dir()
#: Read once: a container that lives on after a deployment keeps saying what it is (ModalOutdated), and starts the runner
#: of that version, whose file carries the version in its name.
MANIFEST: dict[str, Any] = json.loads((RUNNER_DIR / "manifest.json").read_text("utf-8"))
RUNNER = RUNNER_DIR / f"runner-{MANIFEST['version']}.mjs"
#: The composition of videos, bundled.
VIDEO_SITE = RUNNER_DIR / f"video-{MANIFEST['video']}"


#: The network that cuts images out, where the deployment has it.
CUTOUT_MODEL = RUNNER_DIR / "u2netp.onnx"

#: A process of somebody's machine (dev/modal-emulator/): mounts and image are folders there, and it isolates nothing.
IS_STAND_IN = "MODAL_LOCAL_MOUNTS" in os.environ


# -- One call --------------------------------------------------------------------------------------------------------------


def user_root() -> Path:
    """The user's own Volume: all that a call can name. Where mounts are folders, MODAL_LOCAL_MOUNTS says which."""
    mounts: dict[str, str] = json.loads(os.environ.get("MODAL_LOCAL_MOUNTS", "{}"))
    root = Path(mounts.get(MOUNT, MOUNT))
    if not root.is_dir():
        raise AppError("OPERATION_FAILED", "no Volume is mounted for this call")
    return root.resolve()


def serve(name: str, request: dict[str, Any]) -> dict[str, Any]:
    """Runs one request to its end. Whatever happens: nothing stays running, nothing stays in the container's temp folder."""
    started = time.monotonic()
    seconds = lambda: round(time.monotonic() - started, 3)  # noqa: E731
    try:
        reply = work(FUNCTIONS[name], request)
        return {"version": MANIFEST["version"], **reply, "seconds": seconds()}
    except AppError as error:
        error.failure["seconds"] = seconds()
        raise error from None
    except Exception as error:
        # Its text may quote what must not leave the container; its name may.
        raise AppError("OPERATION_FAILED", f"the function failed: {type(error).__name__}", seconds=seconds()) from None


def work(options: Options, request: dict[str, Any]) -> dict[str, Any]:
    call_id, given = checked(options, request)
    root = user_root()
    if not options.restricted:
        reload_volume()
    kept = None if request.get("keep") is None else inside(root, request["keep"])
    earlier = None if kept is None else kept_answer(kept)
    if earlier is not None:
        return earlier
    sent = request.get("files") or {}
    with scratch_folder() as scratch:
        prepared = prepare(given, root, scratch, call_id)
        places = take_files(sent, root, scratch)
        parent_file = places.pop("parentParcelFile", None)
        prepared.update(places)
        if isinstance(given.get("parent"), dict):
            prepared["parent"] = {**given["parent"], "parcelFile": parent_file}
        try:
            result = run_runner(options, prepared, root, scratch, request.get("callbackKey"))
            reply = {"result": result, "failure": None, "object": made(prepared, "objectFile")}
            if kept is not None:
                keep_answer(kept, reply)
            return reply
        except AppError as error:
            left = made(prepared, "failedFile")
            if left is None:
                raise
            return {"result": None, "failure": error.failure, "object": left}
        finally:
            remove_passing(sent, root)
            sync(root)


def checked(options: Options, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The call's id and input, or why this container does not serve it."""
    if request.get("version") != MANIFEST["version"]:
        raise AppError("ModalOutdated", f"deployed runner {MANIFEST['version']}, caller has {request.get('version')}")
    call_id, given = request.get("callId"), request.get("input")
    if not isinstance(call_id, str) or CALL_ID.fullmatch(call_id) is None or not isinstance(given, dict):
        raise AppError("OPERATION_FAILED", "the request cannot be read")
    if given.get("command") != options.command:
        raise AppError("OPERATION_FAILED", f"this function serves {options.command} only")
    callback_key = request.get("callbackKey")
    if callback_key is not None and (not isinstance(callback_key, str) or CALLBACK_KEY.fullmatch(callback_key) is None):
        raise AppError("OPERATION_FAILED", "the request cannot be read")
    if given.get("callId", call_id) != call_id:
        raise AppError("OPERATION_FAILED", "request and input name different calls")
    return call_id, given


def prepare(given: dict[str, Any], root: Path, scratch: Path, call_id: str) -> dict[str, Any]:
    """The runner's input with every place inside the Volume or inside this call's own folder, whatever was sent."""
    prepared = dict(given)
    prepared.update({field: None for field in FILE_FIELDS if field in given})
    for field in ("repoDir", "root"):
        if field in given:
            prepared[field] = str(inside(root, given[field]))
    if "assets" in given:
        prepared["assets"] = [{**asset, "file": str(inside(root, asset["file"]))} if "file" in asset else asset for asset in given["assets"]]
    if given["command"] != "git" and given["command"] != "files":
        prepared["scratchDir"] = str(scratch / call_id)
    if given["command"] == "generate":
        prepared.update(objectFile=str(scratch / "made.object"), failedFile=str(scratch / "failed.object"))
    if given["command"] == "video":
        prepared["siteDir"] = str(VIDEO_SITE)
    return prepared


def inside(root: Path, path: Any) -> Path:
    """`path` below `root`; links on the way must not lead out of it either."""
    if not isinstance(path, str) or "\0" in path or "\\" in path or path.startswith("/") or ".." in path.split("/"):
        raise AppError("PATH_ESCAPE", f"{path!r} is not a path inside the Volume")
    place = (root / path).resolve()
    if place != root and root not in place.parents:
        raise AppError("PATH_ESCAPE", f"{path!r} leads out of the Volume")
    return place


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of this call in the container's temp folder, never on the Volume. Its name is short: browsers make sockets below it."""
    folder = Path(tempfile.mkdtemp(prefix="dc-"))
    # The model program may run as another user, who has to come through to its own folder below.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def runner_env(options: Options, scratch: Path, callback_key: str | None) -> dict[str, str]:
    """Secrets go by environment only. The key for posts is that of this one call and came with it."""
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    env.update(HOME=str(scratch), TMPDIR=str(scratch))
    if options.command == "image":
        env.update(CUTOUT_MODEL_FILE=str(CUTOUT_MODEL))
    if not IS_STAND_IN:
        env.update(ON_MODAL)
    for secret in options.secrets:
        env.update({key: os.environ[key] for key in RUNNER_SECRETS.get(secret, ()) if os.environ.get(key)})
    if callback_key is not None:
        env["CALLBACK_KEY"] = callback_key
    return env


def run_runner(options: Options, prepared: dict[str, Any], root: Path, scratch: Path, callback_key: str | None) -> Any:
    """Starts the runner, gives it its input, reads its lines until the result. It and its children are gone afterwards."""
    process = subprocess.Popen(
        ["node", str(RUNNER)], cwd=root, env=runner_env(options, scratch, callback_key),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )
    try:
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(prepared).encode() + b"\n")
            process.stdin.flush()
        # Its stdin stays open: the runner stops by itself when nobody holds the other end any more.
        for line in process.stdout:
            message = json.loads(line)
            if "result" in message:
                return message["result"]
            if "error" in message:
                raise AppError(**message["error"])
        raise AppError("RunCrashed", f"the runner ended without a result (exit {process.wait()})")
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends what was started: politely, so that the runner takes the model program with it, then by force."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_GRACE_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# -- Files that come along, and those that a run makes ----------------------------------------------------------------------


def take_files(sent: dict[str, Any], root: Path, scratch: Path) -> dict[str, str]:
    """Puts the files of a request into this call's own folder: bytes, or parts that lie on the Volume."""
    places = {}
    for field, content in sent.items():
        if field not in FILE_FIELDS:
            raise AppError("OPERATION_FAILED", f"no input has the file {field!r}")
        place = scratch / field
        with place.open("wb") as file:
            for part in content if isinstance(content, list) else [content]:
                file.write(inside(root, part).read_bytes() if isinstance(part, str) else part)
        places[field] = str(place)
    return places


def made(prepared: dict[str, Any], field: str) -> bytes | None:
    """The version object that the runner has put where it was asked to."""
    file = prepared.get(field)
    return Path(file).read_bytes() if file is not None and Path(file).is_file() else None


def kept_answer(place: Path) -> dict[str, Any] | None:
    """What an earlier call for the same work has made (C4): its answer may be lost."""
    if not place.is_file():
        return None
    result, _, version = place.read_bytes().partition(b"\n")
    return {"result": json.loads(result), "failure": None, "object": version or None}


def keep_answer(place: Path, reply: dict[str, Any]) -> None:
    """A Volume that has no room takes no answer away."""
    draft = place.with_name(f".{place.name}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(json.dumps(reply["result"]).encode() + b"\n" + (reply["object"] or b""))
        draft.replace(place)


def remove_passing(sent: dict[str, Any], root: Path) -> None:
    """Removes the parts that this call was sent, and what has been kept or left for a day."""
    for content in sent.values():
        for part in content if isinstance(content, list) else []:
            inside(root, part).unlink(missing_ok=True)
    for room in PASSING:
        for place in sorted((root / "projects").glob(f"*/{room}/**/*"), reverse=True):
            with contextlib.suppress(OSError):
                if time.time() - place.lstat().st_mtime >= DAY_S:
                    place.rmdir() if place.is_dir() else place.unlink()


# -- The Volume ------------------------------------------------------------------------------------------------------------


def sync(root: Path) -> None:
    """Commits the Volume (v2: `sync <mount>`): the answer must not be there before the files are."""
    outcome = subprocess.run(["sync", str(root)], capture_output=True, timeout=120, check=False)
    if outcome.returncode != 0:
        raise AppError("OPERATION_FAILED", f"the Volume could not be committed: sync ended with {outcome.returncode}")


def reload_volume() -> None:
    """A container that serves several calls sees what other ones committed meanwhile only after this."""
    volume_id = mounted_volume_id()
    if volume_id is not None:
        modal.Volume.from_id(volume_id).reload()


def mounted_volume_id() -> str | None:
    """Id of the Volume under MOUNT: from the container's own arguments, or from MODAL_LOCAL_VOLUMES where mounts are folders."""
    if IS_STAND_IN:
        return json.loads(os.environ.get("MODAL_LOCAL_VOLUMES", "{}")).get(MOUNT)
    # Not a public interface of modal 1.6.4, which is pinned; check_account.py looks whether it still holds.
    from modal_proto import api_pb2

    arguments = api_pb2.ContainerArguments()
    arguments.ParseFromString(Path(os.environ["MODAL_CONTAINER_ARGUMENTS_PATH"]).read_bytes())
    return next((each.volume_id for each in arguments.function_def.volume_mounts if each.mount_path == MOUNT), None)


# -- What is deployed ------------------------------------------------------------------------------------------------------

#: Inside a container the name does not matter: Modal finds the functions by this module.
app = modal.App(os.environ.get("MODAL_APP", "dreamcore"))

#: Over http, because the base image has no certificates yet; apt checks signatures all the same.
DEBIAN_ARCHIVE = "http://snapshot.debian.org/archive"

image = (
    modal.Image.from_registry(NODE_IMAGE, add_python="3.11")
    .run_commands(
        f"printf 'deb [check-valid-until=no] {DEBIAN_ARCHIVE}/debian/{DEBIAN_SNAPSHOT} bookworm main\\n"
        f"deb [check-valid-until=no] {DEBIAN_ARCHIVE}/debian-security/{DEBIAN_SNAPSHOT} bookworm-security main\\n'"
        " > /etc/apt/sources.list && rm -rf /etc/apt/sources.list.d"
    )
    .apt_install(*PACKAGES)
    .run_commands(f"npm install --prefix {IMAGE_DIR} --save-exact @anthropic-ai/claude-code@{MANIFEST['claudeCode']} {' '.join(MANIFEST['packages'])}")
    .add_local_file(RUNNER, f"{IMAGE_DIR}/{RUNNER.name}")
    .add_local_dir(VIDEO_SITE, f"{IMAGE_DIR}/{VIDEO_SITE.name}")
    .add_local_file(RUNNER_DIR / "manifest.json", f"{IMAGE_DIR}/manifest.json")
)
if CUTOUT_MODEL.exists():
    image = image.add_local_file(CUTOUT_MODEL, f"{IMAGE_DIR}/{CUTOUT_MODEL.name}")


def function(name: str) -> Callable[[Callable[..., Any]], Any]:
    """Declares a function by its options; without a command of the runner behind it, it stays a plain Python function."""
    options = FUNCTIONS[name]
    if options.command not in MANIFEST["commands"]:
        return lambda plain: plain
    reuse: dict[str, Any] = (
        {"restrict_modal_access": True, "single_use_containers": True} if options.restricted else {"scaledown_window": SCALEDOWN_S}
    )
    return app.function(
        name=name, image=image, gpu=options.gpu, cpu=options.cpu, memory=options.memory_mib, retries=0,
        timeout=options.timeout_s, startup_timeout=STARTUP_TIMEOUT_S,
        secrets=[modal.Secret.from_name(secret, required_keys=SECRET_KEYS[secret]) for secret in options.secrets], **reuse,
    )


@function("generate-game")
def generate_game(request: dict[str, Any]) -> dict[str, Any]:
    return serve("generate-game", request)


@function("git-operation")
def git_operation(request: dict[str, Any]) -> dict[str, Any]:
    return serve("git-operation", request)


@function("file-operation")
def file_operation(request: dict[str, Any]) -> dict[str, Any]:
    return serve("file-operation", request)


@function("generate-image")
def generate_image(request: dict[str, Any]) -> dict[str, Any]:
    return serve("generate-image", request)


@function("render-video")
def render_video(request: dict[str, Any]) -> dict[str, Any]:
    return serve("render-video", request)


@function("play-game")
def play_game(request: dict[str, Any]) -> dict[str, Any]:
    return serve("play-game", request)


@function("search-game")
def search_game(request: dict[str, Any]) -> dict[str, Any]:
    return serve("search-game", request)
