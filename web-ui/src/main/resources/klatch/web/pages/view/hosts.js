// Who speaks for an event besides its organiser, and which seats they give without asking.
import { html, useState, useData, refresh } from '../kit.js';
import { post } from '../api.js';
import { t, number } from '../words.js';
import { Act, Ask, Avatar, Field, nameOf } from '../parts.js';

const sum = (quotas, name) => quotas.reduce((all, quota) => all + quota[name], 0);

/** What one person holds of an event's seats. */
function held(event, person) {
  const quotas = event.quotas.filter(quota => quota.holder === person);
  const seats = sum(quotas, 'seats') - sum(quotas, 'returned');
  return { seats, taken: sum(quotas, 'taken') };
}

/** The free seats that this person may give by themselves. */
export function freeSeats(event, person) {
  const { seats, taken } = held(event, person);
  return seats - taken;
}

export function Hosts({ event, you }) {
  const { data } = useData('/groups');
  const group = data?.groups.find(one => one.id === event.summary.group);
  if (!group || (!group.yours && !event.youHost)) {
    return null;
  }
  const others = group.members.filter(member => member.person !== group.founder && !group.coHosts.includes(member.person));
  const coHosts = group.members.filter(member => group.coHosts.includes(member.person));
  return html`<section class="card" aria-labelledby="hosts"><h2 id="hosts">${t('hosts.title')}</h2>
    <p class="soft small">${t('hosts.why')}</p>
    <ul class="lines">${coHosts.map(person => html`<li key=${person.person}><${Avatar} person=${person.person} nickname=${person.nickname} picture=${person.picture} />
      <span class="grow">${nameOf(person)}<br /><${Held} event=${event} person=${person.person} you=${you} /></span>
      ${group.yours && html`<${Ask} question=${t('hosts.revoke.sure', { name: nameOf(person) })} yes=${t('hosts.revoke')}
        act=${() => post(`/groups/${group.id}/co-hosts/revoke`, { person: person.person })} onDone=${refresh}>${t('hosts.revoke.go')}</${Ask}>`}
      ${event.summary.yours && !event.summary.cancelled && html`<${HandOver} event=${event} person=${person} />`}</li>`)}</ul>
    ${coHosts.length === 0 && html`<p class="soft">${t('hosts.none')}</p>`}
    ${group.yours && others.length > 0 && html`<${Grant} group=${group} others=${others} />`}</section>`;
}

function Held({ event, person, you }) {
  const { seats, taken } = held(event, person);
  if (seats === 0) {
    return html`<span class="soft small">${t('hosts.no-seats')}</span>`;
  }
  return html`<span class="soft small">${t('hosts.seats', { n: seats, taken: number(taken) })}</span>
    ${person === you && seats > taken && html`<br /><${Act} kind="plain" act=${() => post(`/events/${event.summary.id}/quotas/return`, {})}
      onDone=${refresh}>${t('hosts.return', { n: seats - taken })}</${Act}>`}`;
}

function HandOver({ event, person }) {
  const [count, setCount] = useState('5');
  const id = `seats-${person.person.slice(0, 8)}`;
  return html`<div class="row low"><${Field} id=${id} label=${t('hosts.count')}>
      <input id=${id} type="number" min="1" max="800" value=${count} onInput=${typed => setCount(typed.target.value)} /></${Field}>
    <${Act} kind="" disabled=${!(Number(count) >= 1)} onDone=${refresh}
      act=${() => post(`/events/${event.summary.id}/quotas`, { person: person.person, seats: Number(count) })}>${t('hosts.hand-over')}</${Act}></div>`;
}

function Grant({ group, others }) {
  const [chosen, setChosen] = useState('');
  const person = others.some(other => other.person === chosen) ? chosen : others[0].person;
  return html`<div class="row low"><${Field} id="co-host" label=${t('hosts.who')}>
      <select id="co-host" value=${person} onChange=${picked => setChosen(picked.target.value)}>
        ${others.map(other => html`<option value=${other.person}>${nameOf(other)}</option>`)}</select></${Field}>
    <${Act} kind="" act=${() => post(`/groups/${group.id}/co-hosts`, { person })} onDone=${refresh}>${t('hosts.grant')}</${Act}></div>`;
}
