-- What the scripts about kept calls have in common. KEYS go on: the customer's calls, then the partition's waiting, playing, letters.
-- A customer's calls are one hash: each call under its number (c:7), the first and the last number, how many wait and how many bytes; who plays the first
-- (token), whether it was begun already (tried) and how often (attempts); dead calls (d:7), why (r:7), and how many (letters).

local CALLS, WAITING, PLAYING, LETTERS = KEYS[7], KEYS[8], KEYS[9], KEYS[10]

local function call_field(field) return redis.call('HGET', CALLS, field) end

local function count_of(field) return tonumber(call_field(field) or '0') end

-- Until PartnerStack shows a customer, its calls wait.
local UNVERIFIED_STATES = { held = true, claimed = true, due = true, ambiguous = true, sent = true }

-- Shown, or no read-back will come: the Customer API has the customer, or what was sent can no longer be read back.
local function is_playable(state)
  return not state or state == 'verified' or state == 'fallback' or (state == 'sent' and not redis.call('ZSCORE', UNVERIFIED, id))
end

-- When to look at them again: a second after whatever the customer waits for, and once a minute while that is an operator. While a worker holds the customer
-- the index has the end of its lease, and the work ends much sooner.
local function next_look(state)
  if is_playable(state) then return now end
  if (get('token') or '') ~= '' then return now + 1000 end
  local index = index_of(state)
  local score = index and index ~= DEAD and redis.call('ZSCORE', index, id)
  return score and math.max(now, tonumber(score)) + 1000 or now + 60000
end

-- A call goes behind those that wait, and is looked at as soon as the first of them can be played.
local function append(call)
  local waiting = count_of('count')
  local number = redis.call('HINCRBY', CALLS, 'last', 1)
  redis.call('HSET', CALLS, 'c:' .. number, call, 'count', waiting + 1, 'bytes', (waiting > 0 and count_of('bytes') or 0) + #call)
  if waiting == 0 then
    redis.call('HSET', CALLS, 'first', number)
    redis.call('ZADD', WAITING, text(now), id)
    redis.call('ZADD', PLAYING, text(next_look(get('state'))), id)
  end
end

-- The last that waited is gone; dead ones stay.
local function end_waiting()
  redis.call('ZREM', WAITING, id)
  redis.call('ZREM', PLAYING, id)
  if count_of('letters') == 0 then redis.call('DEL', CALLS) end
end

-- Deletes all of the customer's calls, dead ones too.
local function forget_calls()
  local dead = count_of('letters')
  if dead > 0 then
    for number = 1, count_of('last') do
      if redis.call('HEXISTS', CALLS, 'd:' .. number) == 1 then redis.call('ZREM', LETTERS, id .. ':' .. number) end
    end
  end
  redis.call('DEL', CALLS)
  redis.call('ZREM', WAITING, id)
  redis.call('ZREM', PLAYING, id)
end
