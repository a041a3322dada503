"""What the bridge counts. No label carries a room, a person or text."""

from prometheus_client import Counter, Gauge, Histogram

from botkit.runtime.metrics import SECONDS

inbound = Counter("bridge_inbound", "Rows of the chat log, by what became of them", ["result"])
gap_rows = Counter("bridge_gap_rows", "Rows that were not pushed and had to be asked for")
cursor_lag = Gauge("bridge_cursor_lag_rows", "Rows of the chat log that were not taken yet")
outbound = Counter("bridge_outbound", "Replies, by what became of them", ["type", "result"])
echo_seconds = Histogram("bridge_echo_seconds", "From a post to its row in the chat log", buckets=SECONDS)
unconfirmed = Counter("bridge_unconfirmed", "Posts that did not appear in their room in time")
lane_depth = Gauge("bridge_lane_depth", "Replies that wait for their turn or their echo")
iris_up = Gauge("bridge_iris_up", "1 while Iris is connected and everything missed was caught up")
breaker_open = Gauge("bridge_breaker_open", "1 while KakaoTalk shows nothing of what is sent")
dlq_depth = Gauge("bridge_dlq_depth", "Dead letters of the reply stream")
reply_lag = Gauge("bridge_reply_lag", "Entries of the reply stream that the slowest group has not read")
sent_today = Gauge("bridge_sent_today", "Messages posted since midnight in Korea")
