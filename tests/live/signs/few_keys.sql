SELECT key % 2 AS odd, max(text) AS last FROM facts GROUP BY key % 2
