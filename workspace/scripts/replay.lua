-- Write a dead letter back into its stream and take it off the pile. XADD comes first: when it is refused, the letter
-- stays. A transaction would go on with the removal.
--
-- KEYS    stream of dead letters, stream it came from
-- ARGV    letter, field, value …
-- Reply   the new entry, nothing when somebody else took the letter away
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then
  return false
end
local new = redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
redis.call('XDEL', KEYS[1], ARGV[1])
return new
