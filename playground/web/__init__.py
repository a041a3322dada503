"""The chat page: KakaoTalk rooms in a browser, on the fake Iris, with a look behind the scenes."""
