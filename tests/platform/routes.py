"""Who may open which address: one table for the pages and one for the API.

A new route needs a line here, or the walk fails. Names are matched by pattern, the first that fits counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

ROLES = ("operator", "factory", "provider", "customer", "lab", "financier", "evaluator")
ANYONE = frozenset(ROLES)
OPERATOR = frozenset({"operator"})
PARK = frozenset({"operator", "factory"})
ORDERING = frozenset({"operator", "factory", "provider", "customer"})


@dataclass(frozen=True)
class Rule:
    """What an address answers.

    Parameters
    ----------
    pattern : str
        Name of a page's route (``accounts:tokens``) or operation of the API (``jobs_job``).
    roles : frozenset of str
        Roles that may open it; others get 403 or 404.
    is_public : bool
        Whether it opens without a log-in.
    sample : str
        Name of the sample record it is about (``world.py``); strangers to a record with an owner get 404.
    is_asking : bool
        Whether it answers 404, 409 or 422 by itself when nothing is asked for.
    """

    pattern: str
    roles: frozenset[str] = ANYONE
    is_public: bool = False
    sample: str = ""
    is_asking: bool = False


TABLES = {
    "place": "places",
    "calendar": "calendars",
    "factory": "factories",
    "work_centre": "work_centres",
    "machine": "machines",
    "open_capacity": "open_capacity",
    "changeover": "changeovers",
    "transport": "transports",
    "item": "items",
    "bom_line": "bom",
    "routing": "routings",
}
ITEMS = {"items", "bom", "routings"}
EVERYBODYS = {*ITEMS, "places", "factories"}

PAGES = (
    Rule("web:leaf", is_public=True, sample="leaf"),
    Rule("web:*", is_public=True),
    Rule("set_language", is_public=True),
    Rule("api:*", is_public=True),
    Rule("accounts:login", is_public=True),
    Rule("accounts:logout", is_public=True),
    Rule("accounts:switch"),
    Rule("accounts:profile"),
    Rule("accounts:password"),
    Rule("accounts:tokens"),
    Rule("accounts:token-new"),
    Rule("accounts:token-revoke", sample="token"),
    Rule("accounts:organisations", OPERATOR),
    Rule("accounts:organisation-new", OPERATOR),
    Rule("accounts:organisation-change", OPERATOR, sample="organisation"),
    Rule("accounts:organisation", sample="organisation"),
    Rule("accounts:member-new", sample="organisation"),
    Rule("accounts:member-*", sample="member"),
    Rule("platform:jobs"),
    Rule("platform:job", sample="job"),
    Rule("platform:job-*", sample="job"),
    Rule("platform:events"),
    Rule("platform:event", sample="event"),
    Rule("platform:files"),
    Rule("platform:file-new"),
    Rule("platform:file", sample="file"),
    Rule("terms:list", is_public=True),
    Rule("terms:skos", is_public=True, sample="skos"),
    Rule("terms:detail", is_public=True, sample="term"),
    Rule("terms:propose"),
    Rule("terms:proposals"),
    Rule("terms:proposal", sample="nothing"),
    Rule("terms:accept", sample="nothing"),
    Rule("terms:refuse", sample="nothing"),
    Rule("terms:withdraw", sample="nothing"),
    Rule("ledger:entry", sample="ledger_entry"),
    Rule("ledger:reverse", sample="ledger_entry"),
    Rule("ledger:period-*", sample="nothing"),
    Rule("ledger:import-draft", sample="nothing"),
    Rule("ledger:import-template", sample="table"),
    Rule("ledger:grant-revoke", sample="nothing"),
    Rule("ledger:*"),
    Rule("resources:home"),
    Rule("resources:processes"),
    Rule("resources:import", ORDERING, sample="table"),
    Rule("resources:import_draft", sample="nothing"),
    Rule("resources:export", sample="table"),
    *(Rule(f"resources:{tables}", ANYONE if tables in EVERYBODYS else PARK) for tables in TABLES.values()),
    *(
        Rule(f"resources:{tables}_new", ORDERING if tables in ITEMS else PARK, is_asking=True)
        for tables in TABLES.values()
    ),
    *(Rule(f"resources:{one}*", sample=one) for one in TABLES),
    Rule("sharing:board"),
    Rule("sharing:orders"),
    Rule("sharing:order-new", ORDERING),
    Rule("sharing:stuck", is_asking=True),
    Rule("sharing:order-import", ORDERING),
    Rule("sharing:order-template", ORDERING, sample="table", is_asking=True),
    Rule("sharing:order-import-draft", sample="nothing"),
    Rule("sharing:order", sample="order"),
    Rule("sharing:order-decompose", OPERATOR, sample="order"),
    Rule("sharing:order-*", sample="order", is_asking=True),
    Rule("sharing:plans"),
    Rule("sharing:plan-new", OPERATOR),
    Rule("sharing:plan-compare", is_asking=True),
    Rule("sharing:plan-run", sample="nothing"),
    Rule("sharing:plan", sample="nothing"),
    Rule("sharing:plan-*", sample="nothing"),
    Rule("sharing:promises", is_asking=True),
    Rule("sharing:promise-new", ORDERING),
    Rule("sharing:promise*", sample="nothing"),
    Rule("sharing:work", is_asking=True),
    Rule("sharing:report", sample="nothing"),
    Rule("sharing:load", is_asking=True),
    Rule("sharing:replay*", is_asking=True),
)

API = (
    Rule("platform_health", is_public=True),
    Rule("accounts_me"),
    Rule("accounts_change_me"),
    Rule("accounts_organisations"),
    Rule("accounts_create_organisation", OPERATOR),
    Rule("accounts_change_organisation", OPERATOR, sample="organisation"),
    Rule("accounts_organisation", sample="organisation"),
    Rule("accounts_members", sample="organisation"),
    Rule("accounts_add_member", sample="organisation"),
    Rule("accounts_*_member", sample="member"),
    Rule("accounts_tokens"),
    Rule("accounts_create_token"),
    Rule("accounts_revoke_token", sample="token"),
    Rule("events_events"),
    Rule("events_event", sample="event"),
    Rule("jobs_jobs"),
    Rule("jobs_*", sample="job"),
    Rule("files_files"),
    Rule("files_upload"),
    Rule("files_*", sample="file"),
    Rule("terms_terms", is_public=True),
    Rule("terms_skos", is_public=True, sample="skos"),
    Rule("terms_term", is_public=True, sample="term"),
    Rule("terms_proposals"),
    Rule("terms_propose"),
    Rule("terms_accept", sample="nothing"),
    Rule("terms_refuse", sample="nothing"),
    Rule("terms_withdraw", sample="nothing"),
    Rule("ledger_entry", sample="ledger_entry"),
    Rule("ledger_reverse_entry", sample="ledger_entry"),
    Rule("ledger_close_period", sample="nothing"),
    Rule("ledger_reopen_period", sample="nothing"),
    Rule("ledger_revoke_reading", sample="nothing"),
    Rule("ledger_*"),
    Rule("resources_directory"),
    Rule("resources_processes"),
    Rule("resources_get_network", PARK),
    Rule("resources_put_network", PARK),
    Rule("resources_import_file", ORDERING, sample="table"),
    Rule("resources_export_file", sample="table"),
    *(Rule(f"resources_list_{one}", ANYONE if tables in EVERYBODYS else PARK) for one, tables in TABLES.items()),
    *(Rule(f"resources_create_{one}", ORDERING if tables in ITEMS else PARK) for one, tables in TABLES.items()),
    *(Rule(f"resources_*_{one}", sample=one) for one in TABLES),
    Rule("sharing_list_orders"),
    Rule("sharing_create_order", ORDERING),
    Rule("sharing_import_order*", ORDERING),
    Rule("sharing_*_order", sample="order"),
    Rule("sharing_order_*", sample="order", is_asking=True),
    Rule("sharing_decompose", OPERATOR),
    Rule("sharing_operation_why", sample="nothing"),
    Rule("sharing_list_plans"),
    Rule("sharing_start_planning", OPERATOR),
    Rule("sharing_*_preference", is_asking=True),
    Rule("sharing_compare", is_asking=True),
    Rule("sharing_get_plan", sample="nothing"),
    Rule("sharing_discard", sample="nothing"),
    Rule("sharing_publish", sample="nothing"),
    Rule("sharing_plan_*", sample="nothing"),
    Rule("sharing_list_promises"),
    Rule("sharing_ask_promise", ORDERING),
    Rule("sharing_*_promise", sample="nothing"),
    Rule("sharing_list_reports"),
    Rule("sharing_report", PARK),
    Rule("sharing_replay", OPERATOR),
    Rule("sharing_clock"),
)


def rule_for(name: str, rules: tuple[Rule, ...]) -> Rule | None:
    """Return the first rule whose pattern fits."""
    return next((rule for rule in rules if fnmatchcase(name, rule.pattern)), None)
