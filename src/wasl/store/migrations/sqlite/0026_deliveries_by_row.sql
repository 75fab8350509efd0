-- Deliveries as rows of their own number: in a table without them a row of more than a thousand bytes lies on a page by itself, which every
-- step of a delivery (begun, sent, each receipt) wrote anew.
alter table delivery rename to delivery_before;
create table delivery (
    id text primary key not null,
    message_id text not null,
    conversation_id text not null,
    address_id text not null,
    channel text not null,
    position integer not null,
    seq integer not null,                         -- of the message: orders what goes to one address
    parts text not null,
    reply_to text,
    state text not null,
    attempt integer not null default 0,
    native_id text,
    created_ms integer not null,
    since_ms integer not null,
    due_ms integer not null,
    sent_ms integer,
    delivered_ms integer,
    read_ms integer,
    error text,
    price text
) strict;
alter table delivery add column charge text;      -- what it was expected to cost when it went out, and by which card
alter table delivery add column verdict text;     -- what the rules said when it was to go out
insert into delivery (id, message_id, conversation_id, address_id, channel, position, seq, parts, reply_to, state, attempt, native_id,
    created_ms, since_ms, due_ms, sent_ms, delivered_ms, read_ms, error, price, charge, verdict)
select id, message_id, conversation_id, address_id, channel, position, seq, parts, reply_to, state, attempt, native_id,
    created_ms, since_ms, due_ms, sent_ms, delivered_ms, read_ms, error, price, charge, verdict from delivery_before order by id;
drop table delivery_before;
create index delivery_open on delivery (conversation_id, seq, position) where state in ('queued', 'sending', 'unknown');
create index delivery_native on delivery (channel, native_id) where native_id is not null;
create index delivery_message on delivery (message_id);
