// The organiser's desk for one event: who comes, what is held, what comes next.
import { html, useState, useData, now, refresh } from '../kit.js';
import { get, post } from '../api.js';
import { t, sat, number } from '../words.js';
import { Act, Ask, Avatar, Clock, DepositBadge, Fault, Meter, Rules, SeatBadge, Tile, nameOf, save } from '../parts.js';
import { EventHead, useEvent } from './event.js';
import { Invite } from './events.js';
import { Hosts, freeSeats } from './hosts.js';
import { Reach } from './repeat.js';

export function Organise({ id, you }) {
  const { event, missing } = useEvent(id);
  if (missing) {
    return missing;
  }
  const { summary, terms, people } = event;
  const free = freeSeats(event, you);
  const count = test => people.filter(test).length;
  const held = count(person => person.deposit?.state === 'held');
  return html`<${EventHead} event=${event} corner="organise" />
    <div class="tiles">
      <${Tile} value=${`${number(summary.confirmed)} / ${number(summary.capacity)}`}>${t('desk.seats')}</${Tile}>
      ${terms && html`<${Tile} value=${held}>${t('desk.held', { amount: sat(held * terms.depositMsat) })}</${Tile}>`}
      <${Tile} value=${count(person => person.present)}>${t('desk.present')}</${Tile}>
      ${summary.waitlisted > 0 && html`<${Tile} value=${summary.waitlisted}>${t('desk.waiting')}</${Tile}>`}
    </div>
    <div class="two"><div class="column"><${Guests} id=${id} people=${people} free=${free} /><${InviteCard} id=${id} /></div>
      <div class="column">${!summary.cancelled && now() < summary.endsAtMillis && html`<a class="button" href=${`#/e/${id}/edit`}>${t('edit.title')}</a>`}${terms && html`<${Deadlines} event=${event} /><${Room} terms=${terms} seats=${summary.capacity - held} />`}
        <${Hosts} event=${event} you=${you} />
        ${!summary.cancelled && now() < summary.endsAtMillis && html`<${CallOff} event=${event} />`}
      </div></div>`;
}

function CallOff({ event }) {
  const [reach, setReach] = useState(false);
  return html`<section class="card" aria-labelledby="call-off"><h2 id="call-off">${t('cancel.title')}</h2>
    <p class="soft">${event.terms ? t('cancel.money') : t('cancel.lead')}</p>
    <${Reach} event=${event} reach=${reach} onReach=${setReach} />
    <${Ask} question=${reach ? t('cancel.sure.following') : t('cancel.sure')} yes=${t('cancel.yes')}
      act=${() => post(`/events/${event.summary.id}/cancel`, { following: reach })}>${reach ? t('cancel.go.following') : t('cancel.go')}</${Ask}></section>`;
}

/** Somebody who waits for a seat may be given one of those that this host holds. */
const waits = person => person.seat === 'undecided' || person.seat === 'waitlisted';

function Guests({ id, people, free }) {
  return html`<section class="card" aria-labelledby="guests"><h2 id="guests">${t('desk.guests')}</h2>
    ${people.length === 0 && html`<p class="soft">${t('desk.nobody')}</p>`}
    <ul class="lines">${people.map(person => html`<li key=${person.person}><${Avatar} person=${person.person} nickname=${person.nickname} picture=${person.picture} />
      <span class="grow"><a href=${`#/p/${person.person}`}>${nameOf(person)}</a>${person.guests > 0 ? ` + ${person.guests}` : ''}
        ${person.answers?.some(answer => answer !== '') && html`<br /><span class="soft small">${person.answers.filter(Boolean).join(' · ')}</span>`}</span><span class="row">
      ${person.present ? html`<span class="badge good">${t('present')}</span>` : html`<${SeatBadge} seat=${person.seat} />`}
      ${free > 0 && waits(person) && html`<${Act} kind="" act=${() => post(`/events/${id}/seats`, { person: person.person })}
        onDone=${refresh}>${t('hosts.give')}</${Act}>`}
      ${person.deposit && html`<${DepositBadge} state=${person.deposit.state} />`}</span></li>`)}</ul>
    ${people.length > 0 && html`<${Act} kind="" act=${() => get(`/events/${id}/guest-list`)}
      onDone=${answer => save(`guests-${id.slice(0, 8)}.csv`, 'text/csv', answer.csv)}>${t('desk.csv')}</${Act}>`}</section>`;
}

function InviteCard({ id }) {
  const { data, fault } = useData(`/events/${id}/invite`);
  return html`<section class="card" aria-labelledby="invite"><h2 id="invite">${t('desk.invite')}</h2>
    ${data && html`<${Invite} text=${data.invite} />`}<${Fault} fault=${fault} /></section>`;
}

/** The guardian's clock: what happens by itself, and when. */
function Deadlines({ event }) {
  const { terms, summary } = event;
  return html`<section class="card" aria-labelledby="deadlines"><h2 id="deadlines">${t('desk.clock')}</h2>
    <${Clock} zone=${summary.zone} steps=${[
      { name: t('clock.lock-opens'), at: terms.lockOpensAtMillis },
      { name: t('clock.lock-closes'), at: terms.lockClosesAtMillis },
      { name: t('clock.check-in-opens'), at: terms.checkInOpensAtMillis },
      { name: t('clock.check-in-closes'), at: terms.checkInClosesAtMillis },
      { name: t('clock.appeals-close'), at: terms.appealsCloseAtMillis },
      { name: t('clock.payouts-close'), at: terms.payoutsCloseAtMillis }]} />
    <${Rules} depositMsat=${terms.depositMsat} /></section>`;
}

/** Why nothing more can be held, as `klatch lightning` says it too. */
function lackOf({ channels, room }) {
  if (!channels.some(channel => channel.usable)) {
    return 'channel';
  }
  return room.slots === 0 ? 'slots' : room.toHoldMsat === 0 && 'side';
}

/** Whether the channels can take the deposits that are still to come. */
function Room({ terms, seats }) {
  const { data } = useData('/status', true);
  const lightning = data?.lightning;
  if (!lightning) {
    return null;
  }
  const lack = lackOf(lightning);
  const fits = Math.min(lightning.room.slots, Math.floor(lightning.room.toHoldMsat / terms.depositMsat));
  return html`<section class=${fits < seats ? 'card warm' : 'card'} aria-labelledby="room"><h2 id="room">${t('room.title')}</h2>
    <p>${t('room.fits', { n: fits })}</p>
    <${Meter} part=${fits} whole=${Math.max(fits, seats)} label=${t('room.meter', { n: fits, seats })} />
    ${fits < seats && html`<p>${t('room.short', { n: seats })}</p>`}
    ${lack && html`<p class="small">${t(`room.lack.${lack}`)}</p>`}
    ${lightning.reserve?.advice && html`<p class="small">${t('room.reserve', {
      needed: sat(lightning.reserve.neededSat * 1000), there: sat(lightning.reserve.confirmedSat * 1000) })}</p>`}
    ${lightning.chain && html`<p class="fault">${lightning.chain}</p>`}</section>`;
}
