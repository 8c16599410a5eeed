from django.urls import path

from platforms import views

app_name = "platforms"
urlpatterns = [
    path("rules/", views.public_rules, name="public_rules"),
    path("rules/<str:code>/", views.current_rule, name="current_rule"),
    path("rules/<str:code>/<int:number>/", views.public_rule, name="public_rule"),
    path("rules/<str:code>/<int:number>/text/", views.rule_text, name="rule_text"),
    path("desk/companies/", views.companies, name="companies"),
    path("desk/companies/<str:code>/", views.company, name="company"),
]
