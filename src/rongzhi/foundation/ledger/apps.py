from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "rongzhi.foundation.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the events of the ledger."""
        from rongzhi.platform.events.names import register

        register("ledger.posted", "已记账", "Posted to the ledger")
        register("ledger.reversed", "已冲销", "Entry reversed")
        register("ledger.period-closed", "期间已结账", "Period closed")
        register("ledger.period-reopened", "期间已重开", "Period reopened")
        register("ledger.imported", "账目已导入", "Accounting data imported")
        register("ledger.grant-given", "已授权查阅台账", "Ledger opened to a reader")
        register("ledger.grant-revoked", "已撤回台账授权", "Reading of the ledger withdrawn")
