"""On SQLite an event cannot be replaced by another with its number either."""

from django.db import migrations

from rongzhi.platform.events import guard


def install(_, schema_editor):
    guard.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("events", "0002_guard")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
