-- Transactions of the wallet whose coins are in no block yet: their coins are not given out again, and those that may be
-- sent are sent again until the chain has them. One that pays for channels is prepared first and sent once the peers
-- have signed.
create table onchain_spend (
  txid text primary key,
  transaction bytea not null,
  may_be_sent boolean not null,
  made_at timestamptz not null default now()
);

alter table onchain_address
  -- The first block that can hold coins of this wallet: where reading begins after a restore.
  add column birth_height int,
  -- Whether coins of channels that peers closed are looked for: after a restore from the seed words.
  add column restored boolean not null default false;

-- SHA-256 of key and value: what the disk or somebody changed is not put into service.
alter table ldk_state add column sum bytea check (length(sum) = 32);

-- Whom a restored node asks to close the channels that it has lost.
create table restored_peer (
  node_id text primary key,
  address text not null
);
