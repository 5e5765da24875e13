"""The registry as CDISC ADaM data sets: ADSL, ADRS and ADTTE, for a trial statistician's own programs."""
