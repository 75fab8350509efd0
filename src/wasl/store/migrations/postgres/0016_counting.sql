-- What was sent, counted before it is sent: paces (at_us: when the next is due, microseconds), and numbers in a month or a circle.
create table tally (
    key text collate "C" primary key,
    address_id text,                              -- about whom it is; the row goes when they are erased
    at_us bigint not null default 0,
    paused_ms bigint not null default 0,          -- a burst is used up: nothing goes before
    number bigint not null default 0,
    used_ms bigint not null
);
create index tally_address on tally (address_id) where address_id is not null;
create index tally_used on tally (used_ms);

-- Who was written to outside a window within the last 24 hours.
create table reached (
    circle text collate "C" not null,
    address_id text collate "C" not null,
    at_ms bigint not null,
    primary key (circle, address_id)
);
create index reached_at on reached (circle, at_ms);
create index reached_address on reached (address_id);
