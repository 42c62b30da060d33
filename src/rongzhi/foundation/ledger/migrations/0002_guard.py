"""The database keeps the ledger: nothing changed or deleted, entries balanced, closed periods shut, sums kept."""

from django.db import migrations

from rongzhi.foundation.ledger import guard


def install(_, schema_editor):
    guard.install(schema_editor.connection)


def remove(_, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]
