-- Since when a trigger stands as it does, and the last of its dates that was decided: no date up to either fires.
alter table pipeline_triggers add column since integer not null default 0;
alter table pipeline_triggers add column fired integer;
update pipeline_triggers set since = (select updated from pipelines where id = pipeline);

-- By which the oldest events are removed, with what was looked at for them.
create index trigger_looks_event on trigger_looks (event);
create index trigger_events_received on trigger_events (received);
