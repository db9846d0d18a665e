-- A handful of rows, which Spark broadcasts by itself.
SELECT CAST(id AS INT) AS section_id, concat('section ', CAST(id AS STRING)) AS section_name
FROM range(0, ${rows}, 1, ${partitions})
