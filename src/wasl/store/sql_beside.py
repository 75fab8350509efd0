"""What every database store has beside the durable core: one port each, by steps that are written once for both databases."""

from wasl.ports.clock import Clock
from wasl.ports.ledger import Ledger
from wasl.store.sql_counting import SqlCounting
from wasl.store.sql_evidence import SqlEvidence
from wasl.store.sql_exposure import SqlDrills, SqlExposure
from wasl.store.sql_judged import SqlJudged
from wasl.store.sql_ledger import SqlLedger
from wasl.store.sql_people import Carry
from wasl.store.sql_purposes import SqlPurposes
from wasl.store.sql_standing import SqlStandings
from wasl.store.sql_successions import SqlSuccessions
from wasl.store.sql_sunsets import SqlSunsets
from wasl.store.sql_templates import SqlTemplates
from wasl.store.sql_terms import SqlTerms
from wasl.store.sql_times import SqlTimes
from wasl.store.sql_trouble import SqlTroubles
from wasl.store.sql_works import SqlWorks


class SqlBeside:
    """The ports beside the core. `people_at_once` are counted with one statement; between two, others work."""

    def __init__(self, *, read: Carry, write: Carry, clock: Clock, people_at_once: int) -> None:
        self.counting = SqlCounting(read=read, write=write)
        self.drills = SqlDrills(read=read, write=write)
        self.evidence = SqlEvidence(read=read, write=write)
        self.exposure = SqlExposure(read=read, write=write, people_at_once=people_at_once)
        self.judged = SqlJudged(read=read, write=write)
        self.ledger: Ledger = SqlLedger(read=read, write=write, new_id=clock.new_id)
        self.purposes = SqlPurposes(read=read, write=write)
        self.standings = SqlStandings(read=read, write=write)
        self.successions = SqlSuccessions(read=read, write=write)
        self.sunsets = SqlSunsets(read=read, write=write, clock=clock, people_at_once=people_at_once)
        self.templates = SqlTemplates(read=read, write=write)
        self.terms = SqlTerms(read=read, write=write)
        self.times = SqlTimes(write=write)
        self.troubles = SqlTroubles(read=read, write=write, clock=clock)
        self.works = SqlWorks(read=read, write=write)
