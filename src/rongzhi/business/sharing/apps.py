from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "rongzhi.business.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds of jobs, names of events, and what of the resources is in use."""
        from rongzhi.business.sharing import jobs  # noqa: F401
        from rongzhi.business.sharing.event_names import register_names
        from rongzhi.business.sharing.queries.closed import replan_words
        from rongzhi.business.sharing.usage import sharing_uses
        from rongzhi.elements.resources.uses import register_effect, register_use

        register_use(sharing_uses)
        register_effect(replan_words)
        register_names()
