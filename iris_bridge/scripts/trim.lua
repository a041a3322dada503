-- Trim the reply stream up to what every group has finished, never past anything unconfirmed, and forget the consumers
-- of processes long gone.
--
-- KEYS    stream, lease
-- ARGV    group, consumer, epoch, idle milliseconds after which a consumer is forgotten
-- Reply   how many entries went, 'fenced', 'nogroup'
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[3] then
  return 'fenced'
end
local function fields(flat)
  local row = {}
  for i = 1, #flat, 2 do
    row[flat[i]] = flat[i + 1]
  end
  return row
end
local function before(one, other)
  local ms, seq = string.match(one, '(%d+)-(%d+)')
  local other_ms, other_seq = string.match(other, '(%d+)-(%d+)')
  if ms ~= other_ms then
    return tonumber(ms) < tonumber(other_ms)
  end
  return tonumber(seq) < tonumber(other_seq)
end
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if groups.err then
  return 'nogroup'
end
local oldest
local known = false
for _, flat in ipairs(groups) do
  local group = fields(flat)
  known = known or group.name == ARGV[1]
  local kept = group['last-delivered-id']
  if group.pending > 0 then
    kept = redis.call('XPENDING', KEYS[1], group.name)[2]
  end
  if not oldest or before(kept, oldest) then
    oldest = kept
  end
end
if not known then
  return 'nogroup'
end
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = fields(flat)
  if consumer.name ~= ARGV[2] and consumer.pending == 0 and consumer.idle > tonumber(ARGV[4]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
  end
end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', oldest)
