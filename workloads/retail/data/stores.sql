-- 200 stores in 8 regions; a tenth of them is closed.
SELECT
  CAST(id + 1 AS INT) AS store_id,
  concat('Store ', CAST(id + 1 AS STRING)) AS store_name,
  concat('region-', CAST(1 + pmod(xxhash64(id, 11), 8) AS STRING)) AS region,
  pmod(xxhash64(id, 12), 10) <> 0 AS is_open
FROM range(0, ${rows}, 1, ${partitions})
