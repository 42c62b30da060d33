from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "rongzhi.elements.resources"
    label = "resources"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rongzhi.elements.resources.event_names import register_names
        from rongzhi.elements.resources.search import register_all

        register_all()
        register_names()
