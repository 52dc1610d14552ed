"""The admin as the keepers' desk."""

from django.contrib.admin.apps import AdminConfig


class KeepersAdminConfig(AdminConfig):
    """Django's admin, with our own rule of who gets in."""

    default_site = "programs.views.keepers.KeepersDesk"
