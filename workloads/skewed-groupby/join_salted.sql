-- The same answer as join_plain: only the hot key is split, into 8, and its customer is repeated for each part.
SELECT /*+ MERGE(c) */
  c.segment, count(*) AS events, sum(e.quantity) AS quantity, sum(e.amount) AS total,
  max(concat(c.customer_name, e.payload)) AS last_name
FROM (
  SELECT customer_key, quantity, amount, payload,
         CASE WHEN customer_key = 0 THEN pmod(event_id, 8) ELSE 0 END AS salt
  FROM events) e
JOIN (
  SELECT customer_key, customer_name, segment,
         explode(CASE WHEN customer_key = 0 THEN sequence(0L, 7L) ELSE array(0L) END) AS salt
  FROM customers) c ON e.customer_key = c.customer_key AND e.salt = c.salt
GROUP BY c.segment
ORDER BY c.segment
LIMIT 100
