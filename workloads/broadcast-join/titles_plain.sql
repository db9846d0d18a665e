-- The same answer as titles_hinted, the way of the join left to the planner: over 10 MB of titles are sorted and merged.
SELECT
  p.title, count(*) AS requests, sum(l.bytes_sent) AS bytes_sent
FROM web_log l
JOIN pages p ON l.page_id = p.page_id
WHERE l.status = 200
GROUP BY p.title
ORDER BY requests DESC, bytes_sent DESC, p.title
LIMIT 100
