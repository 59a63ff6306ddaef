"""What the emulator remembers over restarts: apps, functions, images, mounts, secrets and the names of Volumes."""

import os
import pickle
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def new_id(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(11)}"


def write_whole(file: Path, content: bytes) -> None:
    """Replaces a file in one step, readable for us alone."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    os.replace(draft, file)


@dataclass
class Deployed:
    """A function of a deployed app."""

    app_id: str
    tag: str
    #: `Function` of the proto, serialized.
    definition: bytes
    #: Folder with the files that the image and its mounts bring, by their path in the container.
    root: str
    #: Variables that the image sets.
    image_env: dict[str, str]
    version: int


@dataclass
class App:
    id: str
    name: str
    version: int = 0
    #: Name of a function → its id, as published.
    functions: dict[str, str] = field(default_factory=dict)
    #: Of one that was remembered before this was noted: the oldest.
    created_at: float = 0.0


@dataclass
class Bound:
    """A function with options of its own: another function for Modal, with containers of its own."""

    function_id: str
    #: `FunctionOptions` of the proto, serialized.
    options: bytes


@dataclass
class State:
    apps: dict[str, App] = field(default_factory=dict)
    functions: dict[str, Deployed] = field(default_factory=dict)
    #: Uploaded by a deployment that has not been published yet.
    staged: dict[str, Deployed] = field(default_factory=dict)
    bound: dict[str, Bound] = field(default_factory=dict)
    #: Mount id → files (name in the container, sha256, mode).
    mounts: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    #: Image id → `Image` of the proto, serialized.
    images: dict[str, bytes] = field(default_factory=dict)
    #: Secret id → its variables, and name → id.
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    secret_names: dict[str, str] = field(default_factory=dict)
    #: Volume id → name, and name → id.
    volumes: dict[str, str] = field(default_factory=dict)
    volume_names: dict[str, str] = field(default_factory=dict)


class Store:
    """The state with its file. Small and written whole at every change."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._file = data_dir / "state.pickle"
        self.state = State()
        for name in ("blobs", "calls", "files", "images", "logs", "volumes"):
            (data_dir / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._file.exists():
            self.state = pickle.loads(self._file.read_bytes())

    def save(self) -> None:
        write_whole(self._file, pickle.dumps(self.state))

    def folder(self, *parts: str) -> Path:
        return self.data_dir.joinpath(*parts)


def summary(state: State) -> dict[str, Any]:
    """Names only: what a test may look at."""
    return {
        "apps": {app.name: {"version": app.version, "functions": sorted(app.functions)} for app in state.apps.values()},
        "secrets": sorted(state.secret_names),
        "volumes": sorted(state.volume_names),
    }
