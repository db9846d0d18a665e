# The expected values of tests/stats/test_effects.c and test_factorial.c. Run with: Rscript tests/data/rank.R
options(digits = 12)
lenth <- function(c, a = .05) {
    s0 <- 1.5 * median(abs(c))
    pse <- 1.5 * median(abs(c)[abs(c) < 2.5 * s0])
    m <- length(c)
    g <- (1 + (1 - a)^(1 / m)) / 2
    c(s0 = s0, PSE = pse, ME = qt(1 - a / 2, m / 3) * pse, SME = qt(g, m / 3) * pse)
}
# Bicycle (Box, Hunter and Hunter), process development and shrinkage (Box and Meyer 1986)
print(lenth(c(3.5, 12, 22.5, 1, .5, 1, 2.5)))
print(lenth(c(-8, 24, 1, -2.25, .75, -1.25, -.75, -5.5, 0, 4.5, .5, -.25, -.25, -.75, -.25)))

# Reactor 2^5 (Box, Hunter and Hunter), Yates order
reactor <- c(61, 53, 63, 61, 53, 56, 54, 61, 69, 61, 94, 93, 66, 60, 95, 98,
             56, 63, 70, 65, 59, 55, 67, 65, 44, 45, 78, 77, 49, 42, 81, 82)
x <- as.matrix(expand.grid(A = c(-1, 1), B = c(-1, 1), C = c(-1, 1), D = c(-1, 1), E = c(-1, 1)))
full <- 2 * coef(lm(reactor ~ A * B * C * D * E, as.data.frame(x)))[-1]
print(full[c("A", "B", "C", "D", "E", "B:D", "D:E")])
print(lenth(full))
# The half of it that holds the run with all factors low: E low where A B C D have an even number of highs
half <- x[, "E"] == -x[, "A"] * x[, "B"] * x[, "C"] * x[, "D"]
part <- 2 * coef(lm(reactor[half] ~ (A + B + C + D + E)^2, as.data.frame(x[half, ])))[-1]
print(part)
print(lenth(part))
# Plackett-Burman in 12 runs, shifts of the first row, factors in its first five columns
row <- c(1, 1, -1, 1, 1, 1, -1, -1, -1, 1, -1)
pb <- rbind(rep(-1, 11), t(sapply(0:10, function(s) row[(0:10 - s) %% 11 + 1])))
y <- apply(pb, 1, function(r) reactor[sum((r[1:5] > 0) * 2^(0:4)) + 1])
contrasts <- colSums(pb * y) / 6
print(contrasts)
print(lenth(contrasts))

# Split plot: 2 whole-plot factors A, B; 2 others C, D; full 2^4, 3 replicates, a start for each (A, B).
# The responses are a fixed pattern, so that C needs no random numbers of R.
d <- expand.grid(A = c(-1, 1), B = c(-1, 1), C = c(-1, 1), D = c(-1, 1), rep = 1:3)
n <- 0:(nrow(d) - 1)
start <- with(d, (A > 0) + 2 * (B > 0) + 4 * (rep - 1))
d$y <- with(d, .5 * A + .2 * C + .1 * A * C) + ((7919 * n) %% 101 - 50) / 200 + ((31 * start) %% 17 - 8) / 30
d$rep <- factor(d$rep)
d$start <- factor(start)
fit <- aov(y ~ A * B * C * D + Error(rep / start), d)
print(summary(fit))
estimates <- 2 * coef(lm(y ~ rep + A * B * C * D, d))
print(estimates[c("A", "B", "A:B", "C", "A:C", "A:B:C:D")])
resid_ms <- function(stratum) {
    s <- summary(fit[[stratum]])[[1]]
    s["Residuals", c("Df", "Mean Sq")]
}
for (stratum in c("rep:start", "Within"))
    print(c(df = resid_ms(stratum)[[1]], se = sqrt(4 * resid_ms(stratum)[[2]] / 48)))

# Margins, half-normal places
for (m in c(7, 15, 31))
    print(c(m, qt(.975, m / 3), qt((1 + .95^(1 / m)) / 2, m / 3)))
print(qnorm(.5 + .5 * (c(1, 8, 15) - .5) / 15))
