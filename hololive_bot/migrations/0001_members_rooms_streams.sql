-- Who there is, which rooms follow whom, what was on air, and what an operator has set.

CREATE TABLE members (
    id                serial PRIMARY KEY,
    slug              text NOT NULL UNIQUE,
    type              text NOT NULL DEFAULT 'talent' CHECK (type IN ('talent', 'staff_talent', 'group_channel')),
    english_name      text NOT NULL,
    japanese_name     text,
    japanese_reading  text,
    korean_name       text,
    short_korean_name text,
    channel_id        text,
    org               text NOT NULL DEFAULT 'Hololive',
    branch            text NOT NULL,
    units             text[] NOT NULL DEFAULT '{}',
    debut_date        date,
    birthday_month    smallint CHECK (birthday_month BETWEEN 1 AND 12),
    birthday_day      smallint CHECK (birthday_day BETWEEN 1 AND 31),
    status            text NOT NULL DEFAULT 'active' CHECK (
                          status IN ('active', 'graduated', 'affiliate', 'contract_ended', 'retired', 'branch_closed')),
    is_graduated      boolean GENERATED ALWAYS AS (status <> 'active') STORED,
    activity_end      text,
    aliases           jsonb NOT NULL DEFAULT '{"ko": [], "ja": [], "en": []}',
    nicknames         jsonb NOT NULL DEFAULT '{"ko": [], "ja": []}',
    channel_titles    text[] NOT NULL DEFAULT '{}',
    photo             text,
    photo_updated_at  timestamptz,
    links             jsonb NOT NULL DEFAULT '{}',
    facts             jsonb NOT NULL DEFAULT '{}',
    summary_ko        text,
    locked_fields     text[] NOT NULL DEFAULT '{}',
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CHECK ((birthday_month IS NULL) = (birthday_day IS NULL))
);
CREATE INDEX idx_members_channel ON members (channel_id) WHERE channel_id IS NOT NULL;

-- `version` and `epoch` guard the room's subscriptions: each change counts the version up, and an owner of the
-- inbound stream that has been replaced may not write any more.
CREATE TABLE rooms (
    room_id      text PRIMARY KEY,
    name         text NOT NULL DEFAULT '',
    settings     jsonb NOT NULL DEFAULT '{}',
    version      bigint NOT NULL DEFAULT 0,
    epoch        bigint NOT NULL DEFAULT 0,
    last_seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE alarms (
    id         bigserial PRIMARY KEY,
    room_id    text NOT NULL REFERENCES rooms (room_id) ON DELETE CASCADE,
    channel_id text NOT NULL,
    types      text[] NOT NULL DEFAULT '{LIVE}',
    created_by text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (room_id, channel_id)
);
CREATE INDEX idx_alarms_channel ON alarms (channel_id);

-- The chat lines that changed a room, with what was answered: a line that comes again is answered again, and
-- changes nothing.
CREATE TABLE applied_entries (
    room_id    text NOT NULL REFERENCES rooms (room_id) ON DELETE CASCADE,
    entry      text NOT NULL,
    replies    bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room_id, entry)
);

CREATE TABLE streams (
    video_id        text PRIMARY KEY,
    channel_id      text NOT NULL,
    title           text NOT NULL,
    status          text NOT NULL CHECK (status IN ('upcoming', 'live', 'ended', 'missing')),
    topic_id        text NOT NULL DEFAULT '',
    start_scheduled timestamptz,
    start_actual    timestamptz,
    ended_at        timestamptz,
    is_premiere     boolean NOT NULL DEFAULT false,
    is_members_only boolean NOT NULL DEFAULT false,
    guests          text[] NOT NULL DEFAULT '{}',
    thumbnail       text,
    first_seen_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at    timestamptz NOT NULL DEFAULT now(),
    previous_start  timestamptz
);
CREATE INDEX idx_streams_channel ON streams (channel_id, start_scheduled DESC);
CREATE INDEX idx_streams_open ON streams (status, start_scheduled) WHERE status IN ('upcoming', 'live');
CREATE INDEX idx_streams_ended ON streams (coalesce(ended_at, start_actual, start_scheduled) DESC, video_id DESC)
    WHERE status = 'ended';

CREATE TABLE settings (
    key        text PRIMARY KEY,
    value      jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE acl_settings (
    key   text PRIMARY KEY CHECK (key IN ('enabled', 'mode')),
    value text NOT NULL
);

CREATE TABLE acl_rooms (
    room_id   text PRIMARY KEY CHECK (room_id ~ '^-?[0-9]{1,19}$'),
    list_type text NOT NULL CHECK (list_type IN ('whitelist', 'blacklist'))
);

-- Counted up by every change of what processes hold in memory, so that each of them notices and reads anew.
CREATE TABLE revisions (
    name   text PRIMARY KEY,
    number bigint NOT NULL DEFAULT 0
);
