-- The clauses of the edition that the run followed; numbers is JSON.
select id, states, numbers, source, citation from criterion order by id
