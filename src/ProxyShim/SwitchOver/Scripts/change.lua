-- Puts a newer state of the rollout in place. KEYS: it. ARGV: its revision, what it says.
local revision = redis.call('HGET', KEYS[1], 'revision')
if (tonumber(revision or 0) or 0) >= tonumber(ARGV[1]) then return 'newer' end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'state', ARGV[2])
return 'changed'
