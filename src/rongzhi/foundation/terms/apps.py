from django.apps import AppConfig


class TermsConfig(AppConfig):
    name = "rongzhi.foundation.terms"
    label = "terms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from rongzhi.platform.events.names import register

        register("term.proposed", "术语已提议", "Term proposed")
        register("term.open", "术语提议重新审议", "Term under review again")
        register("term.accepted", "术语提议已采纳", "Term accepted")
        register("term.refused", "术语提议未采纳", "Term refused")
        register("term.withdrawn", "术语提议已撤回", "Term withdrawn")
