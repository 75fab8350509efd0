-- Everybody is counted from the index alone: SQLite looks into it for the terms of its own condition, too.
drop index address_reach;
create index address_reach on address (person_id, channel, country, heard, valid_to_ms, kind) where valid_to_ms is null and kind <> 'group';
