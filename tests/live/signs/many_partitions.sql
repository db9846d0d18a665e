SELECT count(*), sum(key) FROM (SELECT /*+ REPARTITION(300, key) */ key FROM keys)
