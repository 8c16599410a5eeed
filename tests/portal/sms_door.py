"""The network's edge in tests: a door that keeps what it was given."""

import re


class KeepingDoor:
    sent: list[tuple[str, str]] = []

    def send(self, phone: str, text: str) -> None:
        self.sent.append((phone, text))

    @classmethod
    def last_code(cls) -> str:
        return re.search(r"\d{6,8}", cls.sent[-1][1]).group()  # type: ignore[union-attr]
