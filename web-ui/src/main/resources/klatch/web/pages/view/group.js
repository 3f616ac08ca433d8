// One group: what it is about, who is in it, and the ways out of it.
import { html, useData, now, go } from '../kit.js';
import { post } from '../api.js';
import { t } from '../words.js';
import { Ask, Avatar, Fault, Working, nameOf } from '../parts.js';
import { EventCard, InviteOthers } from './events.js';
import { Tags } from './people.js';

export function GroupPage({ id, you }) {
  const { data, fault } = useData('/groups');
  const { data: events } = useData('/events');
  if (!data || !events) {
    return fault ? html`<h1 tabindex="-1">${t('group.missing')}</h1><${Fault} fault=${fault} />` : html`<${Working}>${t('working')}</${Working}>`;
  }
  const group = data.groups.find(one => one.id === id);
  if (!group) {
    return html`<h1 tabindex="-1">${t('group.missing')}</h1><p><a href="#/">${t('join.events')}</a></p>`;
  }
  const coming = events.events.filter(event => event.group === id && event.endsAtMillis >= now());
  return html`<div class="row"><${Avatar} large person=${group.id} nickname=${group.name ?? '?'} />
      <div class="column grow"><h1 tabindex="-1">${group.name ?? t('groups.arriving')}</h1><${Tags} tags=${group.tags} /></div></div>
    ${group.description && html`<p class="lead">${group.description}</p>`}
    <div class="two"><div class="column"><${People} group=${group} you=${you} /></div><div class="column">
      ${coming.length > 0 && html`<ul class="list">${coming.map(event => html`<li><${EventCard} event=${event} /></li>`)}</ul>`}
      ${(!group.invitedOnly || group.youHost) && html`<section class="card" aria-labelledby="invite-in"><h2 id="invite-in">${t('desk.invite')}</h2><${InviteOthers} group=${group} /></section>`}
      ${group.member && !group.yours && html`<section class="card" aria-labelledby="leave"><h2 id="leave">${t('leave.title')}</h2>
        <p class="soft">${t('leave.lead')}</p>
        <div><${Ask} question=${t('leave.sure')} yes=${t('leave.yes')} act=${() => post(`/groups/${id}/leave`, {})} onDone=${() => go('/')}>${t('leave.go')}</${Ask}></div></section>`}
    </div></div>`;
}

/** Of a private group also those who have been let in and have said nothing yet. */
function People({ group, you }) {
  const silent = (group.admitted ?? []).filter(person => !group.members.some(member => member.person === person)).map(person => ({ person }));
  const hosts = new Set([group.founder, ...group.coHosts]);
  const mayRemove = member => group.invitedOnly && group.youHost && member.person !== you && !hosts.has(member.person)
    && (group.admitted ?? []).includes(member.person);
  const gone = member => group.invitedOnly && !(group.admitted ?? []).includes(member.person);
  return html`<section class="card" aria-labelledby="members"><h2 id="members">${t('group.members')}</h2>
    <ul class="lines">${[...group.members, ...silent].filter(member => !gone(member)).map(member => html`<li key=${member.person}>
      <${Avatar} person=${member.person} nickname=${member.nickname} picture=${member.picture} />
      <a class="grow" href=${`#/p/${member.person}`}>${nameOf(member)}</a>
      ${hosts.has(member.person) && html`<span class="badge good">${t(member.person === group.founder ? 'group.founder' : 'group.co-host')}</span>`}
      ${mayRemove(member) && html`<${Ask} question=${t('group.remove.sure', { name: nameOf(member) })} yes=${t('group.remove.yes')}
        act=${() => post(`/groups/${group.id}/members/remove`, { person: member.person })}>${t('group.remove')}</${Ask}>`}</li>`)}</ul>
    ${group.invitedOnly && html`<p class="soft small">${t('create.private.why')}</p>`}</section>`;
}
