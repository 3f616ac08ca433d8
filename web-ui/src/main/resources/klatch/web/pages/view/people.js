// Somebody: how they want to be seen, what this person calls them, and what they show. And what is found by a tag.
import { html, useState, useEffect, useData, useAction, go } from '../kit.js';
import { post } from '../api.js';
import { t } from '../words.js';
import { Act, Avatar, Fault, Field, Working, nameOf } from '../parts.js';
import { EventCard } from './events.js';

export const Tags = ({ tags }) => tags?.length > 0 && html`<p class="row">${tags.map(tag => html`
  <a class="badge" href=${`#/find/${encodeURIComponent(tag)}`}>#${tag}</a>`)}</p>`;

export function PersonPage({ id }) {
  const { data: person, fault } = useData(`/people/${id}`);
  const { data: groups } = useData('/groups');
  if (!person) {
    return fault ? html`<h1 tabindex="-1">${t('person.missing')}</h1><${Fault} fault=${fault} />` : null;
  }
  const shown = groups?.groups.filter(group => person.groups.includes(group.id)) ?? [];
  return html`<div class="narrow"><div class="row"><${Avatar} large person=${person.person} nickname=${person.nickname} picture=${person.picture} />
      <div class="column grow"><h1 tabindex="-1">${nameOf(person)}</h1>
        ${person.petname && person.nickname && html`<p class="soft">${t('person.calls', { name: person.nickname })}</p>`}
        <${Tags} tags=${person.tags} /></div></div>
    ${!person.you && html`<${Follow} person=${person} /><${Petname} key=${person.petname} person=${person} />`}
    ${shown.length > 0 && html`<section class="card" aria-labelledby="shows"><h2 id="shows">${t('person.groups')}</h2>
      <ul class="lines">${shown.map(group => html`<${GroupFound} group=${group} />`)}</ul></section>`}
    <p class="soft small">${t('person.key')} <code>${person.person}</code></p></div>`;
}

function Follow({ person }) {
  return html`<section class="card" aria-labelledby="follow"><h2 id="follow">${person.followed ? t('follow.yes') : t('follow.title')}</h2>
    <p class="soft">${t('follow.lead')}</p>
    ${person.followed && !person.nickname && html`<${Working}>${t('follow.arriving')}</${Working}>`}
    ${person.followed
      ? html`<${Act} kind="" act=${() => post(`/people/${person.person}/unfollow`, {})}>${t('follow.end')}</${Act}>`
      : html`<${Act} act=${() => post(`/people/${person.person}/follow`, {})}>${t('follow.go')}</${Act}>`}</section>`;
}

function Petname({ person }) {
  const [petname, setPetname] = useState(person.petname ?? '');
  const naming = useAction(() => post(`/people/${person.person}/name`, { petname: petname.trim() }));
  return html`<form class="card" onSubmit=${event => { event.preventDefault(); naming.run(); }}>
    <${Field} id="petname" label=${t('petname.title')} hint=${t('petname.hint')}><input id="petname" maxlength="60" value=${petname}
      aria-describedby="petname-hint" onInput=${event => setPetname(event.target.value)} /></${Field}>
    <button disabled=${naming.busy || petname.trim() === (person.petname ?? '')}>${t('petname.go')}</button><${Fault} fault=${naming.fault} /></form>`;
}

/** A group that is here without this person being in it, or one of theirs. */
export function GroupFound({ group }) {
  return html`<li class="group"><div class="grow"><div class="row"><${Avatar} person=${group.id} nickname=${group.name} />
    <span class="grow"><b>${group.name}</b><br /><span class="soft small">${t('groups.people', { n: group.members.length })}</span></span>
    ${!group.member && html`<${Act} kind="plain" act=${() => post(`/groups/${group.id}/join`, {})}>${t('invite.join')}</${Act}>`}</div>
    <${Tags} tags=${group.tags} /></div></li>`;
}

export function FindForm({ tag }) {
  const [typed, setTyped] = useState(tag ?? '');
  function find(event) {
    event.preventDefault();
    go(`/find/${encodeURIComponent(typed.trim().replace(/^#/, ''))}`);
  }
  return html`<form class="card" role="search" onSubmit=${find}><${Field} id="tag" label=${t('find.title')} hint=${t('find.hint')}>
    <input id="tag" type="search" autocomplete="off" aria-describedby="tag-hint" value=${typed} onInput=${event => setTyped(event.target.value)} /></${Field}>
    <button disabled=${typed.trim() === ''}>${t('find.go')}</button></form>`;
}

export function FindPage({ tag }) {
  const [found, setFound] = useState(null);
  const finding = useAction(async () => setFound(await post('/find', { tag })));
  useEffect(() => {
    finding.run();
  }, [tag]);
  return html`<div class="narrow"><h1 tabindex="-1">#${tag}</h1><${FindForm} tag=${tag} />${finding.slow && html`<${Working}>${t('working')}</${Working}>`}<${Fault} fault=${finding.fault} />
    ${found && found.people.length + found.groups.length === 0 && html`<p>${t('find.nothing')}</p>`}
    ${found?.people.length > 0 && html`<section class="card" aria-labelledby="people"><h2 id="people">${t('find.people')}</h2>
      <${PersonLines} people=${found.people} /></section>`}
    ${found?.groups.length > 0 && html`<section class="card" aria-labelledby="groups"><h2 id="groups">${t('find.groups')}</h2>
      <ul class="lines">${found.groups.map(group => html`<${GroupFound} group=${group} />`)}</ul></section>`}
    ${found?.events.length > 0 && html`<h2>${t('find.events')}</h2>
      <ul class="list">${found.events.map(event => html`<li><${EventCard} event=${event} /></li>`)}</ul>`}</div>`;
}

export const PersonLines = ({ people }) => html`<ul class="lines">${people.map(person => html`<li key=${person.person}>
  <${Avatar} person=${person.person} nickname=${person.nickname} picture=${person.picture} />
  <a class="grow" href=${`#/p/${person.person}`}>${nameOf(person)}</a><${Tags} tags=${person.tags} /></li>`)}</ul>`;
