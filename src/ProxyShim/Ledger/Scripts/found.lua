-- The click has come: to be sent now, as if it had been there from the start. Only the holder of the lease may say so.
-- ARGV: id, token, body, body's life ms, xid, partner, sub_ids ('' = none) -> 'due' | 'stale' | 'missing'
local refused = refuse(ARGV[2])
if refused then return refused end
redis.call('SET', BODY, ARGV[3], 'PX', ARGV[4])
move('held', 'due', now, 'xid', ARGV[5], 'age_from', text(now), 'attempts', '0', 'maybe', '0', 'error', 'click_found')
redis.call('HDEL', CONVERSION, 'token')
if ARGV[6] ~= '' then redis.call('HSET', CONVERSION, 'partner', ARGV[6]) end
if ARGV[7] ~= '' then redis.call('HSET', CONVERSION, 'sub_ids', ARGV[7]) end
return 'due'
