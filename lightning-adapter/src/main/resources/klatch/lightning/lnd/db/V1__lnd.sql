-- The LND that everything here lies at: another one knows nothing of it.
create table lnd_node (
  only_row boolean primary key default true check (only_row),
  node_id text not null
);

-- Invoices that this node had LND make, and how far each has come. LND cannot tell a hold that was given back from one that
-- was never paid, nor who cancelled it: these rows can. A row is written before LND is asked.
create table lnd_invoice (
  hash bytea primary key check (length(hash) = 32),
  hold boolean not null,
  -- open, held, releasing, collecting: LND may still change it. lapsed, released, lost, collected: over.
  state text not null check (state in ('open', 'held', 'releasing', 'collecting', 'lapsed', 'released', 'lost', 'collected')),
  add_index bigint not null default 0,
  amount_msat bigint not null check (amount_msat >= 0),
  expiry_height int,
  -- Known from the decision to collect on, so that it can be carried out after a crash.
  preimage bytea check (length(preimage) = 32),
  -- Whether whoever watches has taken in what the state says.
  told boolean not null default true,
  changed_at timestamptz not null default now()
);
create index on lnd_invoice (state) where state in ('open', 'held', 'releasing', 'collecting');
create index on lnd_invoice (told) where not told;

-- Payments of ours: under way while there is neither a preimage nor a reason. LND knows payments by their hash, so of all
-- payments of one hash at most one is under way.
create table lnd_payment (
  id bytea primary key check (length(id) = 32),
  hash bytea not null check (length(hash) = 32),
  asked_msat bigint not null check (asked_msat > 0),
  -- What LND's counter said of the hash before this payment: what has no larger number is an older one.
  after_index bigint not null,
  preimage bytea check (length(preimage) = 32),
  amount_msat bigint,
  fee_msat bigint,
  reason text,
  released boolean not null default false,
  told boolean not null default true,
  started_at timestamptz not null default now(),
  check (preimage is null or reason is null),
  check (preimage is null or (amount_msat is not null and fee_msat is not null))
);
create unique index on lnd_payment (hash) where preimage is null and reason is null;
create index on lnd_payment (told) where not told;
