-- Bringing: imports of one person go one after the other, in all processes; an import remembers from which address it was brought.
create table apart (
    name text primary key,                        -- what is done by one at a time
    holder text not null,
    until_ms integer not null
) strict, without rowid;
alter table import add column address_id text;    -- null: brought in the name of the whole conversation
create index import_address on import (address_id) where address_id is not null;
