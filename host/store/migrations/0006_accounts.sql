-- Named access to outside systems. `config` holds references where its provider's schema marks secrets; `verification` is what the
-- provider found when the account was last looked at.
create table accounts (
  name text not null primary key collate nocase,
  provider text not null,
  config text not null,
  permissions text not null,
  verification text not null,
  revision integer not null,
  created integer not null,
  updated integer not null,
  updated_by text not null
) strict;

-- Values, sealed under the key with that id: nonce and ciphertext, which name and account are bound to. With an account it belongs to
-- that, and goes with it; without one it is the operator's.
create table secrets (
  name text not null primary key,
  account text collate nocase references accounts (name) on delete cascade,
  key text not null,
  sealed blob not null,
  created integer not null,
  updated integer not null
) strict;

create index secrets_account on secrets (account) where account is not null;
create index secrets_key on secrets (key);
