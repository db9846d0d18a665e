-- Sums by key. Each task first sums what it has read, so a hot key costs nothing here.
SELECT customer_key, count(*) AS events, sum(quantity) AS quantity, sum(amount) AS total
FROM events
GROUP BY customer_key
ORDER BY total DESC, customer_key
LIMIT 100
