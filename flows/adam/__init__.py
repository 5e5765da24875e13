"""The registry as CDISC ADaM data sets: ADSL, ADRS, ADTTE and ADAE, for a trial statistician's own programs."""
