-- Holds a customer that has no entry, and whose click is not there yet: hash, body and index at once. Too late is refused, as a claim is. No worker looks for the
-- click before the caller is about to be told (acknowledge.lua): until then the customer may still be left to the Customer API. When the lease is over it has been,
-- for all that is known (take_held.lua).
-- ARGV: id, token, not_after, lease ms, body, body's TTL ms, how long it is held ms, fingerprint, trace, caller -> 'claimed' | 'late' | 'known'
local token, not_after, lease = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('EXISTS', CONVERSION) == 1 then return 'known' end
if now > not_after then return 'late' end
redis.call('SET', BODY, ARGV[5], 'PX', ARGV[6])
local at = text(now)
transition(nil, 'held', now + lease, 'v', '1', 'token', token, 'claimed_at', at, 'age_from', text(now + tonumber(ARGV[7])),
  'attempts', '0', 'resends', '0', 'last_attempt', at, 'xid', '', 'fingerprint', ARGV[8], 'trace', ARGV[9], 'caller', ARGV[10])
return 'claimed'
