SELECT id AS key, concat('key ', id) AS name FROM range(0, ${rows}, 1, ${partitions})
