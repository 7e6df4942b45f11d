# Counts a log as `proxyshim report --json` does, in the order of its lines: jq -n -f count.jq FILE
def tally($name): .[$name] += 1;

# The report names the first thousand partners that it meets.
def partner($name): if has($name) or length < 1000 then $name else "(other)" end;

reduce inputs as $e ({
    lines: 0, bad_lines: 0, sent: 0, sent_inline: 0, verified: 0, phantoms: 0, dead: {}, kept: 0, played: 0, dead_calls: {}, requests: 0, outcomes: {}, fallbacks: {}, hits: 0, misses: 0,
    attempts: {}, alerts: {}, dropped: 0, callers: {}, partners: {}
  };
  .lines += 1
  | if ($e | type) != "object" or $e.SchemaVersion != 1 then .bad_lines += 1
    elif $e.Event == "RequestHandled" then
      .requests += 1
      | .outcomes |= tally($e.Outcome)
      | (if $e.Outcome == "fallback" then .fallbacks |= tally($e.Reason) else . end)
      | (if $e.Outcome == "held" then . elif $e.Reason == "no_click" or $e.Reason == "malformed_click" then .misses += 1
         elif $e.Xid != null and $e.Outcome != "duplicate" and $e.Outcome != "passthrough" and $e.Reason != "fallback_before" then .hits += 1 else . end)
      | (if $e.Caller != null then .callers |= tally($e.Caller) else . end)
      | (if $e.PartnerKey != null then .partners |= tally(partner($e.PartnerKey)) else . end)
    elif $e.Event == "DeliveryAttempted" then .attempts |= tally($e.Result)
    elif $e.Event == "ConversionSent" then .sent += 1 | (if $e.Inline then .sent_inline += 1 else . end)
    elif $e.Event == "ConversionVerified" then .verified += 1
    elif $e.Event == "ConversionPhantom" then .phantoms += 1
    elif $e.Event == "ConversionDead" then .dead |= tally($e.Reason)
    elif $e.Event == "CallKept" then .kept += 1
    elif $e.Event == "CallPlayed" then .played += 1
    elif $e.Event == "CallDead" then .dead_calls |= tally($e.Reason)
    elif $e.Event == "HoldEnded" then (if $e.Result == "click_found" or $e.Reason == "partner_mismatch" then .hits += 1 else .misses += 1 end)
    elif $e.Event == "Alert" then .alerts |= tally($e.Alert)
    elif $e.Event == "LogEventsDropped" then .dropped += $e.Count
    else error("unknown event") end)
