"""The database refuses to change or delete events."""

from django.db import migrations

from rongzhi.platform.events import guard


def install(_, schema_editor):
    guard.install(schema_editor.connection)


def remove(_, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
