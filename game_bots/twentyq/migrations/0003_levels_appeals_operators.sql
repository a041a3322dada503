-- Levels and points, the day's riddle, second judges; what operators declare, correct and do.
ALTER TABLE game_sessions
    ADD COLUMN level smallint NOT NULL DEFAULT 2 CHECK (level BETWEEN 1 AND 3),
    ADD COLUMN daily_on date,
    ADD COLUMN tokens bigint NOT NULL DEFAULT 0;
CREATE INDEX idx_game_sessions_daily ON game_sessions (chat_id, daily_on) WHERE daily_on IS NOT NULL;

ALTER TABLE game_logs
    ADD COLUMN points integer NOT NULL DEFAULT 0,
    ADD COLUMN refunded boolean NOT NULL DEFAULT false;

ALTER TABLE game_transcript
    ADD COLUMN former_answer text;

CREATE TABLE synonyms (
    key         text PRIMARY KEY,
    alias       text NOT NULL,
    canonical   text NOT NULL,
    declared_by text NOT NULL,
    declared_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit_logs (
    id             bigserial PRIMARY KEY,
    session_id     text NOT NULL REFERENCES game_sessions (session_id) ON DELETE CASCADE,
    question_index integer NOT NULL,
    verdict        text NOT NULL CHECK (verdict IN ('AI_CORRECT', 'AI_WRONG', 'UNCLEAR')),
    reason         text NOT NULL DEFAULT '',
    admin_user_id  text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_audit_logs_session ON audit_logs (session_id);

CREATE TABLE refund_logs (
    id             bigserial PRIMARY KEY,
    session_id     text NOT NULL REFERENCES game_sessions (session_id) ON DELETE CASCADE,
    user_id        text NOT NULL,
    restored       boolean NOT NULL,
    reason         text NOT NULL DEFAULT '',
    admin_user_id  text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_refund_logs_session ON refund_logs (session_id);
CREATE INDEX idx_refund_logs_user ON refund_logs (user_id);

CREATE TABLE admin_actions (
    id            bigserial PRIMARY KEY,
    action        text NOT NULL,
    subject       text NOT NULL,
    details       jsonb NOT NULL DEFAULT '{}',
    admin_user_id text NOT NULL,
    done_at       timestamptz NOT NULL DEFAULT now()
);
