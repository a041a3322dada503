-- Take a row of the chat log: write what it means for a stream, remember that it was taken, move the cursor. In one
-- breath: a crash between the mark and the XADD would turn catching up into a silent loss. XADD comes first, because
-- a full Valkey refuses it and then nothing has happened.
--
-- KEYS    lease, cursor (hash: row, epoch), then, when there is something to write: seen mark, stream
-- ARGV    epoch, row, '1' = the cursor may go back (a new phone), then: milliseconds to remember the mark, MAXLEN,
--         field, value …
-- Reply   the new entry, 'skipped' (nothing to write), 'duplicate', 'fenced'
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
  return 'fenced'
end
local stored = redis.call('HMGET', KEYS[2], 'row', 'epoch')
if tonumber(stored[2] or 0) > tonumber(ARGV[1]) then
  return 'fenced' -- another bridge, with a reply stream of its own, reads the same Iris
end
local result = 'skipped'
if #KEYS > 2 then
  if redis.call('EXISTS', KEYS[3]) == 1 then
    result = 'duplicate'
  else
    result = redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 6))
    redis.call('SET', KEYS[3], result, 'PX', ARGV[4])
  end
end
if ARGV[3] == '1' or not stored[1] or tonumber(stored[1]) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[2], 'row', ARGV[2], 'epoch', ARGV[1])
end
return result
