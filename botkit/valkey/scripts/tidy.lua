-- Trim old entries and forget the consumers of processes long gone, if the caller still owns the stream.
--
-- KEYS    stream, lease
-- ARGV    group, consumer, epoch, oldest id to keep, idle milliseconds after which a consumer is forgotten
-- Reply   how many consumers were forgotten, 'fenced', 'nogroup'
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[3] then
  return 'fenced'
end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then
  return 'nogroup'
end
redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[4])
local forgotten = 0
for _, consumer in ipairs(consumers) do
  local row = {}
  for i = 1, #consumer, 2 do
    row[consumer[i]] = consumer[i + 1]
  end
  if row.name ~= ARGV[2] and row.pending == 0 and row.idle > tonumber(ARGV[5]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], row.name)
    forgotten = forgotten + 1
  end
end
return forgotten
