-- Events joined to customers by sorting and merging, then summed by segment: all rows of the hot key meet in one task.
SELECT /*+ MERGE(c) */
  c.segment, count(*) AS events, sum(e.quantity) AS quantity, sum(e.amount) AS total,
  max(concat(c.customer_name, e.payload)) AS last_name
FROM events e
JOIN customers c ON e.customer_key = c.customer_key
GROUP BY c.segment
ORDER BY c.segment
LIMIT 100
