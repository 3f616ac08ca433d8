-- Which process drives the money: each start takes a higher epoch, and an older one stops.
CREATE TABLE money_owner (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch bigint NOT NULL
);
INSERT INTO money_owner (epoch) VALUES (0);

-- One row for each deposit of an event that this node holds in escrow.
CREATE TABLE deposit (
  event  bytea NOT NULL CHECK (length(event) = 32),
  person bytea NOT NULL CHECK (length(person) = 32),
  state  jsonb NOT NULL,
  PRIMARY KEY (event, person)
);

-- Every payment hash this node has ever used or accepted, and what for: none is used twice.
CREATE TABLE payment_hash (
  hash bytea PRIMARY KEY CHECK (length(hash) = 32),
  use  jsonb NOT NULL
);

-- Effects that are decided and not yet done.
CREATE TABLE effect (
  event  bytea NOT NULL CHECK (length(event) = 32),
  number bigint NOT NULL,
  person bytea NOT NULL CHECK (length(person) = 32),
  effect jsonb NOT NULL,
  PRIMARY KEY (event, number)
);

CREATE TABLE payout (
  event  bytea NOT NULL CHECK (length(event) = 32),
  round  integer NOT NULL,
  person bytea NOT NULL CHECK (length(person) = 32),
  state  jsonb NOT NULL,
  PRIMARY KEY (event, round, person)
);

-- This person's own deposits in other people's escrow.
CREATE TABLE own_deposit (
  event bytea PRIMARY KEY CHECK (length(event) = 32),
  state jsonb NOT NULL
);

CREATE TABLE own_claim (
  event bytea NOT NULL CHECK (length(event) = 32),
  round integer NOT NULL,
  state jsonb NOT NULL,
  PRIMARY KEY (event, round)
);
