from django.urls import path

from platforms.views import companies, rules

app_name = "platforms"
urlpatterns = [
    path("rules/", rules.public_rules, name="public_rules"),
    path("rules/<str:code>/", rules.current_rule, name="current_rule"),
    path("rules/<str:code>/<int:number>/", rules.public_rule, name="public_rule"),
    path("rules/<str:code>/<int:number>/text/", rules.rule_text, name="rule_text"),
    path("desk/companies/", companies.companies, name="companies"),
    path("desk/companies/<str:code>/", companies.company, name="company"),
]
