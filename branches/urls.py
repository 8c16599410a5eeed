from django.urls import path

from branches import views

app_name = "branches"
urlpatterns = [
    path("me/record/", views.my_record, name="my_record"),
    path("desk/branches/", views.desk, name="desk"),
    path("desk/branches/<str:code>/", views.branch, name="branch"),
    path("desk/branches/<str:code>/drivers/", views.branch_drivers, name="branch_drivers"),
    path("desk/places/districts/<str:code>/", views.take_district, name="take_district"),
    path("desk/pairs/", views.pairs, name="pairs"),
]
