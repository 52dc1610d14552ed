"""The admin as the keepers' desk."""

from django.contrib.admin.apps import AdminConfig


class KeepersAdminConfig(AdminConfig):
    """Django's admin with our own rule of who gets in, and one place to change accounts."""

    default_site = "programs.views.keepers.KeepersDesk"

    def ready(self) -> None:
        super().ready()
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator
        from django.contrib import admin
        from django.contrib.auth.models import Group, User

        # Accounts are kept as keepers: these would be a second way to change them, past its rules.
        admin.site.unregister([User, Group, EmailAddress, Authenticator])
