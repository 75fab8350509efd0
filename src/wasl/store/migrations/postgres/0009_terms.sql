-- Watched terms: what was seen of documents, what changed, and the rules made from it. Texts are kept once, under their digest, compressed.
create table terms_source (
    document_id text collate "C" primary key,
    next_ms bigint not null,
    record text not null                          -- JSON
);

create table terms_fetch (
    id text collate "C" primary key,
    document_id text collate "C" not null,
    url text not null,
    at_ms bigint not null,
    status bigint not null,
    etag text not null,
    raw text collate "C" not null,                              -- digest of the page as it came; empty where it was not kept
    outcome text not null,                        -- seen | unchanged | quarantined | failed | forbidden
    reason text not null
);
create index terms_fetch_document on terms_fetch (document_id, id);

create table terms_blob (
    digest text collate "C" primary key,
    size_bytes bigint not null,
    body bytea not null
);

create table terms_version (
    id text collate "C" primary key,
    document_id text collate "C" not null,
    state text collate "C" not null,                            -- its words with their days: a page that returns to it is no new version
    body text collate "C" not null,                             -- digest of the text
    raw text collate "C" not null,                              -- digest of the page as it came
    seen_first_ms bigint not null,
    seen_last_ms bigint not null,
    stated text,                                  -- what the page says of itself
    reason text not null,
    returned text not null                        -- JSON: when it came back
);
create unique index terms_version_state on terms_version (document_id, state);
create index terms_version_seen on terms_version (document_id, seen_first_ms, id);

create table terms_change (
    id text collate "C" primary key,
    document_id text collate "C" not null,
    before text collate "C" not null,
    after text collate "C" not null,
    at_ms bigint not null,
    judgement text not null,                      -- JSON
    by_whom text not null,
    state text collate "C" not null,                            -- new | told | rule | not_for_us | remind | stale
    remind_ms bigint,
    unconfirmed bigint not null,
    note text not null
);
create index terms_change_at on terms_change (at_ms, id);
create index terms_change_document on terms_change (document_id, at_ms, id);
create index terms_change_state on terms_change (state, at_ms, id);

-- Steps are only ever added.
create table terms_rule (
    id text collate "C" primary key,
    rule_id text collate "C" not null,
    change_id text collate "C" not null,
    document_id text collate "C" not null,
    at_ms bigint not null,
    act text not null,                            -- drafted | confirmed | ended | stale | rejected
    by_whom text not null,
    note text not null,
    body text not null,                           -- the rule as a rule file writes it
    sentences text not null                       -- JSON
);
create index terms_rule_at on terms_rule (at_ms, id);
create index terms_rule_rule on terms_rule (rule_id, at_ms, id);
