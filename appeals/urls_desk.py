"""The desk: contacts, secretaries, committees, custodians, liaisons."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
