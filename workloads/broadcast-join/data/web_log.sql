-- One row a request. A tenth of the pages gets half of the requests.
SELECT
  id AS request_id,
  CASE WHEN pmod(xxhash64(id, 1), 2) = 0 THEN pmod(xxhash64(id, 2), 12000) ELSE pmod(xxhash64(id, 3), 120000) END AS page_id,
  CAST(pmod(xxhash64(id, 4), 50) AS INT) AS section_id,
  CAST(CASE WHEN pmod(xxhash64(id, 5), 50) = 0 THEN 404 WHEN pmod(xxhash64(id, 5), 50) = 1 THEN 500 ELSE 200 END AS INT) AS status,
  200 + pmod(xxhash64(id, 6), 60000) AS bytes_sent
FROM range(0, ${rows}, 1, ${partitions})
