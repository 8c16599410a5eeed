"""The API of this room. A code that has not a code's shape leads nowhere, like one that does not exist."""

from django.urls import path

from appeals.api import asks, beside, company, desk, driver, evidence, groups

urlpatterns = [
    path("api/appeals/", driver.OwnCases.as_view(), name="api_appeals"),
    path("api/appeals/choices/", driver.Choices.as_view(), name="api_choices"),
    path("api/appeals/<code:code>/", driver.OwnCase.as_view(), name="api_appeal"),
    path("api/appeals/<code:code>/timeline/", driver.OwnTimeline.as_view(), name="api_timeline"),
    path("api/appeals/<code:code>/receipt/", driver.OwnReceipt.as_view(), name="api_receipt"),
    path("api/appeals/<code:code>/evidence/", evidence.OwnEvidence.as_view(), name="api_evidence"),
    path("api/evidence/", evidence.Uploads.as_view(), name="api_evidence_send"),
    path("api/evidence/<code:code>/", evidence.OneFile.as_view(), name="api_file"),
    *(
        path(f"api/appeals/<code:code>/{name.replace('_', '-')}/", driver.move_view(name, step), name=f"api_{name}")
        for name, step in driver.STEPS.items()
    ),
    path("api/appeals/<code:code>/consents/", asks.Consents.as_view(), name="api_consents"),
    path("api/invitations/", asks.Invitations.as_view(), name="api_invitations"),
    *(
        path(
            "api/{}/<code:code>/{}/".format(*name.replace("_", "-").split("/")),
            asks.decision_view(name, step),
            name=f"api_{name.replace('/', '_')}",
        )
        for name, step in asks.STEPS.items()
    ),
    path("api/desk/appeals/", desk.DeskCases.as_view(), name="api_desk_appeals"),
    path("api/desk/appeals/<code:code>/", desk.DeskCase.as_view(), name="api_desk_appeal"),
    path("api/desk/appeals/<code:code>/timeline/", desk.DeskTimeline.as_view(), name="api_desk_timeline"),
    path("api/desk/appeals/<code:code>/evidence/", evidence.DeskEvidence.as_view(), name="api_desk_evidence"),
    *(
        path(
            f"api/desk/appeals/<code:code>/{name.replace('_', '-')}/",
            desk.move_view(name, step),
            name=f"api_desk_{name}",
        )
        for name, step in desk.STEPS.items()
    ),
    path("api/desk/appeals/<code:code>/reopen/", desk.Reopen.as_view(), name="api_desk_reopen"),
    path("api/desk/appeals/<code:code>/notes/", beside.Notes.as_view(), name="api_desk_notes"),
    path("api/desk/appeals/<code:code>/colleagues/", beside.Colleagues.as_view(), name="api_desk_colleagues"),
    path("api/desk/notes/<code:code>/withdraw/", beside.WithdrawNote.as_view(), name="api_desk_note_withdraw"),
    path("api/desk/groups/", groups.Groups.as_view(), name="api_desk_groups"),
    path("api/desk/groups/<code:code>/", groups.OneGroup.as_view(), name="api_desk_group"),
    path("api/hearings/", company.Hearings.as_view(), name="api_hearings"),
    path("api/hearings/rules/", company.Rules.as_view(), name="api_hearing_rules"),
    path("api/hearings/<code:code>/", company.OneHearing.as_view(), name="api_hearing"),
    path("api/hearings/<code:code>/reply/", company.Reply.as_view(), name="api_hearing_reply"),
    path("api/hearings/<code:code>/add/", company.Addition.as_view(), name="api_hearing_add"),
]
