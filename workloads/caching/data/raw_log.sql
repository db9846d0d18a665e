-- Lines of a web server's log, as text: address, time, request, status, bytes.
SELECT
  concat(
    '10.', CAST(pmod(xxhash64(id, 1), 256) AS STRING), '.', CAST(pmod(xxhash64(id, 2), 256) AS STRING), '.',
    CAST(pmod(xxhash64(id, 3), 256) AS STRING),
    ' - - [2024-03-', lpad(CAST(1 + pmod(xxhash64(id, 4), 28) AS STRING), 2, '0'), ':',
    lpad(CAST(pmod(xxhash64(id, 5), 24) AS STRING), 2, '0'), '] "GET /page/', CAST(pmod(xxhash64(id, 6), 5000) AS STRING),
    ' HTTP/1.1" ', CASE WHEN pmod(xxhash64(id, 7), 50) = 0 THEN '404' ELSE '200' END, ' ',
    CAST(200 + pmod(xxhash64(id, 8), 60000) AS STRING)) AS line
FROM range(0, ${rows}, 1, ${partitions})
