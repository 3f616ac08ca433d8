-- Channels bought with a payment (LSPS2): the invoice whose payment opens one, from whom, and the fee that may be kept out
-- of it. The row is there before anybody knows the invoice.
create table channel_purchase (
  hash bytea primary key,
  peer text not null,
  payment_msat bigint not null,
  fee_msat bigint not null,
  until_second bigint not null
);
