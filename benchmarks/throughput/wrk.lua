-- Posts the bodies of a file, a line each, in turn, and tells the figures as JSON. Arguments: the file, the path.
local requests = {}
local turn = 0

function init(arguments)
  local headers = { ["Content-Type"] = "application/json" }
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", arguments[2], headers, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"bad_status":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,' ..
    '"p50":%.1f,"p99":%.1f,"p999":%.1f}\n',
    summary.requests, summary.duration, errors.status, errors.connect, errors.read, errors.write, errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
