-- Finished games of 스무고개: one row a game, one a player, and what was said.
CREATE TABLE game_sessions (
    id                bigserial PRIMARY KEY,
    session_id        text NOT NULL UNIQUE,
    chat_id           text NOT NULL,
    category          text NOT NULL,
    target            text NOT NULL DEFAULT '',
    result            text NOT NULL CHECK (result IN ('CORRECT', 'SURRENDER')),
    winner_id         text,
    participant_count integer NOT NULL CHECK (participant_count >= 1),
    question_count    integer NOT NULL DEFAULT 0,
    hint_count        integer NOT NULL DEFAULT 0,
    wrong_guess_count integer NOT NULL DEFAULT 0,
    started_at        timestamptz NOT NULL,
    completed_at      timestamptz NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CHECK ((result = 'CORRECT') = (winner_id IS NOT NULL))
);
CREATE INDEX idx_game_sessions_category ON game_sessions (category);
CREATE INDEX idx_game_sessions_room_stats ON game_sessions (chat_id, completed_at, result);

CREATE TABLE game_logs (
    id                bigserial PRIMARY KEY,
    session_id        text NOT NULL REFERENCES game_sessions (session_id) ON DELETE CASCADE,
    chat_id           text NOT NULL,
    user_id           text NOT NULL,
    sender            text NOT NULL DEFAULT '',
    category          text NOT NULL,
    question_count    integer NOT NULL DEFAULT 0,
    hint_count        integer NOT NULL DEFAULT 0,
    wrong_guess_count integer NOT NULL DEFAULT 0,
    result            text NOT NULL CHECK (result IN ('CORRECT', 'SURRENDER')),
    target            text,
    completed_at      timestamptz NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    UNIQUE (session_id, user_id)
);
CREATE INDEX idx_game_logs_user ON game_logs (user_id);
CREATE INDEX idx_game_logs_activity ON game_logs (chat_id, completed_at, sender);

CREATE TABLE game_transcript (
    session_id text NOT NULL REFERENCES game_sessions (session_id) ON DELETE CASCADE,
    seq        integer NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('question', 'hint', 'guess')),
    number     integer NOT NULL,
    text       text NOT NULL,
    answer     text,
    user_id    text NOT NULL,
    said_at    timestamptz NOT NULL,
    PRIMARY KEY (session_id, seq)
);
