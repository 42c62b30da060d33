from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "rongzhi.web"
    label = "web"

    def ready(self) -> None:
        """Let people find pages and terms; put the park on the first screen."""
        from rongzhi.web.first_screen import contribute_all
        from rongzhi.web.providers import register_all

        register_all()
        contribute_all()
