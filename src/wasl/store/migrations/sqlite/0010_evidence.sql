-- Evidence: what was published, changed and handed over. Rows are only ever added; none of them is about a person.
create table evidence (
    id text primary key,
    kind text not null,                           -- figure | change | suite | pack
    channel text not null,                        -- '' for all
    month text not null,                          -- 2026-10, or ''
    at_ms integer not null,
    body text not null                            -- JSON
) strict, without rowid;
create index evidence_kind on evidence (kind, channel, at_ms, id);
