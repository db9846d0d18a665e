SELECT max(length(slept)) FROM (SELECT reflect('java.lang.Thread', 'sleep', IF(id = 3, 800L, 60L)) AS slept FROM range(0, 8, 1, 8))
