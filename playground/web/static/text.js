// Words and times as KakaoTalk shows them. Pure.

export const FOLD = 500; // code points: a longer bubble is folded behind 전체보기

/** What a bubble shows, and whether that is not all of it. */
export function folded(text) {
  const points = [...text];
  return points.length > FOLD
    ? { shown: points.slice(0, FOLD).join("").trimEnd() + "…", isFolded: true, length: points.length }
    : { shown: text, isFolded: false, length: points.length };
}

const ZONE = "Asia/Seoul"; // the bots count days there, too
const TIME = new Intl.DateTimeFormat("ko-KR", { hour: "numeric", minute: "2-digit", timeZone: ZONE });
const DAY = new Intl.DateTimeFormat("ko-KR", { dateStyle: "full", timeZone: ZONE });
const SHORT = new Intl.DateTimeFormat("ko-KR", { month: "long", day: "numeric", timeZone: ZONE });

export const timeOf = (seconds) => TIME.format(seconds * 1000);
export const dayOf = (seconds) => DAY.format(seconds * 1000);

/** For the list of rooms: the time today, else the date. */
export const lately = (seconds, now = Date.now() / 1000) =>
  dayOf(seconds) === dayOf(now) ? timeOf(seconds) : SHORT.format(seconds * 1000);

/** A colour of one's own, as a hue. */
export function hue(id) {
  let sum = 7;
  for (const sign of id) sum = (sum * 31 + sign.codePointAt(0)) % 360;
  return sum;
}

export const initial = (name) => [...(name || "?")][0];

/** A text in one line. */
export const oneLine = (text) => text.replace(/\s+/g, " ").trim();

export function milliseconds(value) {
  const size = Math.abs(value);
  if (size < 10) return `${value.toFixed(1)} ms`;
  return size < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}
