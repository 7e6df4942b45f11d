-- Before it is acknowledged as queued: is it still there, and not left to the Customer API? A failover may have lost it since, or its holder released it; after
-- this its holder may do so no longer. WAIT, which may come next, looks only at the writes of its own connection
-- (https://redis.io/docs/latest/commands/wait/); that of a repeated request, or a new one, has written nothing: so this writes.
-- ARGV: id, the token of who has just had it held ('' = anybody else) -> 'known' | 'missing' | 'fallback'
local state = get('state')
if not state then return 'missing' end
if state == 'fallback' then return 'fallback' end
redis.call('HSET', CONVERSION, 'acknowledged_at', now)
if state == 'held' and get('token') == ARGV[2] then
  -- Until here it might have been left to the Customer API, so no worker looked for its click. Nobody else can tell that it was not.
  redis.call('HDEL', CONVERSION, 'token', 'maybe')
  redis.call('ZADD', HELD, text(now), id)
end
return 'known'
