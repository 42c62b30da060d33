from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "rongzhi.api"
    label = "api"
