# The levels of a review by lme4 (Bates et al. 2015): the same mixed model, fitted to the ratings that Gradus wrote.
#
#     Rscript bench/peer_lme4.R FILE
#
# FILE is what `gradus_bench --write-reviews` wrote. Prints one JSON object: seconds, processor seconds, peak memory,
# version, and what shows that the work was the same. Reading is not in the seconds; estimating the variances and
# predicting every level are. lme4 gives no standard deviation of a sum of effects, so none is asked for.

suppressMessages(library(lme4))
ratings <- read.csv(commandArgs(TRUE)[1])
for (name in c("person", "capability", "rater", "source")) ratings[[name]] <- factor(ratings[[name]])
ratings$source <- relevel(ratings$source, "manager")
asked <- ratings[!duplicated(ratings[c("person", "capability")]), c("person", "capability", "source")]
asked$source[] <- "manager"

start <- proc.time()
model <- lmer(
    level ~ source + capability + (1 | person) + (1 | person:capability) + (1 | rater) + (1 | rater:person),
    ratings,
    control = lmerControl(calc.derivs = FALSE)
)
level <- predict(model, asked, re.form = ~ (1 | person) + (1 | person:capability))
took <- proc.time() - start

parts <- as.data.frame(VarCorr(model))
variance <- function(group) parts$vcov[parts$grp == group]
found <- c(
    person = variance("person"),
    person_capability = variance("person:capability"),
    severity = variance("rater"),
    halo = variance("rater:person"),
    residual = variance("Residual"),
    mean = mean(level),
    spread = sqrt(mean((level - mean(level))^2))
)
peak <- sub("\\D*(\\d+).*", "\\1", grep("^VmHWM:", readLines("/proc/self/status"), value = TRUE))
cat(sprintf(
    '{"seconds": %.6f, "processor_seconds": %.6f, "peak_mebibytes": %.1f, "version": "%s", "found": {%s}}\n',
    took[["elapsed"]], took[["user.self"]] + took[["sys.self"]], as.numeric(peak) / 1024, packageVersion("lme4"),
    paste(sprintf('"%s": %.10g', names(found), found), collapse = ", ")
))
