-- Customers sorted into segments by what they spent and how often they came.
SELECT segment, count(*) AS customers, sum(purchases) AS purchases, sum(total) AS total
FROM (
  SELECT
    customer_id, purchases, total,
    CASE WHEN total >= 10000 AND purchases >= 50 THEN 'champion'
         WHEN total >= 5000 THEN 'loyal'
         WHEN purchases >= 20 THEN 'frequent'
         WHEN total >= 1000 THEN 'regular'
         ELSE 'occasional' END AS segment
  FROM (
    SELECT customer_id, count(*) AS purchases, sum(amount) AS total
    FROM transactions
    GROUP BY customer_id))
GROUP BY segment
ORDER BY segment
LIMIT 10
