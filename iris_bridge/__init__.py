"""KakaoTalk, through Iris on an Android phone ⇄ the streams of the bots."""
