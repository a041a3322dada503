"""A fake Iris: an Android phone with KakaoTalk, as far as a bridge and a chat page can see it."""
