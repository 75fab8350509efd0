-- To whom the farewell of a closed channel was said last, for which turn: once a day, and again only for the turn that is tried again.
create table farewell (
    sunset_id text not null,
    address_id uuid not null,
    turn_id uuid not null,
    at_ms bigint not null,
    primary key (sunset_id, address_id)
);
create index farewell_address on farewell (address_id);
-- Who took their history out before they were joined to somebody: their steps name the person that they were then.
create index conversation_born on conversation (born_as) where born_as is not null;
