from django.urls import path

from drivers.views import contracts

app_name = "drivers"
urlpatterns = [
    path("me/contracts/", contracts.my_contracts, name="my_contracts"),
]
