-- Add entries to a conversation, make it when it is new, renew its time to live; atomic, so that the counter
-- is right whoever else adds. What cannot be read, or has another type, is replaced.
-- KEYS: meta, history, index of the conversations that count against MAX_SESSIONS
-- ARGV: meta of a new conversation, now (RFC 3339), seconds to live, entries to keep (0: all), id, expiry (unix),
--       1 when nothing is to be made anew, entries…
-- Reply: how many messages the conversation has had; 0 when there is none and none was made
local meta_key, history_key, index_key = KEYS[1], KEYS[2], KEYS[3]
local fresh, now, seconds, keep = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

local meta
if redis.call('TYPE', meta_key).ok == 'string' then
  local readable, found = pcall(cjson.decode, redis.call('GET', meta_key))
  if readable and type(found) == 'table' and type(found.id) == 'string' and type(found.created_at) == 'string' then
    meta = found
  end
end
if not meta and ARGV[7] == '1' then
  return 0
end
meta = meta or cjson.decode(fresh)
meta.message_count = (tonumber(meta.message_count) or 0) + #ARGV - 7
meta.updated_at = now
redis.call('SET', meta_key, cjson.encode(meta), 'EX', seconds)

local kind = redis.call('TYPE', history_key).ok
if kind ~= 'list' and kind ~= 'none' then
  redis.call('DEL', history_key)
end
for at = 8, #ARGV do
  redis.call('RPUSH', history_key, ARGV[at])
end
if keep > 0 then
  redis.call('LTRIM', history_key, -keep, -1)
end
redis.call('EXPIRE', history_key, seconds)
redis.call('ZADD', index_key, 'XX', ARGV[6], ARGV[5])
return meta.message_count
