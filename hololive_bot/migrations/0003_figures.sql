-- What is counted and told: readings of channels, milestones, changed texts, changes by operators, timed work.

CREATE TABLE youtube_stats_history (
    channel_id  text NOT NULL,
    time        timestamptz NOT NULL,
    subscribers bigint NOT NULL,
    videos      bigint,
    views       bigint,
    PRIMARY KEY (channel_id, time)
);
CREATE INDEX idx_stats_time ON youtube_stats_history (time);

CREATE TABLE youtube_milestones (
    channel_id  text NOT NULL,
    type        text NOT NULL DEFAULT 'subscribers',
    value       bigint NOT NULL,
    achieved_at timestamptz NOT NULL,
    notified    boolean NOT NULL DEFAULT false,
    UNIQUE (channel_id, type, value)
);
CREATE INDEX idx_milestones_untold ON youtube_milestones (achieved_at) WHERE NOT notified;

CREATE TABLE youtube_milestone_approaching (
    channel_id      text NOT NULL,
    milestone_value bigint NOT NULL,
    notified_at     timestamptz NOT NULL,
    current_subs    bigint NOT NULL,
    chat_notified   boolean NOT NULL DEFAULT false,
    UNIQUE (channel_id, milestone_value)
);

CREATE TABLE message_catalogue (
    key        text PRIMARY KEY,
    value      text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE message_revisions (
    id         bigserial PRIMARY KEY,
    key        text NOT NULL,
    value      text,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit (
    id         bigserial PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    key_label  text NOT NULL,
    action     text NOT NULL,
    subject    text NOT NULL,
    difference jsonb NOT NULL
);

-- When a timed job ran last: several processes look, one of them works.
CREATE TABLE job_runs (
    name   text PRIMARY KEY,
    ran_at timestamptz NOT NULL
);
