-- pass^k for k from 1 to 4 of every cell: the mean over tasks of C(c, k) / C(n, k), tasks with fewer than k trials left out
-- (`taureport analyze --ragged available`).
SELECT cells.name AS cell,
       COUNT(*) AS tasks,
       AVG(c * 1.0 / n) AS pass_1,
       AVG(CASE WHEN n >= 2 THEN c * (c - 1) * 1.0 / (n * (n - 1)) END) AS pass_2,
       AVG(CASE WHEN n >= 3 THEN c * (c - 1) * (c - 2) * 1.0 / (n * (n - 1) * (n - 2)) END) AS pass_3,
       AVG(CASE WHEN n >= 4 THEN c * (c - 1) * (c - 2) * (c - 3) * 1.0 / (n * (n - 1) * (n - 2) * (n - 3)) END) AS pass_4
FROM task_results
JOIN cells ON cells.cell = task_results.cell
WHERE n > 0 AND task IS NOT NULL
GROUP BY cells.name
ORDER BY cells.name
