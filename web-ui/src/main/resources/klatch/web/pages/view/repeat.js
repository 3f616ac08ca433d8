// Events that repeat: choosing by which rule, and what a page says of the others in a series.
import { html, useState, useEffect, now } from '../kit.js';
import { post } from '../api.js';
import { language, t, when } from '../words.js';
import { Fault, Field } from '../parts.js';

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const WHICH = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', '-1': 'last' };
const DATES_SHOWN = 12;
const TYPING_MILLIS = 300;

/** What the form holds about it at first. */
export const ONCE = { repeat: 'once', repeatEnd: 'count', repeatCount: '6', repeatUntil: '', repeatRule: '' };

/** The day of a form, as a date in UTC: its weekday and number are the same everywhere. */
const dayOf = form => new Date(`${form.day}T00:00:00Z`);
/** Which Tuesday of its month; a fifth one is the last, as not every month has five. */
const whichOf = day => Math.ceil(day.getUTCDate() / 7) > 4 ? -1 : Math.ceil(day.getUTCDate() / 7);
const dayName = code => new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' })
  .format(Date.UTC(2023, 0, 1 + DAYS.indexOf(code))); // That was a Sunday.
const onThe = (which, code) => t('repeat.which', { which: t(`repeat.which.${WHICH[which]}`), day: dayName(code) });

/** The rule that the form says; undefined for an event that takes place once. */
export function ruleOf(form) {
  const day = dayOf(form);
  const code = DAYS[day.getUTCDay()];
  const rules = { week: 'FREQ=WEEKLY', fortnight: 'FREQ=WEEKLY;INTERVAL=2', weekday: `FREQ=MONTHLY;BYDAY=${whichOf(day)}${code}`,
    date: `FREQ=MONTHLY;BYMONTHDAY=${day.getUTCDate()}` };
  const ends = form.repeatEnd === 'count' ? `COUNT=${form.repeatCount}` : `UNTIL=${form.repeatUntil.replaceAll('-', '')}`;
  return form.repeat === 'once' ? undefined : form.repeat === 'own' ? form.repeatRule.trim() : `${rules[form.repeat]};${ends}`;
}

/** Whether and how an event repeats, and until when. */
export function Repeat({ form, set }) {
  const day = dayOf(form);
  const known = !Number.isNaN(day.getTime());
  const choices = { once: t('repeat.once'), week: t('repeat.week'), fortnight: t('repeat.fortnight'),
    weekday: t('repeat.month', { on: known ? onThe(whichOf(day), DAYS[day.getUTCDay()]) : '…' }),
    date: t('repeat.month', { on: t('repeat.date', { day: known ? ordinal(day.getUTCDate()) : '…' }) }), own: t('repeat.own') };
  const input = (name, more) => html`<input id=${name} value=${form[name]} required onInput=${set(name)} ...${more} />`;
  return html`<div class="fields"><${Field} id="repeat" label=${t('repeat')}><select id="repeat" value=${form.repeat} onChange=${set('repeat')}>
      ${Object.entries(choices).map(([name, words]) => html`<option value=${name}>${words}</option>`)}</select></${Field}>
    ${!['once', 'own'].includes(form.repeat) && html`<${Field} id="repeatEnd" label=${t('repeat.end')}>
      <select id="repeatEnd" value=${form.repeatEnd} onChange=${set('repeatEnd')}>
        <option value="count">${t('repeat.end.count')}</option><option value="until">${t('repeat.end.until')}</option></select></${Field}>
      ${form.repeatEnd === 'count'
        ? html`<${Field} id="repeatCount" label=${t('repeat.count')}>${input('repeatCount', { type: 'number', min: 2, max: 100 })}</${Field}>`
        : html`<${Field} id="repeatUntil" label=${t('repeat.until')}>${input('repeatUntil', { type: 'date', min: form.day })}</${Field}>`}`}</div>
    ${form.repeat === 'own' && html`<${Field} id="repeatRule" label=${t('repeat.rule')} hint=${t('repeat.rule.hint')}>
      ${input('repeatRule', { maxlength: 500, spellcheck: false, autocomplete: 'off', 'aria-describedby': 'repeatRule-hint' })}</${Field}>`}`;
}

/** When the events will be, as the node works it out. */
export function Dates({ rule, startsAtMillis, zone }) {
  const [found, setFound] = useState({ dates: null, fault: null });
  useEffect(() => {
    let over = false;
    const timer = setTimeout(() => post('/events/dates', { repeat: rule, startsAtMillis, zone })
      .then(answer => over || setFound({ dates: answer.startsAtMillis, fault: null }))
      .catch(fault => over || setFound({ dates: null, fault })), TYPING_MILLIS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [rule, startsAtMillis, zone]);
  const { dates, fault } = found;
  return html`<div aria-live="polite">${dates && html`<p class="label">${t('repeat.dates', { n: dates.length })}</p>
    <ol class="dates">${dates.slice(0, DATES_SHOWN).map(at => html`<li>${when(at, zone)}</li>`)}</ol>
    ${dates.length > DATES_SHOWN && html`<p class="soft">${t('repeat.more', { last: when(dates.at(-1), zone), n: dates.length - DATES_SHOWN })}</p>`}
    <p class="soft small">${t('repeat.each')}</p>`}<${Fault} fault=${fault} /></div>`;
}

const ordinal = number => t(`ordinal.${new Intl.PluralRules(language, { type: 'ordinal' }).select(number)}`, { number });

/** "every 2 weeks": empty for a rule that this page cannot read. */
function words(rule) {
  const parts = Object.fromEntries(rule.split(';').map(part => part.split('=')));
  const every = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month' }[parts.FREQ];
  const counted = /^(-?\d)(MO|TU|WE|TH|FR|SA|SU)$/.exec(parts.BYDAY ?? '');
  const on = counted && counted[1] in WHICH ? ` ${onThe(counted[1], counted[2])}` : '';
  return every ? t(`repeat.every.${every}`, { n: Number(parts.INTERVAL ?? 1) }) + on : '';
}

/** "3rd of 6". */
export const place = ({ number, of }) => t('repeat.place', { which: ordinal(number), of });

/** Where an event is in its series, and the way to the others. */
export function Others({ event }) {
  const { occurrence, zone, id } = event.summary;
  return occurrence ? html`<div><dt>${t('repeat')}</dt><dd>${[place(occurrence), words(occurrence.repeat)].filter(Boolean).join(', ')}
    <details><summary>${t('repeat.others')}</summary><ol class="dates">${event.series.map(one => html`<li value=${one.number}>
      ${one.event === id ? html`<b>${when(one.startsAtMillis, zone)}</b>` : html`<a href=${`#/e/${one.event}`}>${when(one.startsAtMillis, zone)}</a>`}
      ${one.cancelled && html` <span class="badge bad">${t('event.cancelled')}</span>`}</li>`)}</ol></details></dd></div>` : null;
}

/** How many events come after this one in its series and still take place. */
export const following = event => event.summary.occurrence ? event.series.filter(one =>
  one.number > event.summary.occurrence.number && !one.cancelled && one.startsAtMillis > now()).length : 0;

/** Asks whether something is about this event only; nothing to ask where none follows. */
export function Reach({ event, reach, onReach }) {
  const after = following(event);
  const choice = (value, text) => html`<label class="check"><input type="radio" name="reach" value=${String(value)}
    checked=${reach === value} onChange=${() => onReach(value)} /> ${text}</label>`;
  return after > 0 ? html`<fieldset><legend class="label">${t('reach')}</legend>
    ${choice(false, t('reach.only'))}${choice(true, t('reach.following', { n: after }))}</fieldset>` : null;
}
