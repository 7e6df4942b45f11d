# The same numbers from the report itself: jq -f reshape.jq REPORT
{
  lines, bad_lines, sent: .conversions.sent, sent_inline: .conversions.sent_inline, verified: .conversions.verified, phantoms: .conversions.phantoms,
  dead: .conversions.dead, kept: .calls.kept, played: .calls.played, dead_calls: .calls.dead, requests, outcomes, fallbacks, hits: .clicks.hits, misses: .clicks.misses, attempts, alerts, dropped: .dropped_events,
  callers: (.latency_ms.by_caller | map_values(.count)), partners: (.latency_ms.by_partner | map_values(.count))
}
