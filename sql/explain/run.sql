-- What made this store. One row.
select criteria, version from run order by number desc limit 1
