-- Traffic by hour from the lines themselves, taken apart in every statement.
SELECT hour, count(*) AS requests, sum(bytes_sent) AS bytes_sent, max(path) AS last_path,
       sum(CASE WHEN status = 404 THEN 1 ELSE 0 END) AS not_found
FROM log_uncached
WHERE day <= 21
GROUP BY hour
ORDER BY hour
LIMIT 24
