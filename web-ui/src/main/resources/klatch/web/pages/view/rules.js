// The rules of an event that most people leave as they are: until when to say yes, when doors and locking open, who counts.
import { html } from '../kit.js';
import { t } from '../words.js';
import { Field } from '../parts.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** As the node has them by itself. */
export const FRESH_RULES = { presence: 'door', doorBefore: '30', lockOpensBefore: '12', lockClosesBefore: '2', rsvpBefore: '' };

const spans = (millis, unit) => String(Math.round(100 * millis / unit) / 100);

/** Those of an event that is there. */
export const rulesOf = ({ summary, checkInOpensAtMillis }) => ({ ...FRESH_RULES, editing: true,
  doorBefore: spans(summary.startsAtMillis - checkInOpensAtMillis, MINUTE),
  rsvpBefore: summary.rsvpClosesAtMillis ? spans(summary.startsAtMillis - summary.rsvpClosesAtMillis, HOUR) : '' });

/** As the node wants to hear them. Of an edit, 0 takes the cut-off away. */
export const deadlines = (form, starts) => ({ checkInOpensAtMillis: starts - Number(form.doorBefore) * MINUTE,
  ...(form.rsvpBefore !== '' ? { rsvpClosesAtMillis: starts - Number(form.rsvpBefore) * HOUR } : form.editing ? { rsvpClosesAtMillis: 0 } : {}),
  ...(form.editing ? {} : { presence: form.presence }),
  ...(form.deposit ? { lockOpensAtMillis: starts - Number(form.lockOpensBefore) * HOUR, lockClosesAtMillis: starts - Number(form.lockClosesBefore) * HOUR } : {}) });

export function RuleFields({ form, set, fixedTimes }) {
  const span = (name, most, more) => html`<${Field} id=${name} label=${t(`rule.${name}`)} hint=${more?.hint}>
    <input id=${name} type="number" min="0" max=${most} step="any" value=${form[name]} onInput=${set(name)} required=${more?.hint === undefined}
      disabled=${more?.disabled} aria-describedby=${more?.hint ? `${name}-hint` : null} /></${Field}>`;
  return html`<div class="fields">${span('rsvpBefore', 8760, { hint: t('rule.rsvp-hint') })}
      ${span('doorBefore', 1440, { disabled: fixedTimes })}</div>
    ${form.deposit && html`<div class="fields">${span('lockOpensBefore', 72)}${span('lockClosesBefore', 72)}</div>`}
    ${!form.editing && html`<${Field} id="presence" label=${t('rule.presence')} hint=${t(`rule.presence.${form.presence}.why`)}>
      <select id="presence" value=${form.presence} aria-describedby="presence-hint" onChange=${set('presence')}>
        ${['door', 'peers'].map(rule => html`<option value=${rule}>${t(`rule.presence.${rule}`)}</option>`)}</select></${Field}>`}`;
}
