-- The three stores of each month that sold most, with their region.
SELECT sale_month, store_id, region, sales, total, place
FROM (
  SELECT
    m.sale_month, m.store_id, s.region, m.sales, m.total,
    row_number() OVER (PARTITION BY m.sale_month ORDER BY m.total DESC, m.store_id) AS place
  FROM (
    SELECT trunc(transaction_date, 'MM') AS sale_month, store_id, count(*) AS sales, sum(amount) AS total
    FROM transactions
    GROUP BY trunc(transaction_date, 'MM'), store_id) m
  JOIN stores s ON m.store_id = s.store_id)
WHERE place <= 3
ORDER BY sale_month, place
LIMIT 1000
