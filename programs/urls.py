from __future__ import annotations

from django.urls import path

from programs.views.listing import listing
from programs.views.search import landing, results

app_name = "programs"

urlpatterns = [
    path("", landing, name="landing"),
    path("programs/", results, name="search"),
    path("programs/<int:program_id>/<slug:slug>/", listing, name="listing"),
]
