-- Entries are the truth: nothing here is ever changed or deleted, only log.height and its neighbours move on.

CREATE TABLE log (
  log_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic bytea NOT NULL CHECK (octet_length(topic) = 32),
  device bytea NOT NULL CHECK (octet_length(device) = 32),
  height bigint NOT NULL CHECK (height >= 1),
  head_id bytea NOT NULL,
  head_millis bigint NOT NULL,
  UNIQUE (topic, device)
);

CREATE TABLE entry (
  position bigint PRIMARY KEY,
  log_id bigint NOT NULL REFERENCES log,
  sequence bigint NOT NULL,
  id bytea NOT NULL UNIQUE CHECK (octet_length(id) = 32),
  header bytea NOT NULL,
  payload bytea NOT NULL,
  UNIQUE (log_id, sequence)
);

-- Headers are hashes and signatures: compressing them costs time and saves nothing.
ALTER TABLE entry ALTER COLUMN header SET STORAGE PLAIN;

CREATE TABLE fork (
  topic bytea NOT NULL,
  device bytea NOT NULL,
  sequence bigint NOT NULL,
  first_header bytea NOT NULL,
  second_header bytea NOT NULL,
  PRIMARY KEY (topic, device)
);
