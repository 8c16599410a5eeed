"""Addresses of room appeals, by audience: the driver's, the desk's, the public's, the programs'."""

from django.urls import include, path

app_name = "appeals"
urlpatterns = [
    path("", include("appeals.urls_driver")),
    path("", include("appeals.urls_hearing")),
    path("", include("appeals.urls_desk")),
    path("", include("appeals.urls_answers")),
    path("", include("appeals.urls_files")),
    path("", include("appeals.urls_api")),
]
