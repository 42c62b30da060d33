from django.apps import AppConfig


class TermsConfig(AppConfig):
    name = "rongzhi.foundation.terms"
    label = "terms"
    default_auto_field = "django.db.models.BigAutoField"
