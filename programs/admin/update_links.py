"""One-tap links for editors: who has one, what was done with it, and the mails that bring them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.admin.rules import NeverDeleted, ReadOnly
from programs.enums import ReminderStatus
from programs.models import Facility, Reminder, SuppressedAddress, UpdateLink, UpdateLinkUse
from programs.upkeep import update_links
from programs.upkeep.mail_written import where_written
from programs.upkeep.reminder_mail import (
    MailServerDownError,
    in_doubt,
    send_again,
    send_now,
    take_as_sent,
)
from programs.upkeep.reminders import send_link

if TYPE_CHECKING:
    _UpdateLinkAdmin = admin.ModelAdmin[UpdateLink]
    _ReminderAdmin = admin.ModelAdmin[Reminder]
    _SuppressedAddressAdmin = admin.ModelAdmin[SuppressedAddress]
    _UseInline = admin.TabularInline[UpdateLinkUse, UpdateLink]
    _LinkInline = admin.TabularInline[UpdateLink, Facility]
else:
    _UpdateLinkAdmin = _ReminderAdmin = _SuppressedAddressAdmin = admin.ModelAdmin
    _UseInline = _LinkInline = admin.TabularInline


class UseInline(ReadOnly, _UseInline):
    model = UpdateLinkUse
    fields = readonly_fields = ("used_at", "kind", "program", "term", "said")
    ordering = ("-used_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UpdateLinkUse]:
        return super().get_queryset(request).select_related("program__facility", "term")


class UpdateLinkInline(ReadOnly, _LinkInline):
    """The links of a facility; what was done with one is on its own page."""

    model = UpdateLink
    fields = readonly_fields = ("state", "last_used_at", "expires_at")
    ordering = ("-created_at", "-id")
    show_change_link = True

    @admin.display(description=gettext_lazy("state"))
    def state(self, link: UpdateLink) -> str:
        return str(link.state(timezone.now()).label)


@admin.register(UpdateLink)
class UpdateLinkAdmin(NeverDeleted, _UpdateLinkAdmin):
    """A link is made and mailed here, sent again or revoked; never edited."""

    list_display = ("__str__", "facility", "state", "last_used_at", "expires_at")
    list_select_related = ("facility",)
    search_fields = ("email", "name", "facility__name", "facility__city")
    ordering = ("-created_at", "-id")
    fields = ("facility", "name", "email")
    autocomplete_fields = ("facility",)
    actions = ("mail_again", "revoke")
    inlines = (UseInline,)

    def get_fields(self, request: HttpRequest, obj: UpdateLink | None = None) -> Any:
        more = ("state", "created_at", "expires_at", "revoked_at", "last_used_at")
        return (*self.fields, *more) if obj else self.fields

    def get_inlines(self, request: HttpRequest, obj: UpdateLink | None) -> Any:
        return [UseInline] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: UpdateLink, form: Any, change: bool) -> None:
        now = timezone.now()
        made = update_links.make_link(obj.facility, obj.name, obj.email, now=now)
        obj.pk = made.pk
        self._mail(request, made)

    def _mail(self, request: HttpRequest, link: UpdateLink) -> None:
        """Send the link as soon as it is stored; where that fails, it waits for the next run."""
        reminder = send_link(link, timezone.now())
        transaction.on_commit(lambda: self._send(request, reminder))

    def _send(self, request: HttpRequest, reminder: Reminder) -> None:
        try:
            status = send_now(reminder)
        except MailServerDownError as error:
            said = _("The mail to %(email)s waits: the mail server cannot be reached (%(error)s).")
            what = {"email": reminder.email, "error": error}
            self.message_user(request, said % what, messages.WARNING)
            return
        level = messages.SUCCESS if status == ReminderStatus.SENT else messages.ERROR
        what = {"email": reminder.email, "status": status.label}
        said = _("The mail to %(email)s: %(status)s.") % what
        self.message_user(request, f"{said} {where_written()}".strip(), level)

    @admin.display(description=gettext_lazy("state"))
    def state(self, link: UpdateLink) -> str:
        return str(link.state(timezone.now()).label)

    @admin.action(description=gettext_lazy("Send again, with a new time"), permissions=["add"])
    def mail_again(self, request: HttpRequest, chosen: QuerySet[UpdateLink]) -> None:
        for link in chosen.select_related("facility", "keeper").order_by("id"):
            if link.revoked_at:
                said = _("%s: revoked. Make a new link if this person may have one again.") % link
                self.message_user(request, said, messages.ERROR)
            else:
                self._mail(request, update_links.make_again(link, timezone.now()))

    @admin.action(
        description=gettext_lazy("Revoke, with the person's other links for the facility"),
        permissions=["add"],
    )
    def revoke(self, request: HttpRequest, chosen: QuerySet[UpdateLink]) -> None:
        now = timezone.now()
        count = sum(update_links.revoke(link, now) for link in chosen)
        self.message_user(request, ngettext("%d link revoked.", "%d links revoked.", count) % count)


@admin.register(Reminder)
class ReminderAdmin(ReadOnly, _ReminderAdmin):
    list_display = ("email", "kind", "status", "made_at", "sent_at", "attempt_count", "problem")
    list_filter = ("status", "kind")
    search_fields = ("email",)
    ordering = ("-made_at", "-id")
    fields = (
        "email", "kind", "status", "links", "made_at", "attempt_count", "claimed_at", "retry_at",
        "sent_at", "problem", "stopped_at",
    )  # fmt: skip
    actions = ("send_again", "take_as_sent")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("programs.change_reminder")

    @admin.action(
        description=gettext_lazy("Send once more (may have been sent)"), permissions=["decide"]
    )
    def send_again(self, request: HttpRequest, chosen: QuerySet[Reminder]) -> None:
        self._tell(request, send_again(chosen & in_doubt(timezone.now())))

    @admin.action(
        description=gettext_lazy("Take as sent (may have been sent)"), permissions=["decide"]
    )
    def take_as_sent(self, request: HttpRequest, chosen: QuerySet[Reminder]) -> None:
        self._tell(request, take_as_sent(chosen & in_doubt(timezone.now())))

    def _tell(self, request: HttpRequest, count: int) -> None:
        said = ngettext("%d mail was decided on.", "%d mails were decided on.", count) % count
        self.message_user(request, said)


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(_SuppressedAddressAdmin):
    """Who is taken off this list gets reminders again."""

    list_display = ("email", "reason", "since")
    list_filter = ("reason",)
    search_fields = ("email",)
    ordering = ("-since", "-id")
    fields = ("email", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: SuppressedAddress, form: Any, change: bool
    ) -> None:
        obj.email, obj.since = obj.email.lower(), timezone.now()
        super().save_model(request, obj, form, change)
