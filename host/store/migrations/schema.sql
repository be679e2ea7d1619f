CREATE TABLE accounts (
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

CREATE TABLE applications (
  name text not null primary key collate nocase,
  document text not null,
  created integer not null,
  updated integer not null,
  version integer not null
) strict;

CREATE TABLE audit (
  number integer not null primary key,
  at integer not null,
  who text not null,
  action text not null,
  subject text not null,
  allowed integer not null,
  details text not null
) strict;

CREATE TABLE awaits (
  target integer not null,
  waiter integer not null,
  stage text not null,
  run integer not null,
  label text not null,
  primary key (target, waiter, stage, run, label)
) strict, without rowid;

CREATE TABLE catalog_entries (
  revision integer not null references catalog_revisions (revision),
  name text not null,
  digest text not null references components (digest),
  granted text not null,
  enabled integer not null,
  previous text,
  installed integer not null,
  primary key (revision, name)
) strict, without rowid;

CREATE TABLE catalog_revisions (
  revision integer not null primary key,
  made integer not null
) strict;

CREATE TABLE components (
  digest text not null primary key,
  manifest text not null,
  kept integer not null,
  bytes blob not null
) strict;

CREATE TABLE events (
  feed integer not null primary key,
  execution integer not null,
  first integer not null,
  count integer not null,
  body text not null
) strict;

CREATE TABLE execution_starts (
  execution integer not null primary key,
  name text not null,
  parent text,
  trigger text not null,
  principal text not null,
  roles text not null,
  created integer not null,
  catalog integer not null,
  revision integer,
  document text,
  refused text
) strict;

CREATE TABLE executions (
  number integer not null primary key,
  id text not null unique,
  application text not null collate nocase,
  pipeline text,
  parent text,
  trigger_type text not null,
  version integer not null,
  epoch integer not null,
  control text not null,
  control_note text,
  status text not null,
  started integer,
  ended integer,
  due integer,
  paused_since integer,
  cancel_told integer not null,
  inbox_head integer not null,
  events integer not null,
  report text
, slot text, turn integer) strict;

CREATE TABLE inbox (
  execution integer not null,
  number integer not null,
  fact text not null,
  primary key (execution, number)
) strict, without rowid;

CREATE TABLE operations (
  number integer not null primary key,
  execution integer not null,
  stage text not null,
  run integer not null,
  label text not null,
  application text not null,
  principal text not null,
  request text not null,
  digest text not null,
  ordered integer not null,
  begun text,
  cancelling integer not null,
  outcome text,
  ended integer,
  unique (execution, stage, run, label)
) strict;

CREATE TABLE pipeline_revisions (
  pipeline text not null,
  revision integer not null,
  application text not null,
  name text not null,
  document text not null,
  updated integer not null,
  updated_by text not null,
  primary key (pipeline, revision)
) strict;

CREATE TABLE pipeline_triggers (
  pipeline text not null references pipelines (id) on delete cascade,
  position integer not null,
  kind text not null,
  source text collate nocase,
  config text not null,
  disabled integer not null, since integer not null default 0, fired integer,
  primary key (pipeline, position)
) strict, without rowid;

CREATE TABLE pipelines (
  id text not null primary key,
  application text not null collate nocase references applications (name),
  name text not null collate nocase,
  revision integer not null,
  document text not null,
  updated integer not null,
  updated_by text not null, position integer,
  unique (application, name)
) strict;

CREATE TABLE questions (
  number integer not null primary key,
  id text not null unique,
  execution integer not null,
  stage text not null,
  run integer not null,
  label text not null,
  application text not null collate nocase,
  question text not null,
  asked integer not null,
  closed integer
) strict;

CREATE TABLE queues (
  pipeline text not null primary key,
  most integer not null,
  keep integer not null
) strict, without rowid;

CREATE TABLE secrets (
  name text not null primary key,
  account text collate nocase references accounts (name) on delete cascade,
  key text not null,
  sealed blob not null,
  created integer not null,
  updated integer not null
) strict;

CREATE TABLE settings (
  key text not null primary key,
  value text not null
) strict;

CREATE TABLE stages (
  execution integer not null,
  ref text not null,
  ordinal integer not null,
  body text not null,
  primary key (execution, ref)
) strict;

CREATE TABLE tokens (
  hash text not null primary key,
  name text not null unique,
  principal text not null,
  created integer not null,
  expires integer
) strict;

CREATE TABLE trigger_events (
  number integer not null primary key,
  kind text not null,
  source text not null,
  key text not null,
  payload text not null,
  received integer not null,
  outcomes text not null,
  unique (key, kind, source)
) strict;

CREATE TABLE trigger_looks (
  pipeline text not null,
  event integer not null,
  primary key (pipeline, event)
) strict, without rowid;

CREATE TABLE votes (
  question text not null references questions (id),
  voter text not null,
  position integer not null,
  vote text not null,
  primary key (question, voter)
) strict, without rowid;

CREATE INDEX events_execution on events (execution);

CREATE INDEX executions_application on executions (application);

CREATE INDEX executions_open on executions (number) where ended is null;

CREATE INDEX executions_parent on executions (parent) where parent is not null;

CREATE INDEX executions_pipeline on executions (pipeline) where pipeline is not null;

CREATE INDEX executions_slots on executions (pipeline, slot, turn) where slot is not null;

CREATE INDEX operations_open on operations (number) where ended is null;

CREATE INDEX pipeline_triggers_kind on pipeline_triggers (kind);

CREATE INDEX questions_execution on questions (execution);

CREATE INDEX questions_open on questions (number) where closed is null;

CREATE INDEX secrets_account on secrets (account) where account is not null;

CREATE INDEX secrets_key on secrets (key);

CREATE INDEX trigger_events_received on trigger_events (received);

CREATE INDEX trigger_looks_event on trigger_looks (event);
