-- Coins that pay the fee of a closing channel's transactions: which claim uses them, and at which height it last did. They
-- are given out for nothing else until the claim is settled or has been silent for some blocks.
create table onchain_bump (
  txid text not null,
  output int not null,
  claim text not null,
  height int not null,
  primary key (txid, output)
);
