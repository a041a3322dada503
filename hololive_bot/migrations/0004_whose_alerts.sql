-- For whose sake a room is told: a row that waits (for the end of quiet hours, for valkey-mq) is not sent when the
-- room follows none of these channels any more. Empty for rows of earlier releases, which are sent as they are.
ALTER TABLE alert_outbox ADD channels text[] NOT NULL DEFAULT '{}';
