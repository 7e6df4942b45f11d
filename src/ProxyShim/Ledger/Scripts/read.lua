-- What is known of a customer (of KEYS the conversion alone, no ARGV), and the server's time. -> now | now, state, xid, claimed_at, fingerprint, lease
local known = redis.call('HMGET', CONVERSION, 'state', 'xid', 'claimed_at', 'fingerprint', 'lease')
if not known[1] then return now end
return { now, known[1], known[2], known[3], known[4], known[5] }
