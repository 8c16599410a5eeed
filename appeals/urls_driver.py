"""Drivers and the public."""

from django.urls import path

from appeals.views import printing, public
from appeals.views.driver import cases, filing, joint, moves

urlpatterns = [
    path("appeals/", cases.mine, name="mine"),
    path("appeals/new/", filing.new, name="new"),
    path("appeals/new/discard/", filing.new_discard, name="new_discard"),
    path("appeals/new/<int:number>/", filing.new_step, name="new_step"),
    path("appeals/draft/", filing.draft_save, name="draft_save"),
    path("appeals/<str:code>/", cases.detail, name="detail"),
    path("appeals/<str:code>/receipt/", cases.receipt, name="receipt"),
    path("appeals/<str:code>/clock/", cases.clock, name="clock"),
    path("appeals/<str:code>/log/", cases.log, name="log"),
    path("appeals/<str:code>/log.json", cases.log_file, name="log_file"),
    path("appeals/<str:code>/print/", printing.own, name="print"),
    path("appeals/<str:code>/add/", moves.add, name="add"),
    path("appeals/<str:code>/reply/", moves.reply, name="reply"),
    path("appeals/<str:code>/challenge/", moves.challenge, name="challenge"),
    path("appeals/<str:code>/withdraw/", moves.withdraw, name="withdraw"),
    path("appeals/<str:code>/come-back/", moves.come_back, name="come_back"),
    path("appeals/<str:code>/go-on/", moves.go_on, name="go_on"),
    path("appeals/<str:code>/accept/", moves.accept, name="accept"),
    path("appeals/<str:code>/not-carried-out/", moves.not_carried_out, name="not_carried_out"),
    path("appeals/<str:code>/rate/", moves.rate, name="rate"),
    path("appeals/<str:code>/consent/", joint.consent, name="consent"),
    path("appeals/<str:code>/group/", joint.group, name="group"),
    path("follow/", public.follow, name="follow"),
    path("r/<str:number>/<str:secret>/", public.receipt_link, name="receipt_link"),
]
