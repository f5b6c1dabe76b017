-- P50 and P95 of the agent's turn gaps in milliseconds by environment and model (nearest rank), of the episodes that stay.
SELECT env,
       model,
       COUNT(*) AS turns,
       MIN(CASE WHEN place * 100 >= 50 * total THEN gap_ms END) AS p50_ms,
       MIN(CASE WHEN place * 100 >= 95 * total THEN gap_ms END) AS p95_ms
FROM (
    SELECT runs.env AS env,
           runs.model AS model,
           turns.gap_ms AS gap_ms,
           ROW_NUMBER() OVER (PARTITION BY runs.env, runs.model ORDER BY turns.gap_ms) AS place,
           COUNT(*) OVER (PARTITION BY runs.env, runs.model) AS total
    FROM turns
    JOIN episodes ON episodes.run = turns.run AND episodes.record = turns.record
    JOIN runs ON runs.run = turns.run
    WHERE turns.role = 'agent' AND turns.gap_ms IS NOT NULL AND episodes.fate = 'kept'
) AS timed
GROUP BY env, model
ORDER BY env, model
