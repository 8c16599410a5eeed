from django.urls import path

from drivers import views

app_name = "drivers"
urlpatterns = [
    path("me/contracts/", views.my_contracts, name="my_contracts"),
]
