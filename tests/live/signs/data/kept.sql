SELECT key, upper(name) AS name FROM keys
