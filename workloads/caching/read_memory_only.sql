-- Traffic by hour from the view cached at MEMORY_ONLY.
SELECT hour, count(*) AS requests, sum(bytes_sent) AS bytes_sent, max(path) AS last_path,
       sum(CASE WHEN status = 404 THEN 1 ELSE 0 END) AS not_found
FROM log_memory_only
WHERE day <= 21
GROUP BY hour
ORDER BY hour
LIMIT 24
