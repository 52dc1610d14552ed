"""Accounts and invitations, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programs.admin.rules import NeverDeleted
from programs.enums import Role
from programs.models import Invitation, Keeper, Membership
from programs.upkeep import accounts, invitations
from programs.upkeep.accounts import AccountError
from programs.upkeep.invitations import InvitationError
from programs.upkeep.mail_written import where_written

if TYPE_CHECKING:
    _KeeperForm = forms.ModelForm[Keeper]
    _InvitationForm = forms.ModelForm[Invitation]
    _KeeperAdmin = admin.ModelAdmin[Keeper]
    _InvitationAdmin = admin.ModelAdmin[Invitation]
    _MembershipInline = admin.TabularInline[Membership, Keeper]
else:
    _KeeperForm = _InvitationForm = forms.ModelForm
    _KeeperAdmin = _InvitationAdmin = admin.ModelAdmin
    _MembershipInline = admin.TabularInline


class KeeperForm(_KeeperForm):
    is_active = forms.BooleanField(
        label=gettext_lazy("account is on"),
        required=False,
        help_text=gettext_lazy("Off: they are signed out at once and cannot sign in."),
    )
    #: Who changes the keeper; set by the admin.
    by: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_active"].initial = self.instance.user.is_active

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "role" in cleaned:
            try:
                accounts.check_change(
                    self.instance,
                    role=Role(cleaned["role"]),
                    is_active=cleaned["is_active"],
                    by=self.by,
                )
            except AccountError as error:
                raise ValidationError(str(error)) from error
        return cleaned


class MembershipInline(_MembershipInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("organization",)
    ordering = ("organization__name", "id")
    verbose_name = gettext_lazy("organization")
    verbose_name_plural = gettext_lazy("organizations (for facility staff)")


@admin.register(Keeper)
class KeeperAdmin(NeverDeleted, _KeeperAdmin):
    """An account stays, switched off, for what its owner did. New ones come by invitation."""

    form = KeeperForm
    list_display = ("name", "role", "of", "last_sign_in", "has_second_factor", "is_on")
    list_filter = ("role", "user__is_active")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "organizations__name")
    ordering = ("-role", "user__username", "id")
    fields = ("name", "role", "is_active", "last_sign_in", "has_second_factor")
    readonly_fields = ("name", "last_sign_in", "has_second_factor")
    inlines = (MembershipInline,)
    actions = ("unlock", "reset_second_factor", "sign_out")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Keeper]:
        factor = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
        keepers = super().get_queryset(request).prefetch_related("organizations")
        return keepers.select_related("user").annotate(secured=Exists(factor))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return type(
            "KeeperForm", (super().get_form(request, *args, **kwargs),), {"by": request.user}
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        wanted = form.cleaned_data
        accounts.change_account(
            obj, role=Role(wanted["role"]), is_active=wanted["is_active"], by=_user(request)
        )

    @admin.display(description=gettext_lazy("name"), ordering="user__username")
    def name(self, keeper: Keeper) -> str:
        return keeper.user.get_username()

    @admin.display(description=gettext_lazy("of"))
    def of(self, keeper: Keeper) -> str:
        return ", ".join(organization.name for organization in keeper.organizations.all())

    @admin.display(description=gettext_lazy("last sign-in"), ordering="user__last_login")
    def last_sign_in(self, keeper: Keeper) -> Any:
        return keeper.user.last_login

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def has_second_factor(self, keeper: Any) -> bool:
        secured: bool = keeper.secured
        return secured

    @admin.display(description=gettext_lazy("account is on"), boolean=True)
    def is_on(self, keeper: Keeper) -> bool:
        return keeper.user.is_active

    @admin.action(
        description=gettext_lazy("Unlock after too many failures"), permissions=["change"]
    )
    def unlock(self, request: HttpRequest, keepers: QuerySet[Keeper]) -> None:
        for keeper in keepers:
            for key in accounts.lock_keys(keeper.user):
                ratelimit.clear(request, action="login_failed", key=key)
            self.log_change(request, keeper, "unlocked")
        self.message_user(request, _("They may try to sign in again."))

    @admin.action(
        description=gettext_lazy("Reset the second factor (lost phone)"), permissions=["change"]
    )
    def reset_second_factor(self, request: HttpRequest, keepers: QuerySet[Keeper]) -> None:
        for keeper in keepers:
            accounts.reset_second_factor(keeper.user)
            self.log_change(request, keeper, "second factor reset")
        self.message_user(
            request,
            _("They are signed out. At the next sign-in they set up a new second factor."),
        )

    @admin.action(description=gettext_lazy("Sign out everywhere"), permissions=["change"])
    def sign_out(self, request: HttpRequest, keepers: QuerySet[Keeper]) -> None:
        for keeper in keepers:
            accounts.end_sessions(keeper.user)
        self.message_user(request, _("They are signed out everywhere."))


class InvitationForm(_InvitationForm):
    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        try:
            invitations.check_has_no_account(email)
        except InvitationError as error:
            raise ValidationError(str(error)) from error
        return email


@admin.register(Invitation)
class InvitationAdmin(NeverDeleted, _InvitationAdmin):
    """An invitation is made and mailed here, sent again or revoked; never edited."""

    form = InvitationForm
    list_display = ("email", "role", "organization", "state", "invited_by", "sent_at", "expires_at")
    list_filter = ("role",)
    list_select_related = ("organization", "invited_by")
    search_fields = ("email", "organization__name")
    ordering = ("-created_at", "-id")
    fields = ("email", "role", "organization")
    autocomplete_fields = ("organization",)
    actions = ("send_again", "revoke")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made, link = invitations.invite(
            obj.email, Role(obj.role), obj.organization, by=_user(request)
        )
        obj.pk = made.pk
        transaction.on_commit(lambda: self._mail(request, made, link))

    def _mail(self, request: HttpRequest, invitation: Invitation, link: str) -> None:
        try:
            invitations.mail(invitation, link)
        except OSError as error:
            self.message_user(
                request,
                _("The mail to %(email)s could not be sent (%(error)s). Send it again later.")
                % {"email": invitation.email, "error": error},
                messages.ERROR,
            )
        else:
            said = _("A mail with the link went to %(email)s.") % {"email": invitation.email}
            self.message_user(request, f"{said} {where_written()}".strip())

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: Invitation) -> str:
        return str(invitation.state(timezone.now()).label)

    @admin.action(description=gettext_lazy("Send again, with a new link"), permissions=["add"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        for invitation in chosen:
            try:
                link = invitations.renew(invitation)
            except InvitationError as error:
                self.message_user(request, f"{invitation}: {error}", messages.ERROR)
            else:
                self._mail(request, invitation, link)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["add"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        count = sum(invitations.revoke(invitation) for invitation in chosen)
        self.message_user(
            request, ngettext("%d invitation revoked.", "%d invitations revoked.", count) % count
        )


def _user(request: HttpRequest) -> User:
    """Return who is signed in: the desk lets nobody else in."""
    user = request.user
    assert user.is_authenticated  # noqa: S101 - for the type alone
    return user
