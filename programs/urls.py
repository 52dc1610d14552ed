from __future__ import annotations

from django.urls import path

from programs.views.about import about, leaving, privacy
from programs.views.account import account, invitation
from programs.views.claims import claim, claim_status
from programs.views.corrections import correction, corrections, report
from programs.views.draft_preview import draft_preview
from programs.views.guide import guide, how_the_guide_works
from programs.views.learn import explainer, learn
from programs.views.listing import listing
from programs.views.own_links import own_links
from programs.views.places import suggest
from programs.views.search import how_we_rank, landing, results
from programs.views.shortlist import handout, shortlist
from programs.views.staff import facilities, facility, state_openings
from programs.views.staff_section import section
from programs.views.update import update
from programs.views.update_mail import ask, stop_reminders
from programs.views.used_again import used_again

app_name = "programs"

urlpatterns = [
    path("", landing, name="landing"),
    path("programs/", results, name="search"),
    path("places/suggest", suggest, name="suggest"),
    path("guide/", guide, name="guide"),
    path("guide/how-it-works/", how_the_guide_works, name="how-the-guide-works"),
    path("used-again/", used_again, name="used-again"),
    path("learn/", learn, name="explainers"),
    path("learn/<slug:slug>/", explainer, name="explainer"),
    path("shortlist/", shortlist, name="shortlist"),
    path("shortlist/handout/", handout, name="handout"),
    path("how-we-rank/", how_we_rank, name="how-we-rank"),
    path("about/", about, name="about"),
    path("privacy/", privacy, name="privacy"),
    path("leave-this-page/", leaving, name="leaving"),
    path("programs/<int:program_id>/<slug:slug>/", listing, name="listing"),
    path("programs/<int:program_id>/<slug:slug>/report/", report, name="report"),
    path("programs/<int:program_id>/<slug:slug>/claim/", claim, name="claim"),
    path("claims/<slug:token>/", claim_status, name="claim-status"),
    path("corrections/", corrections, name="corrections"),
    path("corrections/<slug:token>/", correction, name="correction"),
    path("update/", ask, name="ask"),
    path("stop-reminders/<str:token>/", stop_reminders, name="stop"),
    path("update/<str:token>/", update, name="update"),
    path("account/links/", own_links, name="own-links"),
    path("staff/", facilities, name="staff"),
    path("staff/facilities/<int:facility_id>/", facility, name="staff-facility"),
    path("staff/facilities/<int:facility_id>/openings/", state_openings, name="staff-openings"),
    path("staff/facilities/<int:facility_id>/<slug:section>/", section, name="staff-section"),
    path("staff/drafts/<int:draft_id>/preview/", draft_preview, name="draft-preview"),
    path("account/", account, name="account"),
    path("account/invitation/", invitation, name="invitation"),
]
