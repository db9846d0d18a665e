SELECT /*+ BROADCAST(b) */ count(*), max(b.text) FROM range(0, 1000, 1, 2) a JOIN (SELECT id, lpad(CAST(id AS STRING), 300, 'x') AS text FROM range(0, 400000, 1, 2)) b ON a.id = b.id
