-- On SQLite the index of reachable people holds the columns of its own condition; PostgreSQL knows them to be true.
comment on index address_reach is 'counts who is reachable where from the index alone';
