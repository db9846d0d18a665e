-- What good customers spend in which region: the store table is broadcast, closed stores are filtered out,
-- and only customers with a total of over 1000 in a region stay.
SELECT /*+ BROADCAST(s) */
  t.customer_id,
  s.region,
  count(*) AS purchases,
  sum(t.amount) AS total,
  max(t.transaction_date) AS last_purchase
FROM transactions t
JOIN stores s ON t.store_id = s.store_id
WHERE s.is_open AND t.transaction_date >= DATE '2023-07-01'
GROUP BY t.customer_id, s.region
HAVING sum(t.amount) > 1000
ORDER BY total DESC, t.customer_id, s.region
LIMIT 500
