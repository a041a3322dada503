-- Write a record, if it is still the one that was loaded and no later owner has touched it; remember the entry
-- that was applied with its replies; append to the ledger stream in the same breath.
--
-- KEYS    record, ledger stream (only when there is something to append)
-- ARGV    expected version ('' = none), epoch ('' = no owner writes: keep the stored one), data,
--         time to live in milliseconds, entry ('' = none), replies, how many applied entries to remember,
--         then field, value … of the ledger entry
-- Reply   the new version, 'conflict', or (a number) the later epoch that has been here
local stored = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'order')
local epoch = tonumber(stored[2] or 0)
if ARGV[2] ~= '' and epoch > tonumber(ARGV[2]) then
  return epoch
end
if (stored[1] or '') ~= ARGV[1] then
  return 'conflict'
end

if #ARGV > 7 then
  redis.call('XADD', KEYS[2], '*', unpack(ARGV, 8)) -- first: a full Valkey refuses it, and then all of it
end

local version
if stored[1] then
  version = string.format('%.0f', tonumber(stored[1]) + 1)
else
  -- Versions never restart, even when the record had expired: the first one is the server's time in microseconds.
  local time = redis.call('TIME')
  version = string.format('%.0f', time[1] * 1000000 + time[2])
end

local order = stored[3] or ''
if ARGV[5] ~= '' then
  order = order == '' and ARGV[5] or order .. ' ' .. ARGV[5]
  local known = {}
  for id in string.gmatch(order, '%S+') do
    known[#known + 1] = id
  end
  local surplus = #known - tonumber(ARGV[7])
  for i = 1, surplus do
    redis.call('HDEL', KEYS[1], '@' .. known[i])
  end
  order = table.concat(known, ' ', math.max(1, surplus + 1))
  redis.call('HSET', KEYS[1], '@' .. ARGV[5], ARGV[6])
end

redis.call('HSET', KEYS[1], 'version', version, 'data', ARGV[3], 'order', order)
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return version
