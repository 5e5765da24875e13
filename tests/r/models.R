# Figures of `transforms.models`, made by R's packages survival and cmprsk.
#
# Rscript models.R COX TIMES INTERVALS COMPETING CONCORDANCE FOLDER, five CSV files:
#   COX: analysis, entry, days, event and the covariates x1, x2, ... (empty where an analysis has fewer; entry -1: none)
#   INTERVALS: analysis, start, stop, event, in_state, from (first day of the curves)
#   COMPETING: analysis, stratum, entry, days, state (0 censored, 1, 2, … the causes)
#   CONCORDANCE: analysis, entry, days, event, level (the higher the worse)
#   TIMES: analysis, stratum, entry, days, event (a landmark's, days counted from it)
# Writes FOLDER/{cox,landmark,logrank,intervals,curves,incidence,gray,concordance}.csv.
library(survival)
library(cmprsk)

files <- commandArgs(trailingOnly = TRUE)
cox <- read.csv(files[1])
times <- read.csv(files[2])
intervals <- read.csv(files[3])
competing <- read.csv(files[4])
concordant <- read.csv(files[5])
out <- list()
add <- function(name, frame) out[[name]] <<- rbind(out[[name]], frame)
exactly <- coxph.control(eps = 1e-12, iter.max = 50)

coefficients_of <- function(fit) {
  found <- summary(fit)$coef
  zph <- cox.zph(fit, terms = FALSE)$table
  data.frame(coefficient = found[, "coef"], error = found[, "se(coef)"], p = found[, "Pr(>|z|)"],
             p_proportional = zph[seq_len(nrow(found)), "p"])
}
steps_of <- function(fit) {
  data.frame(day = fit$time, at_risk = fit$n.risk, events = fit$n.event, censored = fit$n.censor,
             survival = fit$surv, ci_low = fit$lower, ci_high = fit$upper)
}

response <- function(d, event = d$event) {
  if (any(d$entry >= 0)) Surv(d$entry, d$days, event) else Surv(d$days, event)
}

for (name in unique(cox$analysis)) {
  d <- cox[cox$analysis == name, ]
  x <- as.matrix(d[, grep("^x", names(d))])
  x <- x[, colSums(is.na(x)) == 0, drop = FALSE]
  y <- response(d)
  add("cox", data.frame(analysis = name, covariate = seq_len(ncol(x)), coefficients_of(coxph(y ~ x, control = exactly))))
}
# survdiff takes no delayed entry; the score test of exact ties is the same test.
logrank <- function(d) {
  if (all(d$entry < 0)) return(survdiff(Surv(days, event) ~ stratum, data = d)$pvalue)
  fit <- suppressWarnings(coxph(response(d) ~ factor(d$stratum), ties = "exact", control = coxph.control(iter.max = 0)))
  pchisq(fit$score, sum(!is.na(coef(fit))), lower.tail = FALSE)
}

for (name in unique(times$analysis)) {
  d <- times[times$analysis == name, ]
  for (stratum in unique(d$stratum)) {
    fit <- survfit(response(d[d$stratum == stratum, ]) ~ 1, conf.type = "log-log")
    add("landmark", data.frame(analysis = name, stratum = stratum, steps_of(fit)))
  }
  tested <- d[!d$stratum %in% c("not_tested", "not_evaluable"), ]
  if (length(unique(tested$stratum)) > 1) add("logrank", data.frame(analysis = name, p = logrank(tested)))
}
for (name in unique(intervals$analysis)) {
  d <- intervals[intervals$analysis == name, ]
  fit <- coxph(Surv(start, stop, event) ~ in_state, data = d, control = exactly)
  add("intervals", data.frame(analysis = name, coefficients_of(fit)))
  for (state in 0:1) {
    s <- d[d$in_state == state & d$stop > d$from, ]
    s$start <- pmax(s$start, s$from)
    add("curves", data.frame(analysis = name, in_state = state,
                             steps_of(survfit(Surv(start, stop, event) ~ 1, data = s, conf.type = "log-log"))))
  }
}
for (name in unique(competing$analysis)) {
  d <- competing[competing$analysis == name, ]
  for (stratum in unique(d$stratum)) {
    s <- d[d$stratum == stratum, ]
    causes <- seq_len(max(2, d$state))
    fit <- survfit(response(s, factor(s$state, c(0, causes))) ~ 1, id = seq_len(nrow(s)), conf.type = "log-log")
    ends <- fit$time %in% s$days
    for (cause in causes)
      add("incidence", data.frame(analysis = name, stratum = stratum, cause = cause, day = fit$time,
                                  at_risk = fit$n.risk[, 1], incidence = fit$pstate[, cause + 1],
                                  ci_low = fit$lower[, cause + 1], ci_high = fit$upper[, cause + 1])[ends, ])
  }
  known <- d[d$stratum != "unknown", ]
  if (any(d$entry >= 0) || length(unique(known$stratum)) < 2) next
  tests <- cuminc(known$days, known$state, known$stratum)$Tests
  add("gray", data.frame(analysis = name, cause = as.integer(rownames(tests)), statistic = tests[, "stat"],
                         p_gray = tests[, "pv"], df = tests[, "df"]))
}
for (name in unique(concordant$analysis)) {
  d <- concordant[concordant$analysis == name, ]
  fit <- concordance(response(d) ~ d$level, reverse = TRUE)
  pairs <- sum(fit$count[c("concordant", "discordant", "tied.x")])
  add("concordance", data.frame(analysis = name, pairs = pairs, concordance = fit$concordance,
                                standard_error = sqrt(fit$var)))
}
for (name in names(out)) write.csv(out[[name]], file.path(files[6], paste0(name, ".csv")), row.names = FALSE, na = "")
