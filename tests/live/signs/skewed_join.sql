SELECT /*+ MERGE(k) */ count(*), max(concat(k.name, f.text)) FROM facts f JOIN keys k ON f.key = k.key
