-- Given up: an operator decides. The body stays until then. Only the holder of the lease may say so.
-- What the last answer was, its status and what may be shown of its text, stays with it ('' = nothing).
-- ARGV: id, token, attempts, reason, status, text -> 'dead' | 'stale' | 'missing'
local refused = check_lease(ARGV[2])
if refused then return refused end
redis.call('HINCRBY', CONVERSION, 'attempts', ARGV[3])
if tonumber(ARGV[3]) > 0 then redis.call('HSET', CONVERSION, 'last_attempt', now) end
transition(get('state'), 'dead', now, 'dead_at', now, 'error', ARGV[4], 'answer_status', ARGV[5], 'answer_text', ARGV[6])
redis.call('HDEL', CONVERSION, 'token', 'lease')
redis.call('PERSIST', BODY)
return 'dead'
