-- Claims a customer that has no entry: hash, body and the end of the lease at once. A claim that comes too late is refused: its caller no longer waits for it.
-- 'known' comes before 'late': a caller that still waits must not take a customer with an entry for one without.
-- Its times are this clock's, as the look-up has just read it. What is not written is read as what it would be: attempts and resends as 0, last_attempt as
-- claimed_at, v as 1. The body's TTL is as sent.lua needs it.
-- KEYS: conversion, body, due. ARGV: id, token, not_after, claimed at, end of the lease, body, body's TTL ms, xid, fingerprint, trace, caller, partner, and where
-- there are subIDs 'sub_ids' and these -> 'claimed' | 'late' | 'known'
if redis.call('EXISTS', CONVERSION) == 1 then return 'known' end
local clock = redis.call('TIME')
if clock[1] * 1000 + clock[2] / 1000 > tonumber(ARGV[3]) then return 'late' end
redis.call('SET', BODY, ARGV[6], 'PX', ARGV[7])
redis.call('ZADD', DUE, ARGV[5], id)
redis.call('HSET', CONVERSION, 'state', 'claimed', 'token', ARGV[2], 'lease', ARGV[5], 'claimed_at', ARGV[4], 'age_from', ARGV[4], 'xid', ARGV[8],
  'fingerprint', ARGV[9], 'trace', ARGV[10], 'caller', ARGV[11], 'partner', ARGV[12], unpack(ARGV, 13))
return 'claimed'
