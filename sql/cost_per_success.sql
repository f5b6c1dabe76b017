-- US dollars for the agent and the user simulator, by episode and by success, where both costs are known of all that counts.
SELECT cells.name AS cell,
       SUM(agent_cost_usd + user_cost_usd) / SUM(episodes) AS usd_per_episode,
       CASE WHEN SUM(c) > 0 THEN SUM(agent_cost_usd + user_cost_usd) / SUM(c) END AS usd_per_success
FROM task_results
JOIN cells ON cells.cell = task_results.cell
GROUP BY cells.name
HAVING SUM(agent_cost_episodes) = SUM(episodes) AND SUM(user_cost_episodes) = SUM(episodes)
ORDER BY cells.name
