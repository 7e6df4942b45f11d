-- About to be acknowledged as queued: is it still there, and not given away? A failover may have forgotten it since, its holder may have let it go; after
-- this its holder may not any more. WAIT, which may come next, looks only at what its own connection has written, and that of a repeated request, or of a
-- new connection, has written nothing: so this writes.
-- ARGV: id -> 'known' | 'missing' | 'fallback'
local state = get('state')
if not state then return 'missing' end
if state == 'fallback' then return 'fallback' end
redis.call('HSET', CONVERSION, 'acknowledged_at', now)
if state == 'held' and redis.call('HEXISTS', CONVERSION, 'looks') == 0 then
  -- Until here its caller might have given it away, so nobody looked for its click.
  redis.call('HDEL', CONVERSION, 'token')
  redis.call('ZADD', HELD, text(now), id)
end
return 'known'
