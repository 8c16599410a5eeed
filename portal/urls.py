"""All addresses. Rooms are named by string only."""

from django.urls import include, path

from portal.views import account, audit, calendar, factor, me, posts, public, start

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.denied"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.broken"

# allauth names its pages without a namespace; only those that are used here have an address
sign_in_urls = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/code/", account.code, name="account_code"),
    path("sign-in/code/again/", account.code_again, name="account_code_again"),
    path("sign-in/confirm/", account.confirm, name="account_confirm"),
    path("sign-in/demo/<str:person>/", account.demo, name="account_demo"),
    path("sign-in/demo/<str:person>/<str:post>/", account.demo, name="account_demo_post"),
    path("sign-out/", account.logout, name="account_logout"),
    path("me/second-factor/app/", factor.activate_totp, name="mfa_activate_totp"),
    path("me/second-factor/key/", factor.add_webauthn, name="mfa_add_webauthn"),
    path("me/second-factor/give/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("me/second-factor/give-key/", factor.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("me/second-factor/", include("allauth.mfa.urls")),
]
portal_urls = [
    path("", start.start, name="start"),
    path("how/", public.how, name="how"),
    path("about/", public.about, name="about"),
    path("kit/", public.kit, name="kit"),
    path("language/", me.language, name="language"),
    path("me/", me.me, name="me"),
    path("me/name/", me.name, name="name"),
    path("me/second-factor/begin/", factor.begin, name="factor"),
    path("posts/", posts.posts, name="posts"),
    path("posts/switch/", posts.switch, name="switch"),
    path("sign-in/again/", posts.sign_in_again, name="sign_in_again"),
    path("board/", start.board, name="board"),
    path("desk/audit/", audit.audit, name="audit"),
    path("desk/posts/", posts.desk_posts, name="desk_posts"),
    path("desk/posts/new/", posts.appoint, name="appoint"),
    path("desk/posts/<str:code>/", posts.desk_post, name="desk_post"),
    path("desk/posts/<str:code>/end/", posts.end, name="end_post"),
    path("desk/posts/<str:code>/leave/", posts.leave, name="leave"),
    path("desk/posts/<str:code>/reset-factor/", posts.reset_factor, name="reset_factor"),
    path("desk/calendar/", calendar.calendar, name="calendar"),
    path("desk/calendar/load/", calendar.calendar_load, name="calendar_load"),
    path("desk/calendar/confirm/", calendar.calendar_confirm, name="calendar_confirm"),
    path("desk/calendar/<int:year>/", calendar.calendar_year, name="calendar_year"),
    path("desk/calendar/<int:year>/table/", calendar.calendar_table, name="calendar_table"),
]
urlpatterns = [
    path("", include(sign_in_urls)),
    path("", include((portal_urls, "portal"))),
    path("", include("appeals.urls")),
]
