# Counts a log as `proxyshim report --shadow --json` does, by another way: jq -n -f count-shadow.jq FILE
def counts: group_by(.) | map({key: .[0], value: length}) | from_entries;
def converts: .WouldBe == "converted";
["unknown_caller", "query_string", "content_type", "content_encoding", "body_too_large", "malformed_json", "missing_field", "invalid_field", "key_too_long", "unusual_path", "unusual_method"] as $early

# Of each line what is needed: nothing for one that is no event of this log, a call that was looked at, or one that was not read so far.
| [inputs
    | if type != "object" or .SchemaVersion != 1 then null
      elif .Event != "RequestHandled" then 0
      elif .Outcome == "shadowed" then {WouldBe, Reason, Xid, CustomerRef, PartnerKey, ClickPartnerKey, PartnerMismatch, SubIds, NoHome}
      elif (.Reason as $reason | $early | index([$reason]) != null) then [.Reason, .Caller]
      else 0 end]
| {
    lines: length, bad_lines: (map(select(. == null)) | length), calls: map(objects),
    early: map(arrays | {Reason: .[0], Caller: .[1]})
  }
| (.calls | map(select(.CustomerRef == null))) as $unnamed
| (.calls | map(select(.CustomerRef != null)) | group_by(.CustomerRef)) as $customers
| ([$customers[] | map(select(converts)) | select(length > 0) | .[0]] + ($unnamed | map(select(converts)))) as $conversions
| {
    lines, bad_lines,
    calls: (.calls | length),
    customers: (($customers | length) + ($unnamed | length)),
    conversions: ($conversions | length),
    fallbacks: (($customers | length) + ($unnamed | length) - ($conversions | length)),
    hits: (.calls | map(select(.Xid != null)) | length),
    misses: (.calls | map(select(.Reason == "no_click" or .Reason == "malformed_click")) | length),
    reasons: ((.calls | map(select(converts | not) | .Reason)) + (.early | map(.Reason)) | counts),
    not_ready: (.early | map("\(.Reason) \(.Caller // "(unknown)")") | counts),
    mismatches: (.calls | map(select(.PartnerMismatch) | "\(.PartnerKey) -> \(.ClickPartnerKey // "")") | counts),
    no_home: (.calls | map(select(.NoHome != null) | .NoHome | split(" ")[]) | counts),
    partners: ($conversions | map(.ClickPartnerKey // .PartnerKey) | counts),
    sub_ids: ($conversions | map(select(.SubIds != null) | .SubIds | split("|")[]) | counts)
  }
