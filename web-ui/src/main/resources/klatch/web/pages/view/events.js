// What is on, the groups behind it, and the way in by an invite.
import { html, useState, useData, useAction, now, go } from '../kit.js';
import { get, post } from '../api.js';
import { t, sat, span, dayNumber, monthName } from '../words.js';
import { place } from './repeat.js';
import { FindForm, GroupFound } from './people.js';
import { Act, Avatar, Copy, Fault, Field, QrCode, SeatBadge, Working } from '../parts.js';

export function Events() {
  const { data, fault } = useData('/events');
  const { data: groups } = useData('/groups');
  if (!data || !groups) {
    return fault ? html`<h1 tabindex="-1">${t('events.title')}</h1><${Fault} fault=${fault} />` : null;
  }
  const coming = folded(data.events.filter(event => event.endsAtMillis >= now()));
  const past = data.events.filter(event => event.endsAtMillis < now()).reverse();
  const others = groups.groups.filter(group => !group.member);
  if (groups.groups.length === 0) {
    return html`<${Start} />`;
  }
  return html`<div class="row between"><h1 tabindex="-1">${t('events.title')}</h1>
      <a class="button" href="#/new">${t('events.new')}</a></div>
    <div class="two"><div class="column">
      ${coming.length === 0 && html`<div class="card"><p>${t('events.none')}</p></div>`}
      <ul class="list">${coming.map(({ event, more }) => html`<li key=${event.id}><${EventCard} event=${event} more=${more} /></li>`)}</ul>
      ${past.length > 0 && html`<h2>${t('events.past')}</h2>
        <ul class="list">${past.map(event => html`<li key=${event.id}><${EventCard} event=${event} /></li>`)}</ul>`}
    </div><div class="column">
      <section class="card" aria-labelledby="groups"><h2 id="groups">${t('groups.title')}</h2>
        <ul class="lines">${groups.groups.filter(group => group.member).map(group => html`<${GroupLine} group=${group} />`)}</ul></section>
      ${others.length > 0 && html`<section class="card" aria-labelledby="others"><h2 id="others">${t('groups.others')}</h2>
        <ul class="lines">${others.map(group => html`<${GroupFound} group=${group} />`)}</ul></section>`}
      <${InviteCard} /><${FindForm} />
    </div></div>`;
}

/** Of a series the next one stands for those that follow, but where this person comes stands for itself. */
function folded(events) {
  const next = new Map();
  const cards = [];
  for (const event of events) {
    const series = event.occurrence?.series;
    if (next.has(series) && !event.yourSeat) {
      next.get(series).more += event.cancelled ? 0 : 1;
    } else {
      const card = { event, more: 0 };
      cards.push(card);
      if (series && !event.cancelled && !next.has(series)) {
        next.set(series, card);
      }
    }
  }
  return cards;
}

/** Before the first group: the two ways to begin. */
function Start() {
  return html`<div class="hero"><h1 tabindex="-1">${t('start.title')}</h1><p class="lead">${t('start.lead')}</p></div>
    <div class="two even"><${InviteCard} main />
      <section class="card" aria-labelledby="organise"><h2 id="organise">${t('start.organise')}</h2>
        <p class="soft">${t('start.organise.lead')}</p>
        <a class="button large" href="#/new">${t('events.new')}</a></section></div>`;
}

function InviteCard({ main }) {
  const [invite, setInvite] = useState('');
  function follow(event) {
    event.preventDefault();
    go(`/join/${encodeURIComponent(invite.trim())}`);
  }
  return html`<form class="card" onSubmit=${follow} aria-labelledby="invited"><h2 id="invited">${t('invite.have')}</h2>
    <${Field} id="invite" label=${t('invite.paste')} hint=${t('invite.hint')}>
      <input id="invite" autocomplete="off" spellcheck="false" required aria-describedby="invite-hint" value=${invite}
        onInput=${event => setInvite(event.target.value)} /></${Field}>
    <button class=${main ? 'main large' : ''} disabled=${invite.trim() === ''}>${t('invite.join')}</button></form>`;
}

/** Joins by an invite that came with the address or was pasted. */
export function Join({ invite }) {
  const [joined, setJoined] = useState(null);
  const join = useAction(async () => setJoined(await post('/groups/join', { invite })));
  return html`<div class="narrow"><div class="hero"><h1 tabindex="-1">${t('join.title')}</h1>
    <p class="lead">${t('join.lead')}</p></div>
    ${joined === null
      ? html`<button class="main large" disabled=${join.busy} onClick=${() => join.run()}>${t('invite.join')}</button>
        ${join.slow && html`<${Working}>${t('join.working')}</${Working}>`}<${Fault} fault=${join.fault} />`
      : html`<div class="card good"><p>${joined.connectedTo.length > 0 ? t('join.done') : t('join.alone')}</p>
        <a class="button main" href=${joined.event ? `#/e/${joined.event}` : '#/'}>${joined.event ? t('join.event') : t('join.events')}</a></div>`}</div>`;
}

/** @param more how many of its series follow, without cards of their own */
export function EventCard({ event, more = 0 }) {
  const zone = event.zone;
  return html`<a class="card event" href=${`#/e/${event.id}`}>
    <span class="day" aria-hidden="true"><span>${monthName(event.startsAtMillis, zone)}</span>
      <b>${dayNumber(event.startsAtMillis, zone)}</b></span>
    <span class="column"><span><b>${event.title}</b><br /><span class="soft small">${span(event.startsAtMillis, event.endsAtMillis, zone)}${
      event.place ? ` · ${event.place}` : ''}</span></span>
      <span class="row">${event.cancelled && html`<span class="badge bad">${t('event.cancelled')}</span>`}
        ${event.occurrence && html`<span class="badge">${place(event.occurrence)}</span>`}
        ${more > 0 && html`<span class="badge">${t('events.more', { n: more })}</span>`}
        ${event.yours && html`<span class="badge good">${t('event.yours')}</span>`}
        ${event.yourSeat && html`<${SeatBadge} seat=${event.yourSeat} />`}
        <span class="badge">${t('event.seats', { taken: event.confirmed, all: event.capacity })}</span>
        ${event.depositMsat && html`<span class="badge">${t('event.deposit', { amount: sat(event.depositMsat) })}</span>`}
      </span></span></a>`;
}

const GroupLine = ({ group }) => html`<li class="group"><div class="grow"><div class="row">
    <${Avatar} person=${group.id} nickname=${group.name ?? '?'} />
    <span class="grow"><a href=${`#/g/${group.id}`}><b>${group.name ?? t('groups.arriving')}</b></a><br />
      <span class="soft small">${t('groups.people', { n: group.members.length })}${group.invitedOnly ? ` · ${t('groups.private')}` : ''}</span></span></div>
    ${(!group.invitedOnly || group.youHost) && html`<${InviteOthers} group=${group} />`}</div></li>`;

/** The way in for others, once it is asked for. */
export function InviteOthers({ group }) {
  const [invite, setInvite] = useState(null);
  return html`${invite === null
      ? html`<${Act} kind="plain" act=${() => get(`/groups/${group.id}/invite`)} onDone=${answer => setInvite(answer.invite)}>${t('invite.make')}</${Act}>`
      : html`<${Invite} text=${invite} />`}
    ${invite !== null && group.invitedOnly && html`<p class="soft small">${t('groups.private.invite')}</p>
      <${Act} kind="" act=${() => post(`/groups/${group.id}/invite`, {})} onDone=${answer => setInvite(answer.invite)}>${t('groups.private.new')}</${Act}>`}`;
}

export function Invite({ text }) {
  return html`<div class="column"><p class="soft small">${t('invite.pass')}</p>
    <${QrCode} text=${text} label=${t('invite.code')} />
    <div class="row"><${Copy} text=${text}>${t('invite.copy')}</${Copy}></div></div>`;
}
