-- What the scripts have in common. Before a script stand those of these paragraphs that define a name which it mentions, or which one of them mentions: Redis
-- executes all of a script at every call. KEYS: conversion, body, due, unverified, dead, held; ARGV[1]: the conversion's id. All of one partition.

local CONVERSION = KEYS[1]

local BODY = KEYS[2]

local DUE = KEYS[3]

local UNVERIFIED = KEYS[4]

local DEAD = KEYS[5]

local HELD = KEYS[6]

local id = ARGV[1]

-- Each state has one index, or none; an entry stands in its state's index and in no other.
local function index_of(state)
  if state == 'claimed' or state == 'due' then return DUE end
  if state == 'sent' or state == 'ambiguous' then return UNVERIFIED end
  return state == 'dead' and DEAD or state == 'held' and HELD or nil
end

-- The server's clock is the only one: a client's may be wrong, and two clients' differ.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- As text, where it costs: before 7.2 Redis prints a number with %.17g (https://github.com/redis/redis/blob/7.0.0/src/script_lua.c), which takes longer than
-- some commands.
local function text(number) return string.format('%d', number) end

local function get(field) return redis.call('HGET', CONVERSION, field) end

-- For what only the holder of the lease may do: nil when the token is the holder's, else the reply.
local function check_lease(token)
  local known = redis.call('HMGET', CONVERSION, 'state', 'token')
  if not known[1] then return 'missing' end
  if known[2] ~= token then return 'stale' end
  return nil
end

-- The same for what ends the delivery: not even the holder may, once a caller has been told that it will be delivered.
local function check_lease_unacknowledged(token)
  return check_lease(token) or redis.call('HEXISTS', CONVERSION, 'acknowledged_at') == 1 and 'stale' or nil
end

-- Who had it held has not said yet that its caller is about to be told (acknowledge.lua): for all that is known it did not hear of the hold, and left the customer
-- to the Customer API.
local function is_unconfirmed() return get('token') and redis.call('HEXISTS', CONVERSION, 'looks') == 0 end

-- The last answer is shown of dead letters only.
local function forget_answer() redis.call('HDEL', CONVERSION, 'answer_status', 'answer_text') end

-- The body expires only where nothing works on the entry any more: its TTL counts from the end of whatever the entry waits for.
local function extend_body_ttl(wait, ttl) redis.call('PEXPIRE', BODY, text(wait + ttl)) end

-- Puts the entry into a state and into its index; without a score into no index.
local function transition(from, to, score, ...)
  local old, new = index_of(from), score and index_of(to)
  if old and old ~= new then redis.call('ZREM', old, id) end
  if new then redis.call('ZADD', new, text(score), id) end
  redis.call('HSET', CONVERSION, 'state', to, ...)
end
