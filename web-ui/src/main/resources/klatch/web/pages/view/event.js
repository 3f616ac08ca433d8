// One event, as somebody sees it who may come.
import { html, useState, useData, useAction, useTick, now } from '../kit.js';
import { post } from '../api.js';
import { t, span, sat } from '../words.js';
import { Act, Avatar, Deadline, Fault, Field, Rules, SeatBadge, Working, nameOf } from '../parts.js';
import { Scanner } from '../scan.js';
import { Deposit } from './deposit.js';

const ASK_WHILE_PAYING_MILLIS = 700;

/** The event's name and its corners: the page itself, and for the organiser the desk, the door and the money. */
export function EventHead({ event, corner }) {
  const { summary, terms } = event;
  const base = `#/e/${summary.id}`;
  const corners = [[undefined, base, t('corner.event')],
    ...(summary.yours ? [['organise', `${base}/organise`, t('corner.organise')], ['door', `${base}/door`, t('corner.door')]] : []),
    ...(terms ? [['money', `${base}/money`, t('corner.money')]] : [])];
  return html`<div class="column"><h1 tabindex="-1">${summary.title}</h1>
    ${corners.length > 1 && html`<nav aria-label=${t('corner')}><ul>${corners.map(([name, href, words]) => html`
      <li><a href=${href} aria-current=${name === corner ? 'page' : null}>${words}</a></li>`)}</ul></nav>`}
    ${summary.cancelled && html`<p class="card bad"><b>${t('event.cancelled.long')}</b>${event.cancelReason}</p>`}</div>`;
}

/** An event by its id, or why it cannot be shown. */
export function useEvent(id, every) {
  const { data, fault } = useData(`/events/${id}`, every);
  const missing = data === null && (fault
    ? html`<h1 tabindex="-1">${t('event.missing')}</h1><${Fault} fault=${fault} />
      ${fault.code === 'not_found' && html`<${Working}>${t('event.arriving')}</${Working}>`}`
    : html`<${Working}>${t('working')}</${Working}>`);
  return { event: data, missing };
}

export function EventPage({ id }) {
  const [paying, setPaying] = useState(false);
  const { event, missing } = useEvent(id, paying ? ASK_WHILE_PAYING_MILLIS : undefined);
  useTick(10_000);
  if (missing) {
    return missing;
  }
  const you = event.people.find(person => person.you);
  const underWay = you?.deposit?.state === 'paying';
  if (underWay !== paying) {
    setPaying(underWay);
  }
  return html`<${EventHead} event=${event} />
    <div class="two"><div class="column">
      <${Place} event=${event} you=${you} />
      ${event.description && html`<section class="card" aria-labelledby="about"><h2 id="about">${t('event.about')}</h2>
        <p>${event.description}</p></section>`}
      <${People} event=${event} />
    </div><div class="column"><${Facts} event=${event} /></div></div>`;
}

function Facts({ event }) {
  const { summary, terms } = event;
  const host = event.people.find(person => person.person === event.organiser)?.nickname;
  return html`<section class="card" aria-label=${t('event.facts')}><dl class="facts">
    <div><dt>${t('event.when')}</dt><dd>${span(summary.startsAtMillis, summary.endsAtMillis, summary.zone)}</dd></div>
    ${summary.place && html`<div><dt>${t('event.where')}</dt><dd>${summary.place}</dd></div>`}
    ${host && html`<div><dt>${t('event.by')}</dt><dd>${host}</dd></div>`}
    <div><dt>${t('event.places')}</dt><dd>${t('event.seats', { taken: summary.confirmed, all: summary.capacity })}${
      summary.waitlisted > 0 ? ` · ${t('event.waiting', { n: summary.waitlisted })}` : ''}</dd></div>
    ${terms && html`<div><dt>${t('event.deposit.word')}</dt><dd>${sat(terms.depositMsat)}</dd></div>
      <div><dt>${t('clock.lock')}</dt><dd><${Deadline} millis=${terms.lockOpensAtMillis} zone=${summary.zone} /></dd></div>`}
    <div><dt>${t('clock.check-in')}</dt><dd><${Deadline} millis=${event.checkInOpensAtMillis} zone=${summary.zone} /></dd></div>
  </dl></section>`;
}

/** What this person has here, and the one thing to do next. */
function Place({ event, you }) {
  const { summary, terms } = event;
  const { id } = summary;
  if (summary.cancelled) {
    return you?.deposit ? html`<${Deposit} event=${event} you=${you} />` : null;
  }
  if (you?.present) {
    return html`<section class="card good" aria-live="polite"><h2>${t('place.in')}</h2><p>${t('place.in.lead')}</p></section>
      ${terms && html`<${Deposit} event=${event} you=${you} />`}`;
  }
  const over = now() >= event.checkInClosesAtMillis;
  if (!you || you.seat === 'withdrawn') {
    return summary.yours || over ? null : html`<section class="card" aria-labelledby="coming"><h2 id="coming">${t('rsvp.title')}</h2>
      ${terms ? html`<${Rules} depositMsat=${terms.depositMsat} /><p class="soft">${t('rsvp.no-money-yet')}</p>` : html`<p class="soft">${t('rsvp.lead')}</p>`}
      <${Act} large act=${() => post(`/events/${id}/rsvp`)} working=${t('rsvp.working')}>${t('rsvp.go')}</${Act}></section>`;
  }
  return html`<section class="card" aria-labelledby="place"><div class="row between"><h2 id="place">${t('place.title')}</h2>
      <${SeatBadge} seat=${you.seat} /></div>
      <p aria-live="polite">${t(`place.${you.seat}`)}</p></section>
    ${terms && you.seat === 'confirmed' && html`<${Deposit} event=${event} you=${you} />`}
    ${you.seat === 'confirmed' && !over && html`<${CheckIn} event=${event} />`}`;
}

/** Coming in: by this machine's camera, or by the text under the door's code. */
function CheckIn({ event }) {
  const [scanning, setScanning] = useState(false);
  const [frame, setFrame] = useState('');
  const entering = useAction(async text => {
    await post(`/events/${event.summary.id}/checkin`, { frame: text.trim() });
    setScanning(false);
  });
  if (now() < event.checkInOpensAtMillis) {
    return null;
  }
  return html`<section class="card" aria-labelledby="check-in"><h2 id="check-in">${t('check-in.title')}</h2>
    <p class="soft">${t('check-in.lead')}</p>
    ${scanning
      ? html`<${Scanner} onText=${text => entering.run(text)} onClose=${() => setScanning(false)} />`
      : html`<button class="main large" onClick=${() => setScanning(true)}>${t('check-in.scan')}</button>`}
    ${entering.slow && html`<${Working}>${t('check-in.working')}</${Working}>`}<${Fault} fault=${entering.fault} />
    <details><summary>${t('check-in.no-camera')}</summary>
      <form class="column" onSubmit=${submitted => { submitted.preventDefault(); entering.run(frame); }}>
        <${Field} id="frame" label=${t('check-in.text')}><input id="frame" autocomplete="off" spellcheck="false" value=${frame}
          onInput=${typed => setFrame(typed.target.value)} /></${Field}>
        <button disabled=${entering.busy || frame.trim() === ''}>${t('check-in.go')}</button></form></details></section>`;
}

function People({ event }) {
  const people = event.people.filter(person => person.seat === 'confirmed' || person.present);
  if (people.length === 0) {
    return null;
  }
  return html`<section class="card" aria-labelledby="people"><h2 id="people">${t('event.people', { n: people.length })}</h2>
    <ul class="lines">${people.map(person => html`<li><${Avatar} person=${person.person} nickname=${person.nickname} />
      <span class="grow">${nameOf(person)}${person.you ? ` (${t('you')})` : ''}</span>
      ${person.present && html`<span class="badge good">${t('present')}</span>`}</li>`)}</ul></section>`;
}
