-- The lines taken apart. The literal keeps Spark from taking the views for one and the same relation, which would
-- give all of them the cache of the first.
SELECT
  'DISK_ONLY' AS cache_level,
  split(line, ' ')[0] AS address,
  CAST(substring(split(line, ' ')[3], 10, 2) AS INT) AS day,
  CAST(substring(split(line, ' ')[3], 13, 2) AS INT) AS hour,
  split(line, ' ')[5] AS path,
  CAST(split(line, ' ')[7] AS INT) AS status,
  CAST(split(line, ' ')[8] AS BIGINT) AS bytes_sent
FROM raw_log
