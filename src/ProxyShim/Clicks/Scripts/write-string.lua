-- Keeps the newest click of each customer. KEYS: the clicks. ARGV, for each: its value, and how long it lives (ms).
-- Says a letter for each: w (written), s (the same was there), o (what was there is newer).

-- In ms since 1970; 0: not known. A quotation mark in a text is escaped, so nothing but the field itself looks like it.
local function time(click)
  local at = tonumber(string.match(click, '"clicked_at":"?(%d+)[",}]')) or 0
  return at < 100000000000 and at * 1000 or at
end

local said = {}
for i, key in ipairs(KEYS) do
  local value, lives = ARGV[2 * i - 1], ARGV[2 * i]
  said[i] = 'w'
  -- Most customers have no click yet.
  if not redis.call('SET', key, value, 'NX', 'PX', lives) then
    local current = redis.pcall('GET', key)
    if current == value then
      said[i] = 's'
    elseif type(current) == 'string' and time(current) > time(value) then
      said[i] = 'o'
    end
    if said[i] == 'w' then redis.call('SET', key, value, 'PX', lives) end
  end
end
return table.concat(said)
