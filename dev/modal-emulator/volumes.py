"""Volumes are folders. In the mode `synced-only` a container works on a copy and others see what it has committed."""

import asyncio
import os
import re
import shutil
import stat
from pathlib import Path


def is_usable_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", name) is not None


class Volumes:
    def __init__(self, root: Path) -> None:
        self._root = root
        #: Whether containers that start from now on see committed files only.
        self.is_synced_only = False
        #: Commits of every Volume by name since the start, for tests.
        self.commits: dict[str, int] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    def folder(self, name: str) -> Path:
        return self._root / name

    async def open(self, name: str, copy: Path) -> "View":
        """The Volume for one container; `copy` is where its own files go if it needs any."""
        folder = self.folder(name)
        folder.mkdir(mode=0o700, exist_ok=True)
        view = View(self, name, folder, copy if self.is_synced_only else None)
        await view.reload()
        return view

    def lock(self, name: str) -> asyncio.Lock:
        return self._locks.setdefault(name, asyncio.Lock())


class View:
    """A Volume as one container sees it."""

    def __init__(self, volumes: Volumes, name: str, published: Path, copy: Path | None) -> None:
        self._volumes = volumes
        self.name = name
        self._published = published
        self._copy = copy
        #: What the copy was like when it last agreed with the published files.
        self._agreed: dict[str, tuple[int, ...]] = {}

    @property
    def path(self) -> Path:
        return self._copy or self._published

    async def commit(self) -> None:
        """Publishes what has changed here; of two containers that changed the same file the last one wins."""
        self._volumes.commits[self.name] = self._volumes.commits.get(self.name, 0) + 1
        if self._copy is None:
            return
        async with self._volumes.lock(self.name):
            await asyncio.to_thread(self._publish, self._copy)

    async def reload(self) -> None:
        """Takes in what others have published; what was not committed here is lost."""
        if self._copy is None:
            return
        async with self._volumes.lock(self.name):
            await asyncio.to_thread(self._take_in, self._copy)

    def _take_in(self, copy: Path) -> None:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self._published, copy, symlinks=True)
        self._agreed = _manifest(copy)

    def _publish(self, copy: Path) -> None:
        current = _manifest(copy)
        for name in sorted(set(self._agreed) - set(current), reverse=True):
            _remove(self._published / name)
        for name in sorted(current):
            if current[name] != self._agreed.get(name):
                _put(copy / name, self._published / name)
        self._agreed = current


def _manifest(root: Path) -> dict[str, tuple[int, ...]]:
    """Every file and folder below, with what tells that it has changed."""
    found: dict[str, tuple[int, ...]] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            info = os.lstat(path)
            is_folder = stat.S_ISDIR(info.st_mode)
            found[os.path.relpath(path, root)] = (info.st_mode,) if is_folder else (info.st_mode, info.st_size, info.st_mtime_ns, info.st_ino)
    return found


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _put(source: Path, target: Path) -> None:
    if source.is_dir() and not source.is_symlink():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copystat(source, target)
        return
    if not (source.is_symlink() or source.is_file()):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.commit")
    shutil.copy2(source, draft, follow_symlinks=False)
    os.replace(draft, target)
