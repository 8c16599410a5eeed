"""How a form's files come in: small ones stay in memory, larger ones pass through the vault's sealed spool.

Django's own handler would write them in the clear into the system's folder for temporary files.
"""

from collections.abc import Callable
from socket import SHUT_RD
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from portal.vault import Spool
from portal.views import errors

View = Callable[..., HttpResponse]
# what no form of ours but the ones with files needs
SMALL_BODY = 3 * 2**20


def takes_files_of(setting: str) -> Callable[[View], View]:
    """Let a page's files be as large as a setting says, where that is not UPLOAD_FILE_BYTES."""

    def note(view: View) -> View:
        view.upload_setting = setting  # type: ignore[attr-defined]
        return view

    return note


class SealedUploadHandler(FileUploadHandler):
    """Takes what is too large for memory. Of a file larger than any may be, only as much is kept as shows that it is:
    the page's other fields still arrive, so nothing that was written is lost."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.spool = Spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        match = self.request.resolver_match if self.request else None
        most = getattr(settings, getattr(match.func if match else None, "upload_setting", "UPLOAD_FILE_BYTES"))
        room = most + 1 - start
        if room > 0:
            self.spool.write(raw_data[:room])

    def file_complete(self, file_size: int) -> UploadedFile:
        self.spool.seek(0)
        return UploadedFile(self.spool, self.file_name, self.content_type, file_size, self.charset)  # type: ignore[arg-type]

    def upload_interrupted(self) -> None:
        if hasattr(self, "spool"):
            self.spool.close()


class BodyLimitMiddleware:
    """A body that is larger than anything we take is turned away by what it says of its length, unread."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isascii() and length.isdigit() else 0
        if size > SMALL_BODY and size > self._most(request):
            _hang_up(request)
            return errors.too_large(request)
        response: HttpResponse = self.get_response(request)
        return response

    @staticmethod
    def _most(request: HttpRequest) -> int:
        return settings.UPLOAD_BODY_BYTES if request.user.is_authenticated else SMALL_BODY


def _hang_up(request: HttpRequest) -> None:
    """The server would read the rest of the body, however long, before it takes the next request from this line."""
    line = request.META.get("gunicorn.socket")
    if line is not None:
        line.shutdown(SHUT_RD)
