"""The packages of the lock, in a private .venv: by uv when there is one or one can be had, else by pip.

Runs under any Python 3.11 with nothing but its standard library.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from launch.children import is_disk_full
from launch.places import PACKAGES_MB, ROOT, RUN, VENV, prepare_run_folder, require_space, sentence_for
from launch.screen import Trouble, stage, tail

STAMP = VENV / ".portal-locks.json"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
# An office network's own certificate is known to the system, not to uv: both spellings, for older and newer uv.
DEFAULTS = {
    "UV_HTTP_TIMEOUT": "30", "UV_NO_PROGRESS": "1", "UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1",
    "PIP_RETRIES": "2", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}  # fmt: skip
NETWORK_WORDS = (
    "Failed to fetch", "error sending request", "dns error", "Connection refused", "Temporary failure in name",
    "NewConnectionError", "Could not connect", "Network is unreachable", "timed out", "network was disabled",
    "No matching distribution found", "ConnectTimeoutError", "client error (Connect)",
)  # fmt: skip


class NoAnswer(Trouble):
    """The packages are out of reach: no network, or a registry that does not answer."""


def fingerprints() -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in LOCKS.items()}


def installed() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def is_enough(*, dev: bool) -> bool:
    """The development lock contains the other, so packages once added for tests are never taken away by `up`."""
    if not (VENV / "bin" / "python").exists():
        return False
    have, want = installed(), fingerprints()
    names = ("run", "dev") if dev else ("run",)
    return all(have.get(name) == want[name] for name in names)


def ensure(*, dev: bool) -> None:
    if is_enough(dev=dev):
        return
    prepare_run_folder()
    require_space(ROOT, PACKAGES_MB)
    with_dev = dev or "dev" in installed()
    with stage("Installing packages"):
        STAMP.unlink(missing_ok=True)
        lock = LOCKS["dev" if with_dev else "run"]
        uv = find_uv()
        # pip knows mirrors and certificates that only pip.conf names: it is asked where uv gets no answer
        if not uv or not synced_with_uv(uv, lock):
            sync_with_pip(lock)
        prints = fingerprints()
        STAMP.write_text(json.dumps(prints if with_dev else {"run": prints["run"]}))


def find_uv() -> str | None:
    own = RUN / "uv" / "bin" / "uv"
    for candidate in (shutil.which("uv"), str(own) if own.exists() else None):
        # a shim may stand on PATH and still lead nowhere
        if candidate and subprocess.run([candidate, "--version"], capture_output=True, check=False).returncode == 0:
            return candidate
    if os.environ.get("PORTAL_WITHOUT_UV"):
        return None
    try:
        venv.create(RUN / "uv", with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError):
        return None
    done = attempt([str(RUN / "uv" / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input", "uv"])
    return str(own) if done and own.exists() else None


def synced_with_uv(uv: str, lock: Path) -> bool:
    """False where the registry did not answer uv."""
    if not (VENV / "bin" / "python").exists():
        require([uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", sys.executable, str(VENV)])
    try:
        require([uv, "pip", "sync", "--require-hashes", "--python", str(VENV / "bin" / "python"), str(lock)])
    except NoAnswer:
        return False
    return True


def sync_with_pip(lock: Path) -> None:
    python = str(VENV / "bin" / "python")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError as error:
        raise Trouble(
            "This Python can make no virtual environment (on Debian and Ubuntu: apt-get install python3-venv)."
        ) from error
    except OSError as error:
        raise Trouble(sentence_for(error, VENV)) from error
    require([python, "-m", "pip", "install", "--no-input", "--require-hashes", "-r", str(lock)])


def attempt(program: list[str]) -> bool:
    with (RUN / "logs" / "install.log").open("ab") as log:
        environment = DEFAULTS | os.environ
        # our own venv is named on the command line; one that happens to be active is somebody else's
        environment.pop("VIRTUAL_ENV", None)
        return subprocess.run(program, stdout=log, stderr=log, env=environment, cwd=ROOT, check=False).returncode == 0


def require(program: list[str]) -> None:
    path = RUN / "logs" / "install.log"
    begin = path.stat().st_size if path.exists() else 0
    if attempt(program):
        return
    with path.open("rb") as file:
        file.seek(begin)
        words = file.read().decode(errors="replace")
    if is_disk_full(words):
        raise Trouble("The disk is full: the packages could not be installed. Free some space and try again.")
    if any(word in words for word in NETWORK_WORDS):
        raise NoAnswer(
            f"The packages could not be fetched: no network, or the package registry does not answer (log: {path})."
        )
    raise Trouble(f"The packages could not be installed (log: {path}):\n{tail(path)}")
