-- Takes a customer nobody has: hash, body and the end of the lease at once. A claim that comes too late is refused: its caller has given up on it.
-- Known comes before late: a caller who may still be listening must not take somebody's customer for nobody's.
-- ARGV: id, token, not_after, lease ms, body, body's life ms, xid, fingerprint, trace, caller, partner,
-- sub_ids ('' = none) -> 'claimed' | 'late' | 'known'
local token, not_after, lease = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('EXISTS', CONVERSION) == 1 then return 'known' end
if now > not_after then return 'late' end
redis.call('SET', BODY, ARGV[5], 'PX', ARGV[6])
local at, lease_end = text(now), now + lease
move(nil, 'claimed', lease_end, 'v', '1', 'token', token, 'lease', text(lease_end), 'claimed_at', at, 'age_from', at,
  'attempts', '0', 'resends', '0', 'last_attempt', at, 'xid', ARGV[7], 'fingerprint', ARGV[8], 'trace', ARGV[9], 'caller', ARGV[10],
  'partner', ARGV[11])
if ARGV[12] ~= '' then redis.call('HSET', CONVERSION, 'sub_ids', ARGV[12]) end
return 'claimed'
