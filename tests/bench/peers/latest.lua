-- The latest value of each symbol, which only moves forward in market time: what every peer runs.
-- KEYS[1]: the hash. ARGV: symbol, market time and value as JSON, for each. Returns how many moved.
local moved = 0
for i = 1, #ARGV, 3 do
  local symbol, at, value = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local known = redis.call('HGET', KEYS[1], symbol)
  if not known or cjson.decode(known).at < at then
    redis.call('HSET', KEYS[1], symbol, value)
    moved = moved + 1
  end
end
return moved
