from django.apps import AppConfig

SAMPLE_FACTORIES = ("sf-a", "sf-b", "sf-c", "sf-d", "sf-e")


class WebConfig(AppConfig):
    name = "rongzhi.web"
    label = "web"

    def ready(self) -> None:
        """Let people find things, put the park on the first screen, offer the sample's accounts on the log-in page."""
        from rongzhi.business.sharing.samplepark import PASSWORD, members
        from rongzhi.kernel.text import Text
        from rongzhi.platform.accounts.samples import announce
        from rongzhi.web.first_screen import contribute_all
        from rongzhi.web.providers import register_all

        register_all()
        contribute_all()
        announce(PASSWORD, [member.username for member in members([(code, Text("", "")) for code in SAMPLE_FACTORIES])])
