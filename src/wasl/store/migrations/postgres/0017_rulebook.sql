-- Every version of the rulebook by which something was judged: its records as JSON, by the digest that verdicts name.
create table rulebook (
    digest text primary key,
    records text not null,
    at_ms bigint not null                          -- when it came into force here first
);
