-- The pages with most traffic. The hint has the page titles broadcast, whatever the planner thinks of their size.
SELECT /*+ BROADCAST(p) */
  p.title, count(*) AS requests, sum(l.bytes_sent) AS bytes_sent
FROM web_log l
JOIN pages p ON l.page_id = p.page_id
WHERE l.status = 200
GROUP BY p.title
ORDER BY requests DESC, bytes_sent DESC, p.title
LIMIT 100
