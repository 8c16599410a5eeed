"""Questions to companies and their replies, at the desk and at the company's; group appeals."""

from django.urls import path

from appeals.views.desk import asking, groups, hearings

urlpatterns = [
    path("desk/appeals/<str:code>/hear-platform/", asking.hear_platform, name="hear_platform"),
    path("desk/appeals/<str:code>/ask-consent/", asking.ask_consent, name="ask_consent"),
    path("desk/releases/", asking.release_list, name="release_list"),
    path("desk/releases/<str:code>/", asking.release, name="release"),
    path("desk/hearings/", hearings.hearings, name="hearings"),
    path("desk/hearings/<str:code>/", hearings.hearing, name="hearing"),
    path("desk/hearings/<str:code>/add/", hearings.supplement, name="supplement"),
    path("desk/groups/", groups.groups, name="groups"),
    path("desk/groups/hint/", groups.groups_hint, name="groups_hint"),
    path("desk/groups/make/<str:key>/", groups.make_group, name="make_group"),
    path("desk/groups/<str:code>/", groups.desk_group, name="desk_group"),
    path("desk/groups/<str:code>/cases/", groups.group_cases, name="group_cases"),
    path("desk/groups/<str:code>/lead/", groups.choose_lead, name="choose_lead"),
    path("desk/groups/<str:code>/invite/", groups.invite_more, name="invite_more"),
    path("desk/groups/<str:code>/ask/", groups.ask_company, name="ask_company"),
    path("desk/groups/<str:code>/offer/", groups.offer_answer, name="offer_answer"),
    path("desk/groups/<str:code>/change/", groups.mark_change, name="mark_change"),
]
