-- Cost. What a call or a delivery is expected to cost stands with it; budgets, reservations and lines of the books beside.
alter table usage add column work text not null default 'answer';   -- answer | judge | moderate | api | lost | other
alter table usage add column channel text not null default '';
alter table usage add column country text not null default '';
alter table usage add column amount bigint;       -- 10⁻¹² of the currency; null: nobody knows the price
alter table usage add column currency text not null default '';
alter table usage add column card text not null default '';
alter table delivery add column charge text;      -- what it was expected to cost when it went out, and by which card

create table budget_account (
    budget text collate "C" not null,
    period text collate "C" not null,
    subject text collate "C" not null,
    spent text not null,                          -- exact decimals
    held text not null,
    warned integer not null,
    primary key (budget, period, subject)
);
create index budget_account_subject on budget_account (subject) where subject <> '';

create table budget_hold (
    id text collate "C" primary key,
    until_ms bigint not null,
    shares text not null,
    settled text                                  -- what it came to; kept until the platform's word can change no more
);
create index budget_hold_until on budget_hold (until_ms);

-- Lines are only ever added.
create table cost_line (
    id uuid primary key,
    at_ms bigint not null,
    kind text not null,                           -- message | call | fee | correction
    basis text not null,                          -- estimate | truth
    amount text,
    currency text not null,
    channel text not null,
    scope text not null,
    provider text not null,
    country text not null,
    category text not null,
    number bigint not null,
    card text not null,
    source text not null,
    note text not null
);
create index cost_line_at on cost_line (at_ms);
