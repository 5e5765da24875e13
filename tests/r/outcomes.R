# Comparisons of groups that `transforms.cohorts.outcomes` makes, by R's packages survival and cmprsk.
#
# Rscript outcomes.R ROWS FOLDER: analysis, stratum (r, s, ...; in the order compared), entry (-1: none), days, event,
# state (0 censored, 1, 2 the causes), to (days of the restricted means), age (decades), male.
# Writes FOLDER/{rmst,cox,gray,logrank}.csv.
library(survival)
library(cmprsk)

files <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(files[1])
out <- list()
add <- function(name, frame) out[[name]] <<- rbind(out[[name]], frame)
exactly <- coxph.control(eps = 1e-12, iter.max = 50)
response <- function(d) if (any(d$entry >= 0)) Surv(d$entry, d$days, d$event) else Surv(d$days, d$event)

for (name in unique(rows$analysis)) {
  d <- rows[rows$analysis == name, ]
  d$group <- factor(d$stratum)
  means <- sapply(levels(d$group), function(level) {
    s <- d[d$group == level, ]
    summary(survfit(response(s) ~ 1), rmean = s$to[1])$table[c("rmean", "se(rmean)")]
  })
  for (level in levels(d$group)[-1]) {
    difference <- means[1, level] - means[1, 1]
    error <- sqrt(means[2, level]^2 + means[2, 1]^2)
    add("rmst", data.frame(analysis = name, stratum = level, difference = difference, error = error,
                           p = 2 * pnorm(-abs(difference / error))))
  }
  for (adjusted in c(FALSE, TRUE)) {
    used <- if (adjusted) d[!is.na(d$age) & !is.na(d$male), ] else d
    y <- response(used)
    fit <- if (adjusted) coxph(y ~ group + age + male, data = used, control = exactly)
           else coxph(y ~ group, data = used, control = exactly)
    found <- summary(fit)$coef
    add("cox", data.frame(analysis = name, adjusted = adjusted, covariate = rownames(found), coefficient = found[, "coef"],
                          error = found[, "se(coef)"], p = found[, "Pr(>|z|)"],
                          p_proportional = cox.zph(fit, terms = FALSE)$table[seq_len(nrow(found)), "p"]))
  }
  fit <- suppressWarnings(coxph(response(d) ~ group, data = d, ties = "exact", control = coxph.control(iter.max = 0)))
  add("logrank", data.frame(analysis = name, p = pchisq(fit$score, nlevels(d$group) - 1, lower.tail = FALSE)))
  if (any(d$entry >= 0) || all(d$state < 2)) next
  tests <- cuminc(d$days, d$state, d$group)$Tests
  add("gray", data.frame(analysis = name, cause = as.integer(rownames(tests)), statistic = tests[, "stat"],
                         p = tests[, "pv"]))
}
for (name in names(out)) write.csv(out[[name]], file.path(files[2], paste0(name, ".csv")), row.names = FALSE, na = "")
