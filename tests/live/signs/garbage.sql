SELECT sum(size(texts)) FROM (SELECT id % 2 AS odd, collect_list(CAST(id AS STRING)) AS texts FROM range(0, 1500000, 1, 2) GROUP BY id % 2)
