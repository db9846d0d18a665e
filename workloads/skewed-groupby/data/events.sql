-- Nine rows of ten have key 0; the others spread evenly over keys 1 to 1999.
SELECT
  id AS event_id,
  CASE WHEN pmod(xxhash64(id, 1), 100) < 90 THEN 0 ELSE 1 + pmod(xxhash64(id, 2), 1999) END AS customer_key,
  CAST(pmod(xxhash64(id, 3), 1000) AS INT) AS quantity,
  CAST(CAST(pmod(xxhash64(id, 4), 100000) AS DECIMAL(10, 0)) * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(10, 2)) AS amount,
  md5(CAST(id AS STRING)) AS payload
FROM range(0, ${rows}, 1, ${partitions})
