from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "rongzhi.web"
    label = "web"

    def ready(self) -> None:
        """Let people find pages and terms."""
        from rongzhi.web.providers import register_all

        register_all()
