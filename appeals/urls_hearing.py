"""Questions to companies and their replies, at the desk and at the company's."""

from django.urls import path

from appeals.views.desk import asking, hearings

urlpatterns = [
    path("desk/appeals/<str:code>/hear-platform/", asking.hear_platform, name="hear_platform"),
    path("desk/appeals/<str:code>/ask-consent/", asking.ask_consent, name="ask_consent"),
    path("desk/releases/", asking.release_list, name="release_list"),
    path("desk/releases/<str:code>/", asking.release, name="release"),
    path("desk/hearings/", hearings.hearings, name="hearings"),
    path("desk/hearings/<str:code>/", hearings.hearing, name="hearing"),
    path("desk/hearings/<str:code>/add/", hearings.supplement, name="supplement"),
]
