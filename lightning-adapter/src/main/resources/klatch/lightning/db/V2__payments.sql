-- What an operator wants to see of a payment beside how it ended.
alter table ldk_payment
  add column hash bytea check (length(hash) = 32),
  add column asked_msat bigint check (asked_msat > 0),
  add column started_at timestamptz not null default now();

-- Payments that this node took: of its own invoices, and deposits that it collected.
create table ldk_received (
  hash bytea primary key check (length(hash) = 32),
  amount_msat bigint not null check (amount_msat > 0),
  received_at timestamptz not null default now()
);
