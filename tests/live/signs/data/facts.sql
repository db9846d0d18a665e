SELECT id, IF(id % 10 = 0, 1 + pmod(xxhash64(id), 1999), 0) AS key, sha2(CAST(id AS STRING), 256) AS text FROM range(0, ${rows}, 1, ${partitions})
