// Words, numbers and times in the person's language. The messages are in messages/*.json; what the node says of a fault
// is shown as it says it, unless there is a message for its reason.

const CHOSEN = 'klatch-language';
export const LANGUAGES = { en: 'English', de: 'Deutsch' };

let messages = {};
export let language = 'en';

export async function loadWords(wanted = localStorage.getItem(CHOSEN)) {
  const choices = [wanted, ...navigator.languages.map(name => name.slice(0, 2)), 'en'];
  language = choices.find(name => name in LANGUAGES);
  const answer = await fetch(new URL(`./messages/${language}.json`, import.meta.url));
  messages = await answer.json();
  document.documentElement.lang = language;
}

export async function chooseLanguage(wanted) {
  localStorage.setItem(CHOSEN, wanted);
  await loadWords(wanted);
}

/** The message with its {names} filled in. One that depends on a number has the forms key.one and key.other. */
export function t(key, values = {}) {
  const form = 'n' in values ? `${key}.${new Intl.PluralRules(language).select(values.n)}` : key;
  const text = messages[form] ?? messages[`${key}.other`] ?? messages[key];
  if (text === undefined) {
    throw new Error(`no message ${key}`);
  }
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === 'number' ? number(values[name]) : values[name]);
}

/** The message of this name, if there is one. */
export const said = key => messages[key];

export const number = (value, most = 3) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: most }).format(value);

/** Millisatoshi as satoshi, to the last one. */
export const sat = msat => `${number(msat / 1000)} sat`;

const zoneOf = zone => zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A day and a time at the event's place. */
export const when = (millis, zone) => new Intl.DateTimeFormat(language,
  { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: zoneOf(zone) })
  .format(millis);
export const time = (millis, zone) => new Intl.DateTimeFormat(language,
  { hour: '2-digit', minute: '2-digit', timeZone: zoneOf(zone) }).format(millis);
export const dayNumber = (millis, zone) => new Intl.DateTimeFormat(language,
  { day: 'numeric', timeZone: zoneOf(zone) }).format(millis).replace('.', '');
export const monthName = (millis, zone) => new Intl.DateTimeFormat(language,
  { month: 'short', timeZone: zoneOf(zone) }).format(millis);

/** From when to when; the zone's name only if it is not where this browser is. */
export function span(from, to, zone) {
  const text = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit',
    minute: '2-digit', timeZone: zoneOf(zone) }).formatRange(from, to);
  return zone === zoneOf() ? text : `${text} (${zone})`;
}

const STEPS = [[86_400_000, 'day'], [3_600_000, 'hour'], [60_000, 'minute'], [1_000, 'second']];

/** "in 3 hours", "2 minutes ago". */
export function relative(millis) {
  const [size, unit] = STEPS.find(([step]) => Math.abs(millis) >= step * (step === 86_400_000 ? 2 : 1)) ?? STEPS.at(-1);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(millis / size), unit);
}
