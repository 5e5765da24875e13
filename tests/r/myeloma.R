# R's own cohort `myeloma` (Mayo Clinic, 3,882 patients, many referred long after diagnosis) as CSV: Rscript myeloma.R FILE
library(survival)
write.csv(myeloma, commandArgs(trailingOnly = TRUE)[1], row.names = FALSE)
