from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "rongzhi.platform.ui"
    label = "ui"
