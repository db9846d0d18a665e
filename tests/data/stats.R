# The expected values of tests/stats, in order of the tests. Run with: Rscript tests/data/stats.R
options(digits = 12)
tost <- function(m, se, df, d) c(pt((m + d) / se, df, lower.tail = FALSE), pt((m - d) / se, df))

# test_quantile.c
x <- c(77, 87, 88, 114, 151, 210, 219, 246, 253, 262, 296, 299, 306, 376, 428, 515, 666, 1310, 2611)
print(quantile(x, c(0, .25, .5, .9, .95, .99, 1)))
interval <- function(n, p) {
    l <- qbinom(.025, n, p)
    u <- qbinom(.975, n, p) + 1
    c(l, u, pbinom(u - 1, n, p) - pbinom(l - 1, n, p))
}
for (np in list(c(100, .5), c(1000, .9), c(1000, .95), c(1000, .99), c(10000, .99), c(6, .5), c(72, .95)))
    print(interval(np[1], np[2]))

# test_paired.c
print(sd(c(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)))
darwin <- c(49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)
shoes <- c(.8, .6, .3, -.1, 1.1, -.2, .3, .5, .5, .3)
pairs <- with(sleep, extra[group == 1] - extra[group == 2])
for (d in list(darwin, shoes, pairs)) {
    print(t.test(d))
    print(t.test(d, conf.level = .9)$conf.int)
}
print(tost(mean(pairs), sd(pairs) / sqrt(10), 9, 2.5))
print(tost(mean(pairs), sd(pairs) / sqrt(10), 9, 2))
a <- c(452, 874, 554, 447, 356, 754, 558, 574, 664, 682, 547, 435, 245)
b <- c(546, 547, 774, 465, 459, 665, 467, 365, 589, 534, 456, 651, 654, 665, 546, 537)
pooled <- t.test(a, b, var.equal = TRUE)
welch <- t.test(a, b)
print(tost(mean(a) - mean(b), pooled$stderr, pooled$parameter, 110))
print(tost(mean(a) - mean(b), welch$stderr, welch$parameter, 110))
se <- sqrt(.95^2 / 95 + .83^2 / 89)
df <- se^4 / ((.95^2 / 95)^2 / 94 + (.83^2 / 89)^2 / 88)
print(tost(5.25 - 5.22, se, df, .43 * sqrt((.95^2 + .83^2) / 2)))

# test_power.c
print(c(pt(2, 3, 1), pt(2.5, 10, 3), pt(-1, 5, .5), pt(3, 1, 2), pt(0, 4, 0), pt(2, 200, 1.5)))
print(power.t.test(n = 20, delta = 1, sd = 1)$power)
for (n in c(2, 5, 6, 8, 10, 12, 15, 20, 30))
    print(c(n, qt(.975, n - 1) / sqrt(n),
            power.t.test(n = n, power = .8, sd = 1, type = "paired", tol = 1e-10)$delta))

# test_signflip.c: all patterns of signs; the decimals as whole tenths, so that ties are exact
flips <- function(d) {
    sums <- colSums(d * (2 * t(as.matrix(expand.grid(rep(list(0:1), length(d))))) - 1))
    c(greater = sum(sums > sum(d)), equal = sum(sums == sum(d)), all = length(sums))
}
print(flips(darwin))
print(flips(round(10 * shoes)))

# test_adjust.c
for (p in list(c(.05, .01, .02, .03, .04), c(.04, NA, .01, .01, .2),
               c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719,
                 .6528, .7590, 1))) {
    print(p.adjust(p, "holm"))
    print(p.adjust(p, "BH"))
}

# Kolmogorov-Smirnov against the exponential
x <- c(.02, .05, .11, .2, .26, .4, .55, .8, 1.3, 2.9)
for (rate in c(1.5, 6)) print(ks.test(x, "pexp", rate, exact = FALSE), digits = 12)
