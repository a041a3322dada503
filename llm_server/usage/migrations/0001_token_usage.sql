-- Tokens and cost: one row a day (in Asia/Seoul), model, task and price table. Kept for ever.
CREATE TABLE token_usage (
    id               bigserial PRIMARY KEY,
    usage_date       date NOT NULL,
    model            text NOT NULL,
    task             text NOT NULL,
    price_version    text NOT NULL,
    input_tokens     bigint NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    cached_tokens    bigint NOT NULL DEFAULT 0 CHECK (cached_tokens >= 0),
    output_tokens    bigint NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    reasoning_tokens bigint NOT NULL DEFAULT 0 CHECK (reasoning_tokens >= 0),
    request_count    bigint NOT NULL DEFAULT 0 CHECK (request_count >= 0),
    search_queries   bigint NOT NULL DEFAULT 0 CHECK (search_queries >= 0),
    cost_micro_usd   bigint NOT NULL DEFAULT 0 CHECK (cost_micro_usd >= 0),
    version          bigint NOT NULL DEFAULT 0,
    UNIQUE (usage_date, model, task, price_version)
);

-- The batches that are in token_usage already, so that none is added twice.
CREATE TABLE usage_batches (
    id         uuid PRIMARY KEY,
    written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_usage_batches_written_at ON usage_batches (written_at);
