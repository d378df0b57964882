-- What wrk sends: GET / with one host, and with the next token of a file where there is one.
-- Arguments after `--`: the host, then the file.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local host, file = args[1], args[2]
  wrk.headers["Host"] = host
  if not file then return end
  local tokens = {}
  for line in io.lines(file) do tokens[#tokens + 1] = line end
  local before = "GET / HTTP/1.1\r\nHost: " .. host .. "\r\nAuthorization: Bearer "
  local index, count, repeats = 0, #tokens, args[3] == "repeat"
  exhausted = 0
  request = function()
    index = index + 1
    if repeats then
      if index > count then index = 1 end
    elseif index > count - 256 then
      -- The run ends early rather than use a token twice; the rest is for requests on their way.
      exhausted = 1
      wrk.thread:stop()
      if index > count then
        exhausted = 2
        index = count
      end
    end
    return before .. tokens[index] .. "\r\n\r\n"
  end
end

function done(summary, latency, requests)
  local exhausted = 0
  for _, thread in ipairs(threads) do
    exhausted = math.max(exhausted, thread:get("exhausted") or 0)
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d, "exhausted": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), exhausted))
end
