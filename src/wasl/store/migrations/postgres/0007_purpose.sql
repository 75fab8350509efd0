-- Purpose: what every turn was for, without its words; what raters say; who was pointed to a channel of the operator's own.
-- When a person is erased their records stay as anonymous counts: other ids, no conversation, times rounded down.
create table purpose (
    id uuid primary key,                           -- the turn's
    conversation_id uuid,
    person_id uuid not null,                       -- at that time
    channel text collate "C" not null,
    at_ms bigint not null,
    episode uuid not null,                         -- the turn with which it began
    episode_at_ms bigint not null,
    label text not null,                          -- business | general | mixed | neutral | uncertain
    odds double precision not null,
    served text not null,                         -- answered | part | redirected | refused | human | other
    mode text not null,                           -- watch | guard
    general_share double precision not null,
    inherited smallint not null,
    judge text not null,                          -- none | agreed | changed | failed
    judge_label text,
    reply_label text,
    reply_odds double precision,
    input_tokens bigint not null,
    output_tokens bigint not null,
    scope_version text not null,
    classifier_version text not null,
    band_low double precision not null,
    band_high double precision not null,
    language text not null,
    country text not null
);
create index purpose_month on purpose (channel, at_ms, id);
create index purpose_time on purpose (at_ms, channel);
create index purpose_conversation on purpose (conversation_id, channel, at_ms) where conversation_id is not null;
create index purpose_person on purpose (person_id);
create index purpose_judged on purpose (channel, judge, at_ms, id) where judge <> 'none';

create table purpose_rating (
    id text collate "C" primary key,
    purpose_id uuid not null,
    rater text not null,
    label text not null,
    at_ms bigint not null,
    note text not null
);
create index purpose_rating_of on purpose_rating (purpose_id, at_ms);

-- A person is pointed elsewhere once in a while: the row is taken in one statement, whoever asks at the same time.
create table redirect_slot (
    person_id uuid primary key,
    turn_id uuid not null,
    at_ms bigint not null
);

create table redirect (
    turn_id uuid primary key,
    conversation_id uuid,
    person_id uuid not null,
    channel text collate "C" not null,
    at_ms bigint not null,
    followed_ms bigint,
    followed_on text
);
create index redirect_month on redirect (channel, at_ms, turn_id);
create index redirect_person on redirect (person_id);
create index redirect_conversation on redirect (conversation_id) where conversation_id is not null;
