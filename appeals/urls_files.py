"""Files: uploads that go on where they were, and the one door to what is stored; for drivers and staff alike."""

from django.urls import path

from appeals.views import evidence, tus

urlpatterns = [
    path("files/", tus.uploads, name="uploads"),
    path("files/<code:code>/part/", tus.upload, name="upload"),
    path("files/<code:code>/", evidence.file, name="file"),
    path("files/<code:code>/small/", evidence.file_small, name="file_small"),
    path("files/<code:code>/original/", evidence.file_original, name="file_original"),
    path("files/<code:code>/release/", evidence.file_release, name="file_release"),
]
