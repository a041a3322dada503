-- Our own puzzles; finished games with players, facts and transcript; ratings; what is counted for each puzzle.
CREATE TABLE turtle_puzzles (
    id          bigserial PRIMARY KEY,
    title       text NOT NULL,
    scenario    text NOT NULL,
    solution    text NOT NULL,
    category    text NOT NULL DEFAULT 'MYSTERY' CHECK (category IN ('MYSTERY', 'HORROR', 'ABSURD', 'LOGIC')),
    difficulty  integer NOT NULL DEFAULT 3 CHECK (difficulty BETWEEN 1 AND 5),
    hints       text[] NOT NULL DEFAULT '{}',
    key_facts   text[] NOT NULL DEFAULT '{}',
    warning     text NOT NULL DEFAULT '',
    status      text NOT NULL DEFAULT 'draft'
                CHECK (status IN ('proposed', 'draft', 'test', 'published', 'rejected')),
    author_id   text,
    author      text NOT NULL DEFAULT '',
    chat_id     text,          -- where it was proposed: that room has read it and never plays it
    proposal_id text UNIQUE,   -- the chat line in which it came
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_turtle_puzzles_status ON turtle_puzzles (status, id);
CREATE INDEX idx_turtle_puzzles_category ON turtle_puzzles (category);

CREATE TABLE turtle_reviews (
    review_id   text PRIMARY KEY,  -- the chat line in which it came
    puzzle_id   bigint NOT NULL,
    status      text NOT NULL,
    reviewer_id text NOT NULL,
    reviewed_at timestamptz NOT NULL
);

CREATE TABLE turtle_game_archives (
    id               bigserial PRIMARY KEY,
    game_id          text NOT NULL UNIQUE,
    chat_id          text NOT NULL,
    puzzle_source    text NOT NULL CHECK (puzzle_source IN ('custom', 'preset', 'generated', 'rewritten')),
    puzzle_id        bigint,   -- within its source; none for a generated one
    title            text NOT NULL,
    scenario         text NOT NULL,
    solution         text NOT NULL,
    category         text NOT NULL,
    difficulty       integer NOT NULL,
    result           text NOT NULL CHECK (result IN ('solved', 'surrendered', 'forced', 'timeout')),
    winner_id        text,
    mvp_id           text,
    player_count     integer NOT NULL,
    question_count   integer NOT NULL DEFAULT 0,
    attempt_count    integer NOT NULL DEFAULT 0,
    hints_used       integer NOT NULL DEFAULT 0,
    facts_total      integer NOT NULL DEFAULT 0,
    facts_found      integer NOT NULL DEFAULT 0,
    correction_count integer NOT NULL DEFAULT 0,
    tokens           bigint NOT NULL DEFAULT 0,
    started_at       timestamptz NOT NULL,
    completed_at     timestamptz NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((result = 'solved') = (winner_id IS NOT NULL))
);
CREATE INDEX idx_turtle_game_archives_room ON turtle_game_archives (chat_id, completed_at, result);
CREATE INDEX idx_turtle_game_archives_puzzle ON turtle_game_archives (puzzle_source, puzzle_id);
CREATE INDEX idx_turtle_game_archives_completed ON turtle_game_archives (completed_at);

CREATE TABLE turtle_players (
    game_id        text NOT NULL REFERENCES turtle_game_archives (game_id) ON DELETE CASCADE,
    chat_id        text NOT NULL,
    user_id        text NOT NULL,
    sender         text NOT NULL DEFAULT '',
    question_count integer NOT NULL DEFAULT 0,
    attempt_count  integer NOT NULL DEFAULT 0,
    facts_found    integer NOT NULL DEFAULT 0,
    solved         boolean NOT NULL,
    mvp            boolean NOT NULL,
    completed_at   timestamptz NOT NULL,
    PRIMARY KEY (game_id, user_id)
);
CREATE INDEX idx_turtle_players_room ON turtle_players (chat_id, completed_at);
CREATE INDEX idx_turtle_players_user ON turtle_players (chat_id, user_id);

CREATE TABLE turtle_facts (
    game_id         text NOT NULL REFERENCES turtle_game_archives (game_id) ON DELETE CASCADE,
    position        integer NOT NULL,
    text            text NOT NULL,
    found_by        text,
    question_number integer,   -- none: told in an attempt
    found_at        timestamptz,
    PRIMARY KEY (game_id, position)
);

CREATE TABLE turtle_transcript (
    game_id       text NOT NULL REFERENCES turtle_game_archives (game_id) ON DELETE CASCADE,
    seq           integer NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('question', 'hint', 'attempt')),
    number        integer NOT NULL,
    text          text NOT NULL,
    answer        text,
    former_answer text,        -- what was said before a second judge corrected it
    important     boolean NOT NULL DEFAULT false,
    user_id       text NOT NULL,
    said_at       timestamptz NOT NULL,
    PRIMARY KEY (game_id, seq)
);

CREATE TABLE turtle_ratings (
    game_id  text NOT NULL REFERENCES turtle_game_archives (game_id) ON DELETE CASCADE,
    user_id  text NOT NULL,
    stars    integer NOT NULL CHECK (stars BETWEEN 1 AND 5),
    rated_at timestamptz NOT NULL,
    PRIMARY KEY (game_id, user_id)
);

-- One row a puzzle that can come again, whatever its source: 'custom:12', 'preset:34'.
CREATE TABLE turtle_puzzle_counters (
    ref            text PRIMARY KEY,
    title          text NOT NULL,
    play_count     integer NOT NULL DEFAULT 0,
    solve_count    integer NOT NULL DEFAULT 0,
    question_total bigint NOT NULL DEFAULT 0,
    rating_count   integer NOT NULL DEFAULT 0,
    rating_total   integer NOT NULL DEFAULT 0
);
