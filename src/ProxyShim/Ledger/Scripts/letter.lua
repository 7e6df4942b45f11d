-- A person has judged a dead call: played after all, behind those that wait, or given up.
-- ARGV: id, number, 'replay' | 'discard' -> 'done' | 'missing'
local number = ARGV[2]
local call = call_field('d:' .. number)
if not call then return 'missing' end
redis.call('HDEL', CALLS, 'd:' .. number, 'r:' .. number)
redis.call('ZREM', LETTERS, id .. ':' .. number)
local letters, waiting = redis.call('HINCRBY', CALLS, 'letters', -1), count_of('count')
if ARGV[3] == 'replay' then
  local last = redis.call('HINCRBY', CALLS, 'last', 1)
  redis.call('HSET', CALLS, 'c:' .. last, call, 'count', waiting + 1, 'bytes', (waiting > 0 and count_of('bytes') or 0) + #call)
  if waiting == 0 then
    redis.call('HSET', CALLS, 'first', last)
    redis.call('ZADD', WAITING, text(now), id)
    redis.call('ZADD', PLAYING, text(next_look(get('state'))), id)
  end
elseif letters == 0 and waiting == 0 then
  redis.call('DEL', CALLS)
end
return 'done'
