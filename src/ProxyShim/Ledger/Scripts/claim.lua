-- Takes a customer nobody has: hash, body and the end of the lease at once. A claim that comes too late is refused: its caller has given up on it.
-- Known comes before late: a caller who may still be listening must not take somebody's customer for nobody's.
-- What is not written is read as what it would be: attempts and resends as 0, last_attempt as claimed_at, v as 1. The body's life is counted as sent.lua needs it.
-- KEYS: conversion, body, due. ARGV: id, token, not_after, lease ms, body, body's life ms, xid, fingerprint, trace, caller, partner,
-- sub_ids ('' = none) -> 'claimed' | 'late' | 'known'
if redis.call('EXISTS', CONVERSION) == 1 then return 'known' end
if now > tonumber(ARGV[3]) then return 'late' end
redis.call('SET', BODY, ARGV[5], 'PX', ARGV[6])
local at, lease_end = text(now), text(now + ARGV[4])
redis.call('ZADD', DUE, lease_end, id)
redis.call('HSET', CONVERSION, 'state', 'claimed', 'token', ARGV[2], 'lease', lease_end, 'claimed_at', at, 'age_from', at, 'xid', ARGV[7],
  'fingerprint', ARGV[8], 'trace', ARGV[9], 'caller', ARGV[10], 'partner', ARGV[11])
if ARGV[12] ~= '' then redis.call('HSET', CONVERSION, 'sub_ids', ARGV[12]) end
return 'claimed'
