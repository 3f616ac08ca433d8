// One event, as somebody sees it who may come.
import { html, useState, useData, useAction, useTick, now } from '../kit.js';
import { get, post } from '../api.js';
import { t, span, sat } from '../words.js';
import { Act, Ask, Avatar, Cover, Deadline, Fault, Field, QrCode, Rules, SeatBadge, Working, nameOf, save } from '../parts.js';
import { Met, useCode, useMeeting } from '../meet.js';
import { Change } from './change.js';
import { Scanner } from '../scan.js';
import { Deposit } from './deposit.js';
import { Others } from './repeat.js';

/** The event's name and its corners: the page itself, and for the organiser the desk, the door and the money. */
export function EventHead({ event, corner }) {
  const { summary, terms } = event;
  const base = `#/e/${summary.id}`;
  const corners = [[undefined, base, t('corner.event')],
    ...(event.youHost ? [['organise', `${base}/organise`, t('corner.organise')], ['door', `${base}/door`, t('corner.door')]] : []),
    ...(terms ? [['money', `${base}/money`, t('corner.money')]] : [])];
  return html`<div class="column"><h1 tabindex="-1">${summary.title}</h1>
    ${corners.length > 1 && html`<nav aria-label=${t('corner')}><ul>${corners.map(([name, href, words]) => html`
      <li><a href=${href} aria-current=${name === corner ? 'page' : null}>${words}</a></li>`)}</ul></nav>`}
    ${summary.cancelled && html`<p class="card bad"><b>${t('event.cancelled.long')}</b>${event.cancelReason}</p>`}</div>`;
}

/** An event by its id, or why it cannot be shown. */
export function useEvent(id) {
  const { data, fault } = useData(`/events/${id}`);
  const missing = data === null && (fault
    ? html`<h1 tabindex="-1">${t('event.missing')}</h1><${Fault} fault=${fault} />
      ${fault.code === 'not_found' && html`<${Working}>${t('event.arriving')}</${Working}>`}`
    : html`<${Working}>${t('working')}</${Working}>`);
  return { event: data, missing };
}

export function EventPage({ id }) {
  const { event, missing } = useEvent(id);
  useTick(10_000);
  if (missing) {
    return missing;
  }
  const you = event.people.find(person => person.you);
  return html`<${EventHead} event=${event} />
    <div class="two"><div class="column">
      ${event.summary.cover && html`<${Cover} picture=${event.summary.cover} />`}
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
    <${Others} event=${event} />
    ${(summary.place || event.placeHidden) && html`<div><dt>${t('event.where')}</dt><dd>${[event.hiddenPlace, summary.place].filter(Boolean).join(' · ')}
      ${event.placeHidden && !event.hiddenPlace && html`<span class="soft">${summary.place ? ' · ' : ''}${t('event.where.hidden')}</span>`}</dd></div>`}
    ${host && html`<div><dt>${t('event.by')}</dt><dd>${host}</dd></div>`}
    <div><dt>${t('event.places')}</dt><dd>${t('event.seats', { taken: summary.confirmed, all: summary.capacity })}${
      summary.waitlisted > 0 ? ` · ${t('event.waiting', { n: summary.waitlisted })}` : ''}</dd></div>
    ${terms && html`<div><dt>${t('event.deposit.word')}</dt><dd>${sat(terms.depositMsat)}</dd></div>
      <div><dt>${t('clock.lock')}</dt><dd><${Deadline} millis=${terms.lockOpensAtMillis} zone=${summary.zone} /></dd></div>`}
    <div><dt>${t('clock.check-in')}</dt><dd><${Deadline} millis=${event.checkInOpensAtMillis} zone=${summary.zone} /></dd></div>
  </dl><${Act} kind="" act=${() => get(`/events/${summary.id}/calendar`)}
    onDone=${answer => save(`${summary.id.slice(0, 8)}.ics`, 'text/calendar', answer.ics)}>${t('event.calendar')}</${Act}></section>`;
}

/** What this person has here, and the one thing to do next. */
function Place({ event, you }) {
  const { summary, terms } = event;
  const { id } = summary;
  if (summary.cancelled) {
    return you?.deposit ? html`<${Deposit} event=${event} you=${you} />` : null;
  }
  if (you?.present) {
    return html`<section class="card good" aria-live="polite"><h2>${now() < summary.endsAtMillis ? t('place.in') : t('place.was-in')}</h2><p>${t('place.in.lead')}</p></section>
      ${terms && html`<${Deposit} event=${event} you=${you} />`}`;
  }
  const over = now() >= event.checkInClosesAtMillis;
  if (!you || you.seat === 'withdrawn') {
    return summary.yours || over ? null : html`<section class="card" aria-labelledby="coming"><h2 id="coming">${t('rsvp.title')}</h2>
      ${terms ? html`<${Rules} depositMsat=${terms.depositMsat} /><p class="soft">${t('rsvp.no-money-yet')}</p>` : html`<p class="soft">${t('rsvp.lead')}</p>`}
      <${Rsvp} event=${event} /></section>`;
  }
  return html`<section class="card" aria-labelledby="place"><div class="row between"><h2 id="place">${t('place.title')}</h2>
      <${SeatBadge} seat=${you.seat} /></div>
      <p aria-live="polite">${t(`place.${you.seat}`)}${you.guests > 0 ? ` ${t('place.guests', { n: you.guests })}` : ''}</p>
      ${summary.changedSinceRsvp.length > 0 && html`<div class="note"><p><b>${t('changed')}</b></p><ul>
        ${summary.changedSinceRsvp.map(change => html`<li><${Change} change=${change} zone=${summary.zone} /></li>`)}</ul></div>`}
      ${['undecided', 'confirmed', 'waitlisted'].includes(you.seat) && now() < event.checkInOpensAtMillis && html`
        <div><${Ask} question=${terms ? t('withdraw.money') : t('withdraw.sure')} yes=${t('withdraw.yes')}
          act=${() => post(`/events/${id}/withdraw`)}>${t('withdraw')}</${Ask}></div>`}</section>
    ${terms && you.seat === 'confirmed' && html`<${Deposit} event=${event} you=${you} />`}
    ${you.seat === 'confirmed' && !over && html`<${CheckIn} event=${event} />`}`;
}

/** Saying yes, with whom, and what the organiser wants to know. */
function Rsvp({ event }) {
  const { summary, questions } = event;
  const [guests, setGuests] = useState('0');
  const [answers, setAnswers] = useState({});
  if (summary.rsvpClosesAtMillis && now() >= summary.rsvpClosesAtMillis) {
    return html`<p>${t('rsvp.closed')}</p>`;
  }
  const ask = () => post(`/events/${summary.id}/rsvp`, { guests: Number(guests),
    ...(questions.length > 0 ? { answers: questions.map((_, index) => (answers[index] ?? '').trim()) } : {}) });
  return html`${summary.guestsPerPledge > 0 && html`<${Field} id="guests" label=${t('rsvp.guests')}>
      <select id="guests" value=${guests} onChange=${event => setGuests(event.target.value)}>
        ${Array.from({ length: summary.guestsPerPledge + 1 }, (_, count) => html`<option value=${count}>${count === 0 ? t('rsvp.alone') : t('rsvp.with', { n: count })}</option>`)}
      </select></${Field}>`}
    ${questions.map((question, index) => html`<${Field} id=${`answer-${index}`} label=${question}>
      <input id=${`answer-${index}`} maxlength="300" value=${answers[index] ?? ''}
        onInput=${event => setAnswers({ ...answers, [index]: event.target.value })} /></${Field}>`)}
    <${Act} large act=${ask} working=${t('rsvp.working')}>${t('rsvp.go')}</${Act}>
    ${summary.rsvpClosesAtMillis && html`<p class="soft small">${t('rsvp.until')} <${Deadline} millis=${summary.rsvpClosesAtMillis} zone=${summary.zone} /></p>`}`;
}

/** Coming in: by this machine's camera, by one's own code, or by the text under the door's code. */
function CheckIn({ event }) {
  const [way, setWay] = useState(null);
  const [frame, setFrame] = useState('');
  const { say, met, end } = useMeeting(event.summary.id, true);
  const typing = useAction(() => say(frame));
  if (now() < event.checkInOpensAtMillis) {
    return null;
  }
  return html`<section class="card" aria-labelledby="check-in"><h2 id="check-in">${t('check-in.title')}</h2>
    <p class="soft">${t('check-in.lead')}</p>
    <${Met} met=${met} onEnd=${end} />
    ${way === 'scan'
      ? html`<${Scanner} onText=${say} onClose=${() => setWay(null)} />`
      : html`<button class="main large" onClick=${() => setWay('scan')}>${t('check-in.scan')}</button>`}
    ${way === 'show' ? html`<${OwnCode} id=${event.summary.id} />` : html`<button onClick=${() => setWay('show')}>${t('check-in.show')}</button>`}
    ${typing.slow && html`<${Working}>${t('check-in.working')}</${Working}>`}
    <details><summary>${t('check-in.no-camera')}</summary>
      <form class="column" onSubmit=${submitted => { submitted.preventDefault(); typing.run(); }}>
        <${Field} id="frame" label=${t('check-in.text')}><input id="frame" autocomplete="off" spellcheck="false" value=${frame}
          onInput=${typed => setFrame(typed.target.value)} /></${Field}>
        <button disabled=${typing.busy || frame.trim() === ''}>${t('check-in.go')}</button></form></details></section>`;
}

function OwnCode({ id }) {
  const { code, fault } = useCode(id);
  return html`${code && html`<${QrCode} text=${code.frame} label=${t('check-in.own')} />`}<${Fault} fault=${fault} />`;
}

function People({ event }) {
  const people = event.people.filter(person => person.seat === 'confirmed' || person.present);
  if (people.length === 0) {
    return null;
  }
  return html`<section class="card" aria-labelledby="people"><h2 id="people">${t('event.people', { n: people.length })}</h2>
    <ul class="lines">${people.map(person => html`<li><${Avatar} person=${person.person} nickname=${person.nickname} picture=${person.picture} />
      <a class="grow" href=${`#/p/${person.person}`}>${nameOf(person)}${person.you ? ` (${t('you')})` : ''}</a>
      ${person.present && html`<span class="badge good">${t('present')}</span>`}</li>`)}</ul></section>`;
}
