"""One module for each topic of the criteria: the expressions that decide its clauses."""
