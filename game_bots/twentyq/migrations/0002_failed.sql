-- A game of twenty questions can be lost.
ALTER TABLE game_sessions DROP CONSTRAINT game_sessions_result_check;
ALTER TABLE game_sessions ADD CONSTRAINT game_sessions_result_check
    CHECK (result IN ('CORRECT', 'SURRENDER', 'FAILED'));
ALTER TABLE game_logs DROP CONSTRAINT game_logs_result_check;
ALTER TABLE game_logs ADD CONSTRAINT game_logs_result_check
    CHECK (result IN ('CORRECT', 'SURRENDER', 'FAILED'));
