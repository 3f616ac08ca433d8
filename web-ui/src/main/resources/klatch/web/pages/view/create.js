// A new event on one page, with what guests will see beside it.
import { html, useState, useData, useAction, useLive, now, go } from '../kit.js';
import { post } from '../api.js';
import { t, said, sat, span } from '../words.js';
import { useEvent } from './event.js';
import { FRESH_RULES, RuleFields, deadlines, rulesOf } from './rules.js';
import { Choose, COVER } from '../picture.js';
import { Clock, Cover, Fault, Field, Rules, Working } from '../parts.js';
import { Dates, ONCE, Reach, Repeat, ruleOf } from './repeat.js';

const HOUR = 3_600_000;
const MSAT = 1000;

/** Milliseconds since 1970 of a day and a time as the clock shows them in a zone. */
export function instant(day, clock, zone) {
  const asUtc = Date.parse(`${day}T${clock}:00Z`);
  const offset = at => {
    const parts = Object.fromEntries(new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric',
      month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(at)
      .map(part => [part.type, Number(part.value)]));
    return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - at;
  };
  const near = asUtc - offset(asUtc);
  return asUtc - offset(near); // Once more: the offset may change between the two.
}

function inAWeek() {
  const day = new Date(now() + 7 * 24 * HOUR);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}

const fresh = () => ({ group: '', groupName: '', title: '', description: '', place: '', day: inAWeek(), starts: '19:00',
  groupTags: '', invitedOnly: false, ends: '22:00', zone: Intl.DateTimeFormat().resolvedOptions().timeZone, capacity: '20', deposit: false, amount: '10000',
  guestsPerPledge: '0', cover: undefined, had: undefined, questions: '', hiddenPlace: '', ...ONCE, ...FRESH_RULES });

/** An event as the form has it. */
export function asForm(event) {
  const { summary, description, questions } = event;
  const local = millis => new Intl.DateTimeFormat('sv-SE', { timeZone: summary.zone, dateStyle: 'short', timeStyle: 'short' })
    .format(millis).split(' ');
  const [day, starts] = local(summary.startsAtMillis);
  return { ...fresh(), had: summary.cover, hiddenPlace: event.hiddenPlace ?? '', title: summary.title, description, place: summary.place, day, starts, ends: local(summary.endsAtMillis)[1],
    zone: summary.zone, capacity: String(summary.capacity), guestsPerPledge: String(summary.guestsPerPledge),
    questions: questions.join('\n'), ...rulesOf(event) };
}

const words = text => text.split(/[\s,]+/).filter(word => word !== '');
const lines = text => text.split('\n').map(line => line.trim()).filter(line => line !== '');

/** What is asked of the node; times that are left out have its defaults. */
function request(form, group) {
  const startsAtMillis = instant(form.day, form.starts, form.zone);
  const ends = instant(form.day, form.ends, form.zone);
  const repeat = ruleOf(form);
  return { group, guestsPerPledge: Number(form.guestsPerPledge), questions: lines(form.questions), title: form.title.trim(), description: form.description.trim(), place: form.place.trim(),
    zone: form.zone, capacity: Number(form.capacity), startsAtMillis,
    endsAtMillis: ends > startsAtMillis ? ends : ends + 24 * HOUR, // Past midnight.
    ...deadlines(form, startsAtMillis),
    ...(form.hiddenPlace.trim() ? { hiddenPlace: form.hiddenPlace.trim() } : {}),
    ...(repeat === undefined ? {} : { repeat }),
    ...(form.cover === undefined ? {} : { cover: form.cover }),
    ...(form.deposit ? { depositMsat: Math.round(Number(form.amount) * MSAT) } : {}) };
}

/** The same page for an event that is there: what was changed is sent, and whoever said yes is told. */
export function Edit({ id }) {
  const { event, missing } = useEvent(id);
  const [form, setForm] = useState(null);
  const [reach, setReach] = useState(false);
  const saving = useAction(async () => {
    const { group: _, depositMsat: __, ...wanted } = request(form, '');
    const had = request(asForm(event), '');
    await post(`/events/${id}/edit`, { following: reach, ...Object.fromEntries(Object.entries(wanted)
      .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(had[name]))) });
    go(`/e/${id}/organise`);
  });
  if (missing) {
    return missing;
  }
  const shown = form ?? asForm(event);
  const set = name => typed => setForm({ ...shown, [name]: typed.target.value });
  return html`<h1 tabindex="-1">${t('edit.title')}</h1>
    <form class="two" onSubmit=${submitted => { submitted.preventDefault(); saving.run(); }}><div class="column">
      <${What} form=${shown} set=${set} yours=${[]} there fixedTimes=${event.terms !== undefined} />
      <${Reach} event=${event} reach=${reach} onReach=${setReach} />
      <button class="main large" disabled=${saving.busy || form === null}>${t('edit.go')}</button>
      ${saving.slow && html`<${Working}>${t('working')}</${Working}>`}
      <p class="soft small">${t('edit.told')}</p><${Fault} fault=${saving.fault} /></div>
      <div class="sticky"><${Preview} form=${shown} group="" /></div></form>`;
}

export function Create() {
  const { data } = useData('/groups');
  const { line } = useLive();
  const [form, setForm] = useState(fresh());
  const [warnings, setWarnings] = useState(null);
  const yours = data?.groups.filter(group => group.youHost) ?? [];
  const set = name => event => setForm({ ...form,
    [name]: event.target.type === 'checkbox' ? event.target.checked : event.target.value });
  const chosen = form.group || yours[0]?.id || 'new';
  const making = useAction(async () => {
    let group = chosen;
    if (group === 'new') {
      group = (await post('/groups', { name: form.groupName.trim(), tags: words(form.groupTags), invitedOnly: form.invitedOnly })).id;
      setForm(old => ({ ...old, group }));
    }
    const created = await post('/events', request(form, group));
    if (created.warnings.length > 0) {
      setWarnings(created);
    } else {
      go(`/e/${created.event}/organise`);
    }
  });
  if (!data) {
    return null;
  }
  if (warnings) {
    return html`<div class="narrow"><h1 tabindex="-1">${t('create.made')}</h1>
      ${warnings.warnings.map(({ reason, message }) => html`<p class="card warm">${said(`reason.${reason}`) ?? message}</p>`)}
      <a class="button main large" href=${`#/e/${warnings.event}/organise`}>${t('create.on')}</a></div>`;
  }
  return html`<h1 tabindex="-1">${t('create.title')}</h1>
    <form class="two" onSubmit=${event => { event.preventDefault(); making.run(); }}>
      <div class="column">
        <${What} form=${form} set=${set} yours=${yours} chosen=${chosen} />
        <${Money} form=${form} set=${set} lightning=${line?.lightning} />
        <button class="main large" disabled=${making.busy}>${t('create.go')}</button>
        ${making.slow && html`<${Working}>${t('working')}</${Working}>`}<${Fault} fault=${making.fault} />
      </div>
      <div class="sticky"><${Preview} form=${form} group=${yours.find(one => one.id === chosen)?.name ?? form.groupName} /></div>
    </form>`;
}

function What({ form, set, yours, chosen, there, fixedTimes }) {
  const input = (name, more) => html`<input id=${name} value=${form[name]} onInput=${set(name)} ...${more} />`;
  return html`<fieldset class="card"><legend class="unseen">${t('create.what')}</legend>
    ${yours.length > 0 && html`<${Field} id="group" label=${t('create.group')}><select id="group" value=${chosen} onChange=${set('group')}>
      ${yours.map(group => html`<option value=${group.id}>${group.name}</option>`)}
      <option value="new">${t('create.group.new')}</option></select></${Field}>`}
    ${chosen === 'new' && html`<${Field} id="groupName" label=${t('create.group.name')} hint=${t('create.group.hint')}>
      ${input('groupName', { required: true, maxlength: 120, 'aria-describedby': 'groupName-hint' })}</${Field}>`}
    ${chosen === 'new' && html`<${Field} id="groupTags" label=${t('you.tags')} hint=${t('create.group.tags')}>
      ${input('groupTags', { maxlength: 300, 'aria-describedby': 'groupTags-hint' })}</${Field}>
      <div><label class="check"><input type="checkbox" id="invitedOnly" checked=${form.invitedOnly} onChange=${set('invitedOnly')}
        aria-describedby="invitedOnly-why" /> ${t('create.private')}</label><p class="soft small" id="invitedOnly-why">${t('create.private.why')}</p></div>`}
    <${Field} id="title" label=${t('create.name')}>${input('title', { required: true, maxlength: 120 })}</${Field}>
    <div class="fields">
      <${Field} id="day" label=${t('create.day')}>${input('day', { type: 'date', required: true, disabled: fixedTimes })}</${Field}>
      <${Field} id="starts" label=${t('create.starts')}>${input('starts', { type: 'time', required: true, disabled: fixedTimes })}</${Field}>
      <${Field} id="ends" label=${t('create.ends')}>${input('ends', { type: 'time', required: true, disabled: fixedTimes })}</${Field}></div>
    ${!there && html`<${Repeat} form=${form} set=${set} />`}
    ${fixedTimes && html`<p class="soft small">${t('edit.times')}</p>`}
    <${Field} id="zone" label=${t('create.zone')}><select id="zone" disabled=${fixedTimes} value=${form.zone} onChange=${set('zone')}>
      ${zones(form.zone).map(zone => html`<option value=${zone}>${zone.replaceAll('_', ' ')}</option>`)}</select></${Field}>
    <div class="fields">
      <${Field} id="place" label=${t('create.place')}>${input('place', { maxlength: 200 })}</${Field}>
      <${Field} id="capacity" label=${t('create.capacity')}>${input('capacity', { type: 'number', min: 1, max: 800, required: true })}</${Field}></div>
    <div class="field"><span class="label">${t('create.cover')}</span>
      <${Choose} id="cover" shape=${COVER} label=${t('first.choose')} chosen=${form.cover ?? form.had}
        onChoose=${cover => set('cover')({ target: { value: cover } })} /></div>
    <${Field} id="description" label=${t('create.description')}>
      <textarea id="description" maxlength="4000" value=${form.description} onInput=${set('description')}></textarea></${Field}>
    <details><summary>${t('create.more')}</summary><div class="column">
      <${Field} id="hiddenPlace" label=${t('create.hidden')} hint=${t('create.hidden.hint')}>
        ${input('hiddenPlace', { maxlength: 200, 'aria-describedby': 'hiddenPlace-hint' })}</${Field}>
      <${Field} id="guestsPerPledge" label=${t('create.guests')} hint=${t('create.guests.hint')}>
        ${input('guestsPerPledge', { type: 'number', min: 0, max: 10, required: true, 'aria-describedby': 'guestsPerPledge-hint' })}</${Field}>
      <${Field} id="questions" label=${t('create.questions')} hint=${t('create.questions.hint')}>
        <textarea id="questions" value=${form.questions} aria-describedby="questions-hint" onInput=${set('questions')}></textarea></${Field}>
      <${RuleFields} form=${form} set=${set} fixedTimes=${fixedTimes} /></div></details>
  </fieldset>`;
}

const zones = chosen => [...new Set([chosen, 'UTC', ...Intl.supportedValuesOf('timeZone')])];

function Money({ form, set, lightning }) {
  const there = lightning === 'running';
  return html`<fieldset class="card"><legend class="unseen">${t('create.money')}</legend>
    <div><label class="check"><input type="checkbox" id="deposit" checked=${form.deposit} disabled=${!there}
      onChange=${set('deposit')} aria-describedby="deposit-why" /> ${t('create.deposit')}</label>
    <p class="soft small" id="deposit-why">${there ? t('create.deposit.why') : lightning === 'starting' ? t('create.deposit.wait') : t('create.deposit.none')}</p></div>
    ${form.deposit && html`<${Field} id="amount" label=${t('create.amount')} hint=${t('create.amount.hint')}>
      <input id="amount" type="number" min="1" max="10000000" required value=${form.amount} onInput=${set('amount')}
        aria-describedby="amount-hint" /></${Field}>
      ${Number(form.amount) > 0 && html`<${Rules} depositMsat=${Number(form.amount) * MSAT} />`}`}
  </fieldset>`;
}

/** The event as guests will see it, and the deadlines that follow from its times. */
function Preview({ form, group }) {
  const asked = safely(() => request(form, ''));
  return html`<section class="card" aria-labelledby="preview"><p class="label soft" id="preview">${t('create.preview')}</p>
    <${Cover} picture=${form.had} drawn=${form.cover} />
    <h2>${form.title || t('create.untitled')}</h2>
    ${asked && html`<p>${span(asked.startsAtMillis, asked.endsAtMillis, form.zone)}</p>`}
    <p class="soft">${[form.place, group, t('event.seats.left', { n: Number(form.capacity) || 0 })].filter(Boolean).join(' · ')}</p>
    ${form.description && html`<p>${form.description}</p>`}
    ${asked?.repeat && html`<${Dates} rule=${asked.repeat} startsAtMillis=${asked.startsAtMillis} zone=${form.zone} />`}
    ${asked?.depositMsat > 0 && html`<${Rules} depositMsat=${asked.depositMsat} />
      <${Clock} zone=${form.zone} steps=${[
        { name: t('clock.lock-opens'), at: asked.lockOpensAtMillis },
        { name: t('clock.lock-closes'), at: asked.lockClosesAtMillis },
        { name: t('clock.check-in-opens'), at: asked.checkInOpensAtMillis },
        { name: t('clock.check-in-closes'), at: asked.endsAtMillis },
        { name: t('clock.appeals-close'), at: asked.endsAtMillis + 6 * HOUR },
        { name: t('clock.payouts-close'), at: asked.endsAtMillis + 12 * HOUR }]} />`}
  </section>`;
}

function safely(make) {
  try {
    const made = make();
    return Number.isFinite(made.startsAtMillis) && Number.isFinite(made.endsAtMillis) ? made : null;
  } catch {
    return null; // Half a date.
  }
}
