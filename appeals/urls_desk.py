"""The desk: contacts, secretaries, committees, custodians, liaisons, volunteers."""

from django.urls import path

from appeals.views import printing
from appeals.views.desk import (
    answering,
    beside,
    cases,
    exporting,
    filtering,
    helping,
    lists,
    overseeing,
    promises,
    sealed,
    templates,
    working,
)

urlpatterns = [
    path("desk/", lists.inbox, name="inbox"),
    path("desk/mine/", lists.contact_inbox, name="contact_inbox"),
    path("desk/filters/", filtering.filters, name="filters"),
    path("desk/filters/<str:code>/", filtering.kept_filter, name="filter"),
    path("desk/columns/", filtering.columns, name="columns"),
    path("desk/appeals/<str:code>/", cases.case, name="case"),
    path("desk/appeals/<str:code>/answer/", answering.answer, name="answer"),
    *(
        path(f"desk/appeals/<str:code>/{verb.replace('_', '-')}/", cases.move, {"verb": verb}, name=verb)
        for verb in cases.STEPS
    ),
    path("desk/appeals/<str:code>/note/", beside.note, name="note"),
    path("desk/appeals/<str:code>/notes/<str:note>/withdraw/", beside.withdraw_note, name="withdraw_note"),
    path("desk/appeals/<str:code>/link/<str:other>/", beside.link, name="link"),
    path("desk/appeals/<str:code>/unlink/<str:other>/", beside.unlink, name="unlink"),
    path("desk/appeals/<str:code>/assign/", working.assign, name="assign"),
    path("desk/appeals/<str:code>/others/", working.others, name="others"),
    path("desk/appeals/<str:code>/phone/", cases.phone, name="phone"),
    path("desk/appeals/<str:code>/print/", printing.desk, name="desk_print"),
    path("desk/promises/", promises.promises, name="promises"),
    path("desk/promises/<str:code>/carry-out/", promises.keep, name="keep_promise"),
    path("desk/templates/", templates.templates, name="templates"),
    path("desk/templates/new/", templates.new_template, name="new_template"),
    path("desk/templates/<str:code>/", templates.template, name="template"),
    path("desk/templates/<str:code>/edit/", templates.edit_template, name="edit_template"),
    path("desk/templates/<str:code>/retire/", templates.retire_template, name="retire_template"),
    path("desk/templates/<str:code>/copy/", templates.copy_template, name="copy_template"),
    path("desk/bulk/", working.bulk_move, name="bulk"),
    path("desk/hands/", working.hands, name="hands"),
    path("desk/exports/", exporting.exports_list, name="exports"),
    path("desk/exports/new/", exporting.new_export, name="new_export"),
    path("desk/exports/<str:code>/", exporting.export, name="export"),
    path("desk/exports/<str:code>/agree/", exporting.agree_export, name="agree_export"),
    path("desk/exports/<str:code>/refuse/", exporting.refuse_export, name="refuse_export"),
    path("desk/exports/<str:code>/file/", exporting.export_file, name="export_file"),
    path("desk/alarms/", overseeing.alarms, name="alarms"),
    path("desk/clocks/", overseeing.clocks, name="clocks"),
    path("desk/clocks/set/", overseeing.set_clock, name="set_clock"),
    path("desk/duty/", overseeing.duty, name="duty"),
    path("desk/duty/set/", overseeing.set_duty, name="set_duty"),
    path("desk/sealed/", sealed.sealed, name="sealed"),
    path("desk/sealed/ask/", sealed.ask_unsealing, name="ask_unsealing"),
    path("desk/sealed/<str:code>/", sealed.unsealing, name="unsealing"),
    path("desk/file-for/", helping.file_for, name="file_for"),
    path("desk/file-for/confirm/", helping.file_for_confirm, name="file_for_confirm"),
    path("desk/file-for/code/", helping.file_for_code, name="file_for_code"),
    path("desk/file-for/receipt/", helping.file_for_receipt, name="file_for_receipt"),
]
