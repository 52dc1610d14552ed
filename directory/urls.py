from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

# English without a prefix, Spanish under /es/.
urlpatterns = i18n_patterns(
    path("admin/", admin.site.urls),
    path("account/", include("directory.account_urls")),
    path("", include("programs.urls")),
    prefix_default_language=False,
)
