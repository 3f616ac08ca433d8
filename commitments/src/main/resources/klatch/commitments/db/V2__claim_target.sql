-- Where this person wants the payouts of an event, if not at this node.
CREATE TABLE claim_target (
  event bytea PRIMARY KEY CHECK (length(event) = 32),
  state jsonb NOT NULL
);
