"""Where the launcher keeps things: .run/ in the clone, and a short folder for sockets."""

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

from launch.screen import Trouble

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUN = ROOT / ".run"
SHORT_PREFIX = "portal-run-"
PACKAGES_MB = 600
PORTAL_MB = 200
# A socket's whole path may have about 103 bytes; the longest name in the folder is .s.PGSQL.5432.lock
SHORT_ENOUGH = 70


def venv_program(name: str) -> str:
    return str(VENV / "bin" / name)


def prepare_run_folder() -> Path:
    """Make .run/, private to this user, or say in one sentence why not."""
    try:
        RUN.mkdir(mode=0o700, exist_ok=True)
        RUN.chmod(0o700)
        for name in ("logs", "roots"):
            (RUN / name).mkdir(mode=0o700, exist_ok=True)
        probe = RUN / "probe"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise Trouble(sentence_for(error, RUN)) from error
    return RUN


def require_space(folder: Path, megabytes: int) -> None:
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise Trouble(f"The disk is full: {free} MB are free in {folder}, {megabytes} MB are needed.")


def sentence_for(error: OSError, path: Path | str) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: nothing can be written to {path}."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"The folder {path} cannot be written by this user; clone the project into a folder of your own."
    return f"{path}: {error.strerror}."


def is_for_a_person(error: OSError) -> bool:
    """A full disk and a folder of somebody else are no bugs of ours, wherever they strike."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


class Lock:
    """A lock file that the kernel releases when its holder dies, so a stale one needs no cleaning.

    A bare file descriptor and not a file object: it must stay locked until the very end of the process.
    """

    def __init__(self, path: Path):
        self.path = path
        self.handle: int | None = None

    def take(self) -> bool:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self.handle = handle
        return True

    def write(self, words: str) -> None:
        assert self.handle is not None
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, words.encode(), 0)

    def release(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None

    def is_held(self) -> bool:
        if not self.path.exists():
            return False
        if self.take():
            self.release()
            return False
        return True


class ShortFolder:
    """A private folder with a short path, for sockets and for a test run's whole servers."""

    def __init__(self) -> None:
        parent = tempfile.gettempdir()
        if len(os.fsencode(parent)) > SHORT_ENOUGH - 30:
            parent = "/tmp"
        sweep(Path(parent))
        try:
            self.path = Path(tempfile.mkdtemp(prefix=SHORT_PREFIX, dir=parent))
        except OSError as error:
            raise Trouble(sentence_for(error, Path(parent))) from error
        self.lock = Lock(self.path / "lock")
        self.lock.take()

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.release()


def sweep(parent: Path) -> None:
    """Remove what launchers killed with SIGKILL left behind; the living hold their lock."""
    for folder in parent.glob(SHORT_PREFIX + "*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid != os.getuid() or time.time() - folder.stat().st_mtime < 60:
                continue
            if not Lock(folder / "lock").is_held():
                shutil.rmtree(folder, ignore_errors=True)
