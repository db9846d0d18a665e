SELECT count(*), max(n) FROM (SELECT row_number() OVER (ORDER BY text) AS n, text, id FROM facts)
