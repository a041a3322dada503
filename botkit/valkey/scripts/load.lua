-- Read a record for the entry at hand and raise its epoch to the reader's. From then on an earlier owner that
-- was only paused cannot save any more, even where the new owner ends up changing nothing.
--
-- KEYS[1] the record (hash: version, epoch, data, order, and '@<entry>' → the replies of an applied entry)
-- ARGV    epoch, entry, time to live in milliseconds for a record that does not exist yet
-- Reply   {version, data, replies} with '' for what is not there, or the later epoch that has been here
local stored = redis.call('HMGET', KEYS[1], 'version', 'epoch', 'data', '@' .. ARGV[2])
local epoch = tonumber(stored[2] or 0)
if epoch > tonumber(ARGV[1]) then
  return epoch
end
if epoch < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
  if not stored[2] then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  end
end
return {stored[1] or '', stored[3] or '', stored[4] or ''}
