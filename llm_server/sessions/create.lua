-- Make a conversation, unless as many are alive as may be.
-- KEYS: meta, index of the living conversations (score: when they end)
-- ARGV: meta, seconds to live, id, now (unix), limit
-- Reply: 1 made, 0 refused
local seconds, now = tonumber(ARGV[2]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[5]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', seconds)
redis.call('ZADD', KEYS[2], now + seconds, ARGV[3])
redis.call('EXPIRE', KEYS[2], seconds)
return 1
