-- Traffic and errors by section: a table of some rows, which the planner broadcasts unless it is forbidden.
SELECT
  s.section_name, count(*) AS requests, sum(l.bytes_sent) AS bytes_sent,
  sum(CASE WHEN l.status >= 400 THEN 1 ELSE 0 END) AS errors
FROM web_log l
JOIN sections s ON l.section_id = s.section_id
GROUP BY s.section_name
ORDER BY s.section_name
LIMIT 100
