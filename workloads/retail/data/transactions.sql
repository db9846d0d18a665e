-- One row a sale over two years. A quarter of the sales go to a fiftieth of the customers; there are 20 sales
-- a customer at every scale. A product has one price (1.00 to 99.99); the amount is one to five pieces of it.
SELECT
  id + 1 AS transaction_id,
  1 + CASE WHEN pmod(xxhash64(id, 1), 4) = 0
           THEN pmod(xxhash64(id, 2), 1 + CAST(${rows} AS BIGINT) DIV 1000)
           ELSE pmod(xxhash64(id, 3), 1 + CAST(${rows} AS BIGINT) DIV 20) END AS customer_id,
  CAST(1 + pmod(xxhash64(id, 4), 1000) AS INT) AS product_id,
  CAST(CAST((1 + pmod(xxhash64(id, 5), 5)) * (100 + pmod(xxhash64(pmod(xxhash64(id, 4), 1000), 6), 9900)) AS DECIMAL(10, 0))
       * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(10, 2)) AS amount,
  date_add(DATE '2023-01-01', CAST(pmod(xxhash64(id, 7), 730) AS INT)) AS transaction_date,
  CAST(1 + pmod(xxhash64(id, 8), 200) AS INT) AS store_id
FROM range(0, ${rows}, 1, ${partitions})
