-- The same answer as group_plain, in two steps: every key is split into 8 by a salt, summed, and summed again.
SELECT customer_key, sum(events) AS events, sum(quantity) AS quantity, sum(total) AS total
FROM (
  SELECT customer_key, salt, count(*) AS events, sum(quantity) AS quantity, sum(amount) AS total
  FROM (SELECT customer_key, quantity, amount, pmod(event_id, 8) AS salt FROM events)
  GROUP BY customer_key, salt)
GROUP BY customer_key
ORDER BY total DESC, customer_key
LIMIT 100
