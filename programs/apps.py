from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from programs.explainers import all_explainers


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from programs import checks  # noqa: F401 - registers itself

        # A mistake in a page that explains stops the start, not a visitor.
        all_explainers()
