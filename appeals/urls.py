"""Addresses of room appeals, by audience: the driver's, the desk's, the public's, the programs'."""

from django.urls import include, path, register_converter

from portal.codes import CodeInAddress

register_converter(CodeInAddress, "code")

app_name = "appeals"
urlpatterns = [
    path("", include("appeals.urls_driver")),
    path("", include("appeals.urls_hearing")),
    path("", include("appeals.urls_desk")),
    path("", include("appeals.urls_answers")),
    path("", include("appeals.urls_files")),
    path("", include("appeals.urls_api")),
]
