-- What is to be told, and what has been: one row a stage, stream and room, unique for ever by its key.
--
-- Rows that belong into one message share `message`, the id of the first of them. There is no state "being sent":
-- a sender holds its rows locked until it knows, and a row of which nobody knows is simply sent again, because
-- valkey-mq takes each key once.
CREATE TABLE alert_outbox (
    id              bigserial PRIMARY KEY,
    dedupe_key      text NOT NULL UNIQUE,
    message         bigint,
    room_id         text NOT NULL,
    video_id        text,
    stage           text NOT NULL,
    start_minute    bigint,
    payload         jsonb NOT NULL,
    status          text NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'sent', 'expired', 'failed', 'skipped')),
    attempts        smallint NOT NULL DEFAULT 0,
    due_at          timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    fence           bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    last_error      varchar(500)
);
CREATE INDEX idx_alert_outbox_due ON alert_outbox (next_attempt_at, id) WHERE status = 'pending';
CREATE INDEX idx_alert_outbox_message ON alert_outbox (message) WHERE status = 'pending';
CREATE INDEX idx_alert_outbox_video ON alert_outbox (video_id);
CREATE INDEX idx_alert_outbox_room ON alert_outbox (room_id, created_at DESC);
CREATE INDEX idx_alert_outbox_finished ON alert_outbox (created_at) WHERE status <> 'pending';

-- The start that lead times count towards, and since when a stream has not been seen at its time any more.
ALTER TABLE streams ADD told_start timestamptz, ADD lost_since timestamptz;
CREATE INDEX idx_streams_seen ON streams (last_seen_at);

-- The one process that decides what is told; an earlier one that wakes up again may not write any more.
CREATE TABLE alert_leader (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    fence    bigint NOT NULL DEFAULT 0
);
INSERT INTO alert_leader DEFAULT VALUES;
