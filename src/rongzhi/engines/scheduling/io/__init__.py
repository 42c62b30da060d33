"""Read and write scheduling problems and plans in the field's formats.

`read_problem` finds out the format by itself; the readers and writers of texts are pure functions.
"""

from rongzhi.engines.scheduling.io.assembly import read_assembly, write_assembly
from rongzhi.engines.scheduling.io.distributed import distribute, read_distributed
from rongzhi.engines.scheduling.io.documents import json_schema, read_json, read_plan, write_json, write_plan
from rongzhi.engines.scheduling.io.files import FORMATS, members, read_problem, sniff
from rongzhi.engines.scheduling.io.fjs import read_fjs, write_fjs
from rongzhi.engines.scheduling.io.foreign import plan_from_times
from rongzhi.engines.scheduling.io.jobshop import read_jobshop, read_taillard, write_jobshop, write_taillard
from rongzhi.engines.scheduling.io.projects import read_patterson, read_psplib, write_patterson
from rongzhi.engines.scheduling.io.pyjobshop_read import from_pyjobshop
from rongzhi.engines.scheduling.io.pyjobshop_write import plan_from_pyjobshop, to_pyjobshop
from rongzhi.engines.scheduling.io.setups import read_setups, write_setups
from rongzhi.engines.scheduling.io.tables import read_csv, read_tables
from rongzhi.engines.scheduling.io.tables_write import tables_of, write_csv, write_plan_csv

__all__ = [
    "FORMATS",
    "distribute",
    "from_pyjobshop",
    "json_schema",
    "members",
    "plan_from_pyjobshop",
    "plan_from_times",
    "read_assembly",
    "read_csv",
    "read_distributed",
    "read_fjs",
    "read_jobshop",
    "read_json",
    "read_patterson",
    "read_plan",
    "read_problem",
    "read_psplib",
    "read_setups",
    "read_tables",
    "read_taillard",
    "sniff",
    "tables_of",
    "to_pyjobshop",
    "write_assembly",
    "write_csv",
    "write_fjs",
    "write_jobshop",
    "write_json",
    "write_patterson",
    "write_plan",
    "write_plan_csv",
    "write_setups",
    "write_taillard",
]
