-- What is known of a customer (of KEYS the conversion alone, no ARGV), and the server's time, in a cluster. -> now, state, xid, claimed_at, fingerprint, lease
local known = redis.call('HMGET', CONVERSION, 'state', 'xid', 'claimed_at', 'fingerprint', 'lease')
return { text(now), known[1], known[2], known[3], known[4], known[5] }
