-- The durable core. Times are milliseconds since 1970 UTC; ids are UUIDv7 text; JSON is text.
create table person (
    id text primary key,
    kind text not null default 'person',          -- person | group
    name text,
    created_ms integer not null
) strict, without rowid;

create table conversation (
    id text primary key,
    person_id text not null references person (id),
    created_ms integer not null,
    last_ms integer not null,
    message_seq integer not null default 0,       -- seq of the last message
    turn_seq integer not null default 0,          -- seq of the last turn that was accepted
    closed_seq integer not null default 0,        -- every turn up to here is closed
    ready_at integer,                             -- null idle, past claimable, future leased (owner) or backing off
    epoch integer not null default 0,
    owner text
) strict, without rowid;
create index conversation_ready on conversation (ready_at) where ready_at is not null;
create index conversation_person on conversation (person_id);
create index conversation_last on conversation (last_ms);

create table address (
    id text primary key,
    person_id text not null references person (id),
    conversation_id text not null references conversation (id),
    channel text not null,
    scope text not null,
    handle text not null,
    kind text not null,
    alias text,
    alias_kind text,
    name text,
    language text,
    valid_from_ms integer not null,
    valid_to_ms integer,
    last_inbound_ms integer
) strict, without rowid;
create unique index address_open on address (channel, scope, handle) where valid_to_ms is null;
create index address_alias on address (channel, scope, alias) where alias is not null and valid_to_ms is null;
create index address_conversation on address (conversation_id);
create index address_person on address (person_id);

create table message (
    id text primary key,
    conversation_id text not null references conversation (id),
    seq integer not null,
    author text not null,                         -- person | assistant | operator | system
    author_name text,
    address_id text,
    native_id text,
    reply_to text,                                -- inbound: the platform's id of what is answered; ours: our message id
    sent_ms integer not null,                     -- the platform's time, or ours
    stored_ms integer not null,
    parts text not null,
    model text,
    extra text
) strict, without rowid;
create unique index message_seq on message (conversation_id, seq);

create table turn (
    id text primary key,
    conversation_id text not null references conversation (id),
    seq integer not null,
    message_id text not null,
    state text not null,                          -- due | answered | noted | failed
    attempt integer not null default 0,
    accepted_ms integer not null,
    closed_ms integer,
    reply_id text,
    verdicts text,
    note text
) strict, without rowid;
create unique index turn_seq on turn (conversation_id, seq);

create table delivery (
    id text primary key,
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
) strict, without rowid;
create index delivery_open on delivery (conversation_id, seq, position) where state in ('queued', 'sending', 'unknown');
create index delivery_native on delivery (channel, native_id) where native_id is not null;
create index delivery_message on delivery (message_id);

-- Every webhook as it came, for replay.
create table raw (
    id integer primary key,
    channel text not null,
    received_ms integer not null,
    body blob not null
) strict;
create index raw_received on raw (received_ms);

-- The keys of events that were stored: what is here already is a duplicate.
create table seen (
    channel text not null,
    key text not null,
    at_ms integer not null,
    primary key (channel, key)
) strict, without rowid;
create index seen_at on seen (at_ms);

-- Receipts that came before the delivery knew its native id.
create table early_receipt (
    channel text not null,
    native_id text not null,
    state text not null,
    at_ms integer not null,
    error text,
    price text,
    primary key (channel, native_id, state)
) strict, without rowid;

create table usage (
    id integer primary key,
    turn_id text,
    conversation_id text,
    candidate text not null,
    provider text not null,
    model text not null,
    served_model text,
    region text,
    price_class text not null,
    outcome text not null,
    input_tokens integer not null,
    output_tokens integer not null,
    cached_tokens integer not null,
    reasoning_tokens integer not null,
    estimated integer not null,
    request_id text,
    started_ms integer not null,
    took_ms integer not null
) strict;
create index usage_started on usage (started_ms);

create table consent (
    channel text not null,
    address_scope text not null,
    handle text not null,
    purpose text not null,
    given integer not null,
    at_ms integer not null,
    primary key (channel, address_scope, handle, purpose)
) strict, without rowid;

create table signal (
    id integer primary key,
    channel text not null,
    scope text not null,
    kind text not null,
    grave integer not null,
    at_ms integer not null,
    detail text not null
) strict;

create table cursor (
    channel text primary key,
    value text not null
) strict, without rowid;

create table token (
    kind text not null,
    sha256 text not null,
    label text not null,
    created_ms integer not null,
    expires_ms integer,
    taken_ms integer,
    payload text not null,
    primary key (kind, sha256)
) strict, without rowid;

create table timer (
    kind text not null,
    key text not null,
    due_ms integer not null,
    payload text not null,
    primary key (kind, key)
) strict, without rowid;
create index timer_due on timer (due_ms);
