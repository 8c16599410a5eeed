"""Addresses of the administrators: posts, invitations, organisations, places and accounts."""

from django.urls import path

from portal.views import audit, corrections, invitations, leaves, organisations, places, posts, same_person

patterns = [
    path("desk/posts/<str:code>/switch-person/", posts.switch_person, name="switch_person"),
    path("i/<str:code>/", invitations.invitation, name="invitation"),
    path("desk/invitations/", invitations.invitations, name="invitations"),
    path("desk/invitations/new/", invitations.invite, name="invite"),
    path("desk/invitations/<str:code>/again/", invitations.invite_again, name="invite_again"),
    path("desk/invitations/<str:code>/withdraw/", invitations.withdraw_invitation, name="withdraw_invitation"),
    path("desk/organisations/", organisations.organisations, name="organisations"),
    path("desk/organisations/new/", organisations.found_organisation, name="found_organisation"),
    path("desk/organisations/<str:code>/", organisations.organisation, name="organisation"),
    path("desk/organisations/<str:code>/rename/", organisations.rename_organisation, name="rename_organisation"),
    path("desk/organisations/<str:code>/close/", organisations.close_organisation, name="close_organisation"),
    path("me/data/corrections/", corrections.my_corrections, name="my_corrections"),
    path("me/data/corrections/new/", corrections.ask_correction, name="ask_correction"),
    path("desk/corrections/", corrections.corrections, name="corrections"),
    path("desk/corrections/<str:code>/", corrections.correction, name="correction"),
    path("desk/places/", places.places, name="places"),
    path("desk/places/<str:code>/", places.place, name="place"),
    path("desk/places/<str:code>/open/", places.open_city, name="open_city"),
    path("desk/places/<str:code>/close/", places.close_city, name="close_city"),
    path("desk/places/<str:code>/keep-open/", places.keep_city_open, name="keep_city_open"),
    path("posts/<str:code>/leave/", leaves.ask_leave, name="ask_leave"),
    path("desk/leave/", leaves.leave_requests, name="leave_requests"),
    path("desk/leave/<str:code>/", leaves.decide_leave, name="decide_leave"),
    path("desk/audit/file/", audit.audit_file, name="audit_file"),
    path("desk/audit/keep/", audit.keep_look, name="keep_look"),
    path("desk/same-person/", same_person.same_person, name="same_person"),
    path("desk/same-person/new/", same_person.propose_same_person, name="propose_same_person"),
    path("desk/same-person/<str:code>/", same_person.decide_same_person, name="decide_same_person"),
]
