-- One row a key.
SELECT
  id AS customer_key,
  concat('customer ', md5(CAST(id AS STRING))) AS customer_name,
  CAST(pmod(xxhash64(id, 11), 20) AS INT) AS segment
FROM range(0, ${rows}, 1, ${partitions})
