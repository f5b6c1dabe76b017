-- Trials that count of every cell, with the fewest and most of a task.
SELECT cells.name AS cell,
       COUNT(*) AS tasks,
       SUM(n) AS trials,
       MIN(n) AS fewest,
       MAX(n) AS most
FROM task_results
JOIN cells ON cells.cell = task_results.cell
WHERE task IS NOT NULL
GROUP BY cells.name
ORDER BY cells.name
