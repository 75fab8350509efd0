-- What was sent, counted before it is sent: paces (at_us: when the next is due, microseconds), and numbers in a month or a circle.
create table tally (
    key text primary key,
    address_id text,                              -- about whom it is; the row goes when they are erased
    at_us integer not null default 0,
    paused_ms integer not null default 0,          -- a burst is used up: nothing goes before
    number integer not null default 0,
    used_ms integer not null
) strict, without rowid;
create index tally_address on tally (address_id) where address_id is not null;
create index tally_used on tally (used_ms);

-- Who was written to outside a window within the last 24 hours.
create table reached (
    circle text not null,
    address_id text not null,
    at_ms integer not null,
    primary key (circle, address_id)
) strict, without rowid;
create index reached_at on reached (circle, at_ms);
create index reached_address on reached (address_id);
