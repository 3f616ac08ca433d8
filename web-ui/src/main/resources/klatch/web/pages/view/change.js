// What reads otherwise now than when this person said yes.
import { html } from '../kit.js';
import { t, when } from '../words.js';

const MOMENTS = new Set(['starts', 'ends', 'check_in_opens', 'check_in_closes', 'rsvp_closes']);

const shown = (field, value, zone) => MOMENTS.has(field) && value !== '' && value !== '0' ? when(Number(value), zone) : value || '–';

export const Change = ({ change, zone }) => html`${t(`change.${change.field}`)}: <s>${shown(change.field, change.before, zone)}</s>${' → '}<b>${shown(change.field, change.after, zone)}</b>`;
