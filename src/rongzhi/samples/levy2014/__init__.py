"""The sample park: a real job-shop log of 2012, its 31 machines spread over five sample factories.

References
----------
Levy, D. (2014). Production Analysis with Process Mining Technology. 4TU.ResearchData.
doi:10.4121/uuid:68726926-5ac5-4fab-b873-ee76ea412399. Only derived facts are kept here;
``docs/reference/sample-park.md`` says rule by rule how each figure was derived and which are assumptions.
"""

from rongzhi.samples.levy2014.book import order_book
from rongzhi.samples.levy2014.facts import ProgressFact, replay
from rongzhi.samples.levy2014.park import network

__all__ = ["ProgressFact", "network", "order_book", "replay"]
