-- Sales of each day, with the number of different customers.
SELECT transaction_date, count(*) AS sales, count(DISTINCT customer_id) AS customers, sum(amount) AS total
FROM transactions
GROUP BY transaction_date
ORDER BY transaction_date
LIMIT 1000
