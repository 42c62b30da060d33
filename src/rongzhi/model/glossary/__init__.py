"""The bilingual glossary of service-oriented manufacturing: terms, search, checks and SKOS export.

The data are TOML files, one for each subject, in ``data/``; ``_sources.toml`` lists the documents that terms come
from. To add a term, add a table to the file of its subject.
"""

from rongzhi.model.glossary.checks import check_glossary
from rongzhi.model.glossary.loading import sources, subjects, terms
from rongzhi.model.glossary.lookup import label, search, term, term_for_leaf
from rongzhi.model.glossary.skos import DEFAULT_BASE, to_skos_jsonld, to_skos_turtle
from rongzhi.model.glossary.term import Source, Status, Subject, Term

__all__ = [
    "DEFAULT_BASE",
    "Source",
    "Status",
    "Subject",
    "Term",
    "check_glossary",
    "label",
    "search",
    "sources",
    "subjects",
    "term",
    "term_for_leaf",
    "terms",
    "to_skos_jsonld",
    "to_skos_turtle",
]
