from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from programs.explainers import all_explainers


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
<<<<<<< HEAD
        from programs import checks  # noqa: F401 - registers itself
=======
        """Read the pages that explain: a mistake in one stops the start, not a visitor."""
        all_explainers()
>>>>>>> ca1238f (Add the pages that explain: kinds of care, medicines, paying and calling, in two languages, each leading to a search)
