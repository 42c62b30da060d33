"""The API of the park: the same rules as the pages, in JSON."""

from __future__ import annotations

import pytest

from rongzhi.elements.resources.kinds import KINDS
from rongzhi.elements.resources.queries import items_documents, network_document
from tests.elements.conftest import small_items, small_network

pytestmark = pytest.mark.django_db
BASE = "/api/v1/resources"


def test_lists_every_table_for_the_operator(park, operator, client_for) -> None:
    client = client_for(operator)
    totals = {table: client.get(f"{BASE}/{table}").json()["total"] for table in KINDS}
    network, items = small_network(), small_items()
    expected = {table: len(getattr(network, table)) for table, kind in KINDS.items() if not kind.is_item}
    assert totals == {**expected, "items": len(items[0]), "bom": len(items[1]), "routings": len(items[2])}


def test_factory_reads_its_own_customers_read_the_directory(park, factory_actor, customer, client_for) -> None:
    own = client_for(factory_actor).get(f"{BASE}/machines").json()
    assert [item["key"] for item in own["items"]] == ["A1", "A2"]
    outside = client_for(customer)
    assert outside.get(f"{BASE}/machines").status_code == 403
    assert outside.get(f"{BASE}/network").status_code == 403
    assert client_for(factory_actor).get(f"{BASE}/machines/B1").status_code == 404
    listed = outside.get(f"{BASE}/directory").json()["items"]
    assert [(item["code"], item["processes"]) for item in listed] == [
        ("A", ["drilling", "milling", "turning"]),
        ("B", ["grinding"]),
    ]
    assert "rate" not in str(listed)
    assert "cal-" not in str(listed)


def test_create_change_deactivate_restore(park, factory_actor, client_for) -> None:
    client = client_for(factory_actor)
    body = {"code": "A3", "name": {"zh": "新机"}, "work_centre": "A-cut", "hourly_rate": "70.5"}
    made = client.post(f"{BASE}/machines", body, "application/json")
    assert (made.status_code, made.json()["version"]) == (201, 1)
    changed = client.put(f"{BASE}/machines/A3?version=1", {**body, "speed_factor": 2}, "application/json")
    assert (changed.json()["version"], changed.json()["document"]["speed_factor"]) == (2, 2.0)
    late = client.put(f"{BASE}/machines/A3?version=1", body, "application/json")
    assert late.status_code == 409
    assert factory_actor.name in late.json()["detail"]
    assert client.delete(f"{BASE}/machines/A3?version=2").status_code == 204
    assert client.get(f"{BASE}/machines/A3").json()["is_active"] is False
    assert client.post(f"{BASE}/machines/A3/restore").json()["is_active"] is True


def test_bad_input_is_a_problem_with_findings(park, factory_actor, client_for) -> None:
    body = {"code": "A3", "name": {"zh": "新机"}, "work_centre": "nowhere", "speed_factor": 1}
    answer = client_for(factory_actor).post(f"{BASE}/machines", body, "application/json")
    assert answer.status_code == 422
    assert [(item["code"], item["where"]) for item in answer.json()["findings"] if item["severity"] == "error"] == [
        ("unknown-work-centre", "work_centre")
    ]


def test_keys_of_several_parts(park, operator, client_for) -> None:
    client = client_for(operator)
    assert client.get(f"{BASE}/transports/east~west").json()["document"]["minutes"] == 90
    assert client.get(f"{BASE}/bom/shaft~bar~10").json()["document"]["unit"] == "kg"
    assert client.get(f"{BASE}/routings/shaft~2").json()["document"]["steps"][1]["after"] == [10]
    for wrong in ("transports/east", "bom/shaft~bar~x", "routings/shaft~2~3"):
        assert client.get(f"{BASE}/{wrong}").status_code == 404


def test_whole_network_round_trip(park, operator, client_for) -> None:
    client = client_for(operator)
    whole = client.get(f"{BASE}/network").json()
    trial = client.put(f"{BASE}/network?is_trial=true", whole, "application/json").json()
    assert trial["is_trial"] is True
    assert {act for row in trial["tables"].values() for act, count in row.items() if count} == {"unchanged"}
    whole["network"]["machines"][0]["speed_factor"] = 3
    whole["network"]["machines"][1]["calendar"] = "none"
    refused = client.put(f"{BASE}/network", whole, "application/json")
    assert refused.status_code == 422
    assert network_document() == small_network()
    assert items_documents() == small_items()
