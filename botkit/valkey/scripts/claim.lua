-- Take over pending entries, if the caller still owns the stream. Entries that were trimmed away are dropped
-- from the pending list by XCLAIM itself.
--
-- KEYS    stream, lease
-- ARGV    group, consumer, epoch, id …
-- Reply   the claimed entries, 'fenced', 'nogroup'
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[3] then
  return 'fenced'
end
local claimed = redis.pcall('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ARGV, 4))
if claimed.err and string.find(claimed.err, 'NOGROUP', 1, true) then
  return 'nogroup'
end
return claimed
