from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "rongzhi.business.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of jobs."""
        from rongzhi.business.sharing import jobs  # noqa: F401
