from django.urls import path

from platforms.views import companies, permits, rules, vehicles

app_name = "platforms"
urlpatterns = [
    path("rules/", rules.public_rules, name="public_rules"),
    path("rules/<str:code>/", rules.current_rule, name="current_rule"),
    path("rules/<str:code>/<int:number>/", rules.public_rule, name="public_rule"),
    path("rules/<str:code>/<int:number>/text/", rules.rule_text, name="rule_text"),
    path("desk/companies/", companies.companies, name="companies"),
    path("desk/companies/new/", companies.new_company, name="new_company"),
    path("desk/companies/<str:code>/", companies.company, name="company"),
    path("desk/companies/<str:code>/change/", companies.change_company, name="change_company"),
    path("desk/companies/<str:code>/end/", companies.end_company, name="end_company"),
    path("desk/companies/<str:code>/show/", companies.show_company_field, name="show_company_field"),
    path("desk/companies/<str:code>/permits/new/", permits.new_permit, name="new_permit"),
    path("desk/permits/", permits.permits, name="permits"),
    path("desk/permits/<str:code>/", permits.permit, name="permit"),
    path("desk/permits/<str:code>/change/", permits.change_permit, name="change_permit"),
    path("desk/permits/<str:code>/end/", permits.end_permit, name="end_permit"),
    path("desk/vehicles/", vehicles.vehicles, name="vehicles"),
    path("desk/vehicles/new/", vehicles.new_vehicle, name="new_vehicle"),
    path("desk/vehicles/<str:code>/change/", vehicles.change_vehicle, name="change_vehicle"),
    path("desk/vehicles/<str:code>/end/", vehicles.end_vehicle, name="end_vehicle"),
]
