-- Page titles of 112 characters that do not compress: with 120,000 rows the table is over the 10 MB up to
-- which Spark broadcasts by itself.
SELECT
  id AS page_id,
  concat('The page about ', md5(CAST(id AS STRING)), ' ', sha2(CAST(id AS STRING), 256)) AS title
FROM range(0, ${rows}, 1, ${partitions})
