-- A pipeline whose executions take turns has a row here: how many run at once, and whether all that wait are kept. It is the limit
-- in force, whatever revisions the executions are of.
create table queues (
  pipeline text not null primary key,
  most integer not null,
  keep integer not null
) strict, without rowid;

-- Of an execution of such a pipeline, while it is not over: `holds` a slot, or `waits` for one, in order of `turn`.
alter table executions add column slot text;
alter table executions add column turn integer;
create index executions_slots on executions (pipeline, slot, turn) where slot is not null;

insert into queues (pipeline, most, keep)
select id, most, keep from (
  select id,
    case when lower(json_extract(document, '$.limitConcurrent')) in ('1', 'true') then 1
      else cast(coalesce(json_extract(document, '$.maxConcurrentExecutions'), 0) as integer) end as most,
    coalesce(lower(json_extract(document, '$.keepWaitingPipelines')), '') in ('1', 'true') as keep
  from pipelines
) where most > 0;
update executions set slot = 'holds' where ended is null and pipeline in (select pipeline from queues);

-- Where a pipeline stands in the list of its application; those without a place come after the others, by name.
alter table pipelines add column position integer;
update pipelines set position = json_extract(document, '$.index') where json_type(document, '$.index') = 'integer';
