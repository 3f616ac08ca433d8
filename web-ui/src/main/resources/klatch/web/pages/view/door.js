// The door: its code, big and always fresh; who has come; and who is still expected.
import { html, useState, useEffect, useRef, useTick, useData, now } from '../kit.js';
import { post } from '../api.js';
import { t, number } from '../words.js';
import { Act, Ask, Avatar, Deadline, Fault, Field, QrCode, Tile, nameOf } from '../parts.js';
import { Met, useCode, useMeeting } from '../meet.js';
import { Scanner } from '../scan.js';
import { EventHead, useEvent } from './event.js';

const FLASH_MILLIS = 4000;

/** Whoever was not there when this was drawn last, for a few seconds. */
function useArrivals(event) {
  const before = useRef(null);
  const [fresh, setFresh] = useState([]);
  const present = event?.people.filter(person => person.present) ?? [];
  const ids = present.map(person => person.person).join();
  useEffect(() => {
    if (!event) {
      return undefined;
    }
    const arrived = before.current ? present.filter(person => !before.current.has(person.person)) : [];
    before.current = new Set(present.map(person => person.person));
    if (arrived.length === 0) {
      return undefined;
    }
    setFresh(arrived);
    const timer = setTimeout(() => setFresh([]), FLASH_MILLIS);
    return () => clearTimeout(timer);
  }, [ids, event !== null]);
  return fresh;
}

/** A page for people without a node, as long as it is wanted. */
function Guests({ id }) {
  const { data } = useData(`/events/${id}/guests`);
  if (!data) {
    return null;
  }
  const open = data.urls.length > 0;
  return html`<section class="card" aria-labelledby="guests"><h2 id="guests">${t('door.guests')}</h2>
    <p class="soft small">${open ? t('door.guests.open') : t('door.guests.closed')}</p>
    ${data.urls.map(url => html`<p><code>${url}</code></p>`)}
    <${Act} kind="" act=${() => post(`/events/${id}/guests${open ? '/close' : ''}`, {})}>${open ? t('door.guests.shut') : t('door.guests.let')}</${Act}></section>`;
}

export function DoorPage({ id }) {
  const { event, missing } = useEvent(id);
  const { code, fault } = useCode(id);
  const { say, met, end } = useMeeting(id, false);
  const [scanning, setScanning] = useState(false);
  const arrivals = useArrivals(event);
  const [sought, setSought] = useState('');
  useTick(5000);
  if (missing) {
    return missing;
  }
  const guests = event.people.filter(person => person.seat === 'confirmed' || person.present);
  const present = guests.filter(person => person.present).length;
  const found = guests.filter(person => nameOf(person).toLocaleLowerCase().includes(sought.trim().toLocaleLowerCase()))
    .sort((a, b) => a.present - b.present || nameOf(a).localeCompare(nameOf(b)));
  const letsIn = code?.byHand && now() >= event.checkInOpensAtMillis && now() < event.checkInClosesAtMillis;
  return html`<${EventHead} event=${event} corner="door" />
    <div class="door"><div class="column">
      ${now() < event.checkInOpensAtMillis && html`<p class="card warm">${t('door.early')} <${Deadline}
        millis=${event.checkInOpensAtMillis} zone=${event.summary.zone} /></p>`}
      ${now() >= event.checkInClosesAtMillis && html`<p class="card warm">${t('door.late')}</p>`}
      <${Met} met=${met} onEnd=${end} />
      ${code && !met?.frame && html`<${QrCode} text=${code.url ?? code.frame} label=${t('door.code')} />
        <p class="lead">${code.url ? t('door.lead.guests') : t('door.lead')}</p>`}
      <${Fault} fault=${fault} />
      ${scanning
        ? html`<${Scanner} onText=${say} onClose=${() => setScanning(false)} />`
        : html`<button onClick=${() => setScanning(true)}>${t('door.scan')}</button>`}
      ${code && html`<details><summary>${t('door.text')}</summary><p><code data-frame>${code.frame}</code></p></details>`}</div>
    <div class="column"><div role="status">${arrivals.map(person => html`<p class="flash">${person.picture && html`<${Avatar} large person=${person.person} picture=${person.picture} />`}${nameOf(person)}
        <span>${t('door.welcome')}</span></p>`)}</div>
      <div class="tiles"><${Tile} value=${`${number(present)} / ${number(guests.length)}`}>${t('door.here')}</${Tile}></div>
      <section class="card" aria-labelledby="list"><h2 id="list">${t('door.list')}</h2>
        <${Field} id="search" label=${t('door.search')}><input id="search" type="search" value=${sought}
          onInput=${typed => setSought(typed.target.value)} /></${Field}>
        <ul class="lines">${found.map(person => html`<li key=${person.person}><${Avatar} person=${person.person} nickname=${person.nickname} picture=${person.picture} />
          <span class="grow">${nameOf(person)}</span>
          ${person.present
            ? html`<span class="badge good">${t('present')}</span>
              ${code?.door && html`<${Ask} key=${`undo ${person.person}`} question=${t('undo.why', { name: nameOf(person) })} yes=${t('undo.yes')} act=${() =>
                post(`/events/${id}/undo`, { person: person.person })}>${t('undo')}</${Ask}>`}`
            : html`<span class="badge">${t('expected')}</span>
              ${letsIn && html`<${Ask} key=${`in ${person.person}`} question=${t('by-hand.why', { name: nameOf(person) })} yes=${t('by-hand.yes')} act=${() =>
                post(`/events/${id}/by-hand`, { person: person.person })}>${t('by-hand')}</${Ask}>`}`}</li>`)}</ul>
        ${found.length === 0 && html`<p class="soft">${t('door.not-found')}</p>`}</section>
      <${Guests} id=${id} /></div></div>`;
}
