# The figures of `transforms.survival`, made by R's package survival.
#
# Rscript survival.R ROWS FOLDER: ROWS is a CSV of analysis, stratum, tested, score, id, start, stop, event (start -1:
# at risk from day 0 on; tested: in the tests). Writes FOLDER/steps.csv, figures.csv and tests.csv.
library(survival)

arguments <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(arguments[1], colClasses = c(stratum = "character", id = "character"))
month <- 30.4375
horizon <- 60 * month

response <- function(d, event = d$event) {
  if (any(d$start >= 0)) Surv(d$start, d$stop, event) else Surv(d$stop, event)
}

curve <- function(d, event = d$event) survfit(response(d, event) ~ 1, conf.type = "log-log")

# As print.survfit has it. (quantile() sorts the limits first, and with delayed entry a lower limit may rise again.)
half <- function(fit) summary(fit)$table[c("median", "0.95LCL", "0.95UCL")] / month

# The area under the curve up to a day; summary() refuses a day before anybody's last.
restricted <- function(fit, until) {
  if (until < min(fit$time)) return(c(until, 0))
  unname(summary(fit, rmean = until)$table[c("rmean", "se(rmean)")])
}

figures_of <- function(d) {
  fit <- curve(d)
  median <- half(fit)
  out <- c(n = nrow(d), events = sum(d$event), median_months = unname(median[1]),
           median_ci_low = unname(median[2]), median_ci_high = unname(median[3]))
  for (months in c(12, 24, 36, 60)) {
    at <- months * month
    found <- if (at <= max(fit$time)) summary(fit, times = at) else list(surv = NA, lower = NA, upper = NA)
    out[paste0("at_", months)] <- found$surv
    out[paste0("at_", months, "_low")] <- found$lower
    out[paste0("at_", months, "_high")] <- found$upper
  }
  until <- if (tail(fit$surv, 1) > 1e-9) min(horizon, max(fit$time)) else horizon
  if (until > 0) {
    mean <- restricted(fit, until)
    spread <- qnorm(0.975) * mean[2]
    out["rmst_months"] <- mean[1] / month
    out["rmst_ci_low"] <- max(mean[1] - spread, 0) / month
    out["rmst_ci_high"] <- min(mean[1] + spread, until) / month
    out["rmst_to_months"] <- until / month
  }
  out["followup_median_months"] <- unname(half(curve(d, 1 - d$event))[1])
  out
}

chi_square <- function(x, df) pchisq(x, df, lower.tail = FALSE)

# Only the first step is wanted: the score test is of no effect, and a fit of exact ties could take for ever.
first_step <- coxph.control(iter.max = 0)

exact <- function(formula, d) {
  fit <- suppressWarnings(coxph(formula, data = d, ties = "exact", control = first_step))
  chi_square(fit$score, sum(!is.na(coef(fit))))
}

# survdiff takes no delayed entry, but it takes strata: one for every day with an event, of those at risk then.
difference <- function(d) {
  if (all(d$start < 0)) return(survdiff(Surv(stop, event) ~ g, data = d))
  days <- sort(unique(d$stop[d$event == 1]))
  there <- lapply(days, function(day) which(d$start < day & d$stop >= day))
  i <- unlist(there)
  day <- rep(days, lengths(there))
  event <- d$event[i] == 1 & d$stop[i] == day
  survdiff(Surv(rep(1, length(i)), event) ~ g + strata(day), data = data.frame(g = d$g[i], day = day))
}

# The score of each group against its surplus of events; survdiff has the variance, but no such test.
surplus_by_score <- function(d) {
  d$g <- factor(d$score)
  found <- difference(d)
  surplus <- rowSums(as.matrix(found$obs)) - rowSums(as.matrix(found$exp))
  scores <- as.numeric(levels(d$g))
  chi_square(sum(scores * surplus)^2 / drop(scores %*% found$var %*% scores), 1)
}

# Ties are exact at a price: where patients enter late every set of as many as had the event on one day is summed. Of many
# such sets only survdiff's variance is asked for.
is_small <- function(d) all(d$start < 0) || choose(nrow(d), max(table(d$stop[d$event == 1]))) < 1e8

agreed <- function(one, other) {
  stopifnot(isTRUE(all.equal(one, other, tolerance = 1e-8)))
  one
}

robust <- function(formula, d) {
  fit <- suppressWarnings(coxph(formula, data = d, ties = "breslow", cluster = id, control = first_step))
  chi_square(fit$rscore, sum(!is.na(coef(fit))))
}

logrank <- function(d, by_patient) {
  d$y <- response(d)
  d$g <- factor(d$stratum)
  if (by_patient) return(robust(y ~ g, d))
  found <- difference(d)$pvalue
  if (is_small(d)) agreed(found, exact(y ~ g, d)) else found
}

trend <- function(d, by_patient) {
  if (any(is.na(d$score))) return(NA)
  d$y <- response(d)
  if (by_patient) return(robust(y ~ score, d))
  found <- surplus_by_score(d)
  if (is_small(d)) agreed(found, exact(y ~ score, d)) else found
}

steps <- figures <- tests <- list()
for (name in unique(rows$analysis)) {
  analysed <- rows[rows$analysis == name, ]
  for (stratum in unique(analysed$stratum)) {
    d <- analysed[analysed$stratum == stratum, ]
    fit <- curve(d)
    key <- paste(name, stratum)
    steps[[key]] <- data.frame(analysis = name, stratum = stratum, day = fit$time, at_risk = fit$n.risk,
                               events = fit$n.event, censored = fit$n.censor, survival = fit$surv,
                               ci_low = fit$lower, ci_high = fit$upper)
    found <- figures_of(d)
    figures[[key]] <- data.frame(analysis = name, stratum = stratum, figure = names(found), value = unname(found))
  }
  known <- analysed[analysed$tested == 1, ]
  if (length(unique(known$stratum)) > 1) {
    by_patient <- any(duplicated(known$id)) || grepl("line$", name)
    tests[[name]] <- data.frame(analysis = name, p_logrank = logrank(known, by_patient),
                                p_trend = trend(known, by_patient))
  }
}
write <- function(frames, name) write.csv(do.call(rbind, frames), file.path(arguments[2], name), row.names = FALSE, na = "")
write(steps, "steps.csv")
write(figures, "figures.csv")
if (length(tests)) write(tests, "tests.csv")
cat(R.version.string, "survival", as.character(packageVersion("survival")), "\n")
