-- What the criteria of this run rest on
-- Grain: one source, in the order in which the edition first cites it.
-- Counts: none
select source, citation from criterion where source <> 'mspike' group by all order by min(rowid)
