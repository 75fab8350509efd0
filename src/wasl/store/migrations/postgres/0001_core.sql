-- The durable core. Times are milliseconds since 1970 UTC; ids are UUIDv7; JSON is text: it is never searched, comes back as it
-- went in (jsonb refuses U+0000 and reorders), and costs no parsing on the way.
create table person (
    id uuid primary key,
    kind text not null default 'person',          -- person | group
    name text,
    created_ms bigint not null
);

create table conversation (
    id uuid primary key,
    person_id uuid not null references person (id),
    created_ms bigint not null,
    last_ms bigint not null,
    message_seq integer not null default 0,       -- seq of the last message
    turn_seq integer not null default 0,          -- seq of the last turn that was accepted
    closed_seq integer not null default 0,        -- every turn up to here is closed
    ready_at bigint,                              -- null idle, past claimable, future leased (owner) or backing off
    epoch integer not null default 0,
    owner text
);
create index conversation_ready on conversation (ready_at) where ready_at is not null;
create index conversation_person on conversation (person_id);
create index conversation_last on conversation (last_ms);

create table address (
    id uuid primary key,
    person_id uuid not null references person (id),
    conversation_id uuid not null references conversation (id),
    channel text collate "C" not null,
    scope text collate "C" not null,
    handle text collate "C" not null,
    kind text not null,
    alias text collate "C",
    alias_kind text,
    name text,
    language text,
    valid_from_ms bigint not null,
    valid_to_ms bigint,
    last_inbound_ms bigint
);
create unique index address_open on address (channel, scope, handle) where valid_to_ms is null;
create index address_alias on address (channel, scope, alias) where alias is not null and valid_to_ms is null;
create index address_conversation on address (conversation_id);
create index address_person on address (person_id);

-- No foreign keys from here on: every writer holds the conversation's row locked, and the check would lock it once more a row.
create table message (
    id uuid primary key,
    conversation_id uuid not null,
    seq integer not null,
    author text not null,                         -- person | assistant | operator | system
    author_name text,
    address_id uuid,
    native_id text,
    reply_to text,                                -- inbound: the platform's id of what is answered; ours: our message id
    sent_ms bigint not null,                      -- the platform's time, or ours
    stored_ms bigint not null,
    parts text not null,
    model text,
    extra text
);
create unique index message_seq on message (conversation_id, seq);

create table turn (
    id uuid primary key,
    conversation_id uuid not null,
    seq integer not null,
    message_id uuid not null,
    state text not null,                          -- due | answered | noted | failed
    attempt integer not null default 0,
    accepted_ms bigint not null,
    closed_ms bigint,
    reply_id uuid,
    verdicts text,
    note text
);
create unique index turn_seq on turn (conversation_id, seq);

create table delivery (
    id uuid primary key,
    message_id uuid not null,
    conversation_id uuid not null,
    address_id uuid not null,
    channel text collate "C" not null,
    position integer not null,
    seq integer not null,                         -- of the message: orders what goes to one address
    parts text not null,
    reply_to text,
    state text not null,
    attempt integer not null default 0,
    native_id text collate "C",
    created_ms bigint not null,
    since_ms bigint not null,
    due_ms bigint not null,
    sent_ms bigint,
    delivered_ms bigint,
    read_ms bigint,
    error text,
    price text
);
create index delivery_open on delivery (conversation_id, seq, position) where state in ('queued', 'sending', 'unknown');
create index delivery_native on delivery (channel, native_id) where native_id is not null;
create index delivery_message on delivery (message_id);

-- Every webhook as it came, for replay.
create table raw (
    id bigint generated always as identity primary key,
    channel text not null,
    received_ms bigint not null,
    body bytea not null
);
create index raw_received on raw (received_ms);

-- The keys of events that were stored: what is here already is a duplicate.
create table seen (
    channel text collate "C" not null,
    key text collate "C" not null,
    at_ms bigint not null,
    primary key (channel, key)
);
create index seen_at on seen (at_ms);

-- Receipts that came before the delivery knew its native id.
create table early_receipt (
    channel text collate "C" not null,
    native_id text collate "C" not null,
    state text not null,
    at_ms bigint not null,
    error text,
    price text,
    primary key (channel, native_id, state)
);

create table usage (
    id bigint generated always as identity primary key,
    turn_id uuid,
    conversation_id uuid,
    candidate text not null,
    provider text not null,
    model text not null,
    served_model text,
    region text,
    price_class text not null,
    outcome text not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cached_tokens bigint not null,
    reasoning_tokens bigint not null,
    estimated boolean not null,
    request_id text,
    started_ms bigint not null,
    took_ms bigint not null
);
create index usage_started on usage (started_ms);

create table consent (
    channel text collate "C" not null,
    address_scope text collate "C" not null,
    handle text collate "C" not null,
    purpose text collate "C" not null,
    given boolean not null,
    at_ms bigint not null,
    primary key (channel, address_scope, handle, purpose)
);

create table signal (
    id bigint generated always as identity primary key,
    channel text not null,
    scope text not null,
    kind text not null,
    grave boolean not null,
    at_ms bigint not null,
    detail text not null
);

create table cursor (
    channel text primary key,
    value text not null
);

create table token (
    kind text not null,
    sha256 text not null,
    label text not null,
    created_ms bigint not null,
    expires_ms bigint,
    taken_ms bigint,
    payload text not null,
    primary key (kind, sha256)
);

create table timer (
    kind text not null,
    key text not null,
    due_ms bigint not null,
    payload text not null,
    primary key (kind, key)
);
create index timer_due on timer (due_ms);
