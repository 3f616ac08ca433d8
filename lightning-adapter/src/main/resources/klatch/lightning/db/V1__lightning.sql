-- What the node asked to have stored, key by key, always as one whole cut in one transaction.
create table ldk_state (
  key text primary key,
  value bytea not null
);

-- Payments of ours: under way while there is neither a preimage nor a reason. The node itself forgets them, a failed one
-- even before it has told us.
create table ldk_payment (
  id bytea primary key check (length(id) = 32),
  preimage bytea check (length(preimage) = 32),
  amount_msat bigint,
  fee_msat bigint,
  reason text,
  released boolean not null default false,
  check (preimage is null or reason is null),
  check (preimage is null or (amount_msat is not null and fee_msat is not null))
);

-- Payments of hold invoices that arrived whole: tells a complete payment from the first parts of one.
create table ldk_held (
  hash bytea primary key check (length(hash) = 32),
  amount_msat bigint not null check (amount_msat > 0)
);

-- The on-chain wallet: its coins, spent ones too as long as a reorganisation may bring them back.
create table onchain_coin (
  txid text not null,
  output int not null,
  value_sat bigint not null,
  key_index int not null,
  height int not null,
  coinbase boolean not null,
  spent_height int,
  primary key (txid, output)
);

-- The newest blocks that the wallet has read.
create table onchain_block (
  height int primary key,
  hash text not null
);

-- The next receiving address that nobody has been given yet.
create table onchain_address (
  only_row boolean primary key default true check (only_row),
  next_index int not null
);
insert into onchain_address (next_index) values (0);
