"""Benchmarks: each shows a figure of an issue on real input, and prints a ratio to a reference of the same run."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
django.setup()
