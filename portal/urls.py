"""All addresses. Rooms are named by string only."""

from django.urls import include, path

from portal.views import account, audit, calendar, factor, health, me, notices, posts, public, start, verify

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.denied"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.broken"

# allauth names its pages without a namespace; only those that are used here have an address
sign_in_urls = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/code/", account.code, name="account_code"),
    path("sign-in/returning/", account.returning, name="account_returning"),
    path("sign-in/code/again/", account.code_again, name="account_code_again"),
    path("sign-in/confirm/", account.confirm, name="account_confirm"),
    path("sign-in/demo/<str:person>/", account.demo, name="account_demo"),
    path("sign-in/demo/<str:person>/<str:post>/", account.demo, name="account_demo_post"),
    path("sign-out/", account.logout, name="account_logout"),
    path("me/second-factor/", factor.index, name="mfa_index"),
    path("me/second-factor/sign-in/", factor.authenticate, name="mfa_authenticate"),
    path("me/second-factor/give/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("me/second-factor/give-key/", factor.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("me/second-factor/app/", factor.activate_totp, name="mfa_activate_totp"),
    path("me/second-factor/app/remove/", factor.deactivate_totp, name="mfa_deactivate_totp"),
    path("me/second-factor/keys/", factor.list_webauthn, name="mfa_list_webauthn"),
    path("me/second-factor/keys/add/", factor.add_webauthn, name="mfa_add_webauthn"),
    path("me/second-factor/keys/<int:pk>/", factor.edit_webauthn, name="mfa_edit_webauthn"),
    path("me/second-factor/keys/<int:pk>/remove/", factor.remove_webauthn, name="mfa_remove_webauthn"),
    path("me/second-factor/recovery/", factor.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("me/second-factor/recovery/new/", factor.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("me/second-factor/recovery/codes.txt", factor.download_recovery_codes, name="mfa_download_recovery_codes"),
]
portal_urls = [
    path("", start.start, name="start"),
    path("how/", public.how, name="how"),
    path("about/", public.about, name="about"),
    path("kit/", public.kit, name="kit"),
    path("language/", me.language, name="language"),
    path("me/", me.me, name="me"),
    path("me/name/", me.name, name="name"),
    path("me/data/", me.data, name="my_data"),
    path("me/sessions/", me.sessions, name="sessions"),
    path("me/second-factor/begin/", factor.begin, name="factor"),
    path("posts/", posts.posts, name="posts"),
    path("posts/switch/", posts.switch, name="switch"),
    path("posts/<str:code>/show-name/", posts.show_name, name="show_name"),
    path("posts/go-on/", posts.go_on, name="go_on"),
    path("sign-in/again/", posts.sign_in_again, name="sign_in_again"),
    path("board/", start.board, name="board"),
    path("notices/", notices.notices, name="notices"),
    path("notices/open/", notices.open_notice, name="open_notice"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("notices/settings/", notices.notice_settings, name="notice_settings"),
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:day>/", verify.root, name="root"),
    path("roots/", verify.roots, name="roots"),
    path("roots/<str:day>.json", verify.root_file, name="root_file"),
    path("healthz", health.healthz, name="healthz"),
    path("desk/health/", health.health, name="health"),
    path("desk/health/retry/", health.retry_delivery, name="retry_delivery"),
    path("desk/jobs/", health.jobs, name="jobs"),
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
    path("", include("platforms.urls")),
    path("", include("drivers.urls")),
    path("", include("branches.urls")),
    path("", include("appeals.urls")),
]
