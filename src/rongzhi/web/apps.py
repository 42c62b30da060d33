from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "rongzhi.web"
    label = "web"
