-- What made this store. One row.
select criteria, version from run
