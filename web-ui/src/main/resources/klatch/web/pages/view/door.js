// The door: its code, big and always fresh; who has come; and who is still expected.
import { html, useState, useEffect, useRef, useTick, now } from '../kit.js';
import { get } from '../api.js';
import { t, number } from '../words.js';
import { Avatar, Copy, Deadline, Fault, Field, QrCode, Tile, nameOf } from '../parts.js';
import { EventHead, useEvent } from './event.js';

const AGAIN_MILLIS = 2000;
const FLASH_MILLIS = 4000;

/** The code that counts now; asked for again when it is about to change. */
function useFrame(id) {
  const [state, setState] = useState({ door: null, fault: null });
  useEffect(() => {
    let over = false;
    let timer;
    async function ask() {
      let pause = AGAIN_MILLIS;
      try {
        const door = await get(`/events/${id}/door`);
        over || setState({ door, fault: null });
        pause = Math.max(200, Math.min(AGAIN_MILLIS, door.validUntilMillis - now() + 50));
      } catch (fault) {
        over || setState({ door: null, fault });
      }
      timer = over ? 0 : setTimeout(ask, pause);
    }
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id]);
  return state;
}

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

export function DoorPage({ id }) {
  const { event, missing } = useEvent(id);
  const { door, fault } = useFrame(id);
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
  return html`<${EventHead} event=${event} corner="door" />
    <div class="door"><div class="column">
      ${now() < event.checkInOpensAtMillis && html`<p class="card warm">${t('door.early')} <${Deadline}
        millis=${event.checkInOpensAtMillis} zone=${event.summary.zone} /></p>`}
      ${now() >= event.checkInClosesAtMillis && html`<p class="card warm">${t('door.late')}</p>`}
      ${door && html`<${QrCode} text=${door.frame} label=${t('door.code')} />
        <p class="lead">${t('door.lead')}</p>
        <details><summary>${t('door.text')}</summary><p><code data-frame>${door.frame}</code></p></details>`}
      <${Fault} fault=${fault} /></div>
    <div class="column"><div role="status">${arrivals.map(person => html`<p class="flash">${nameOf(person)}
        <span>${t('door.welcome')}</span></p>`)}</div>
      <div class="tiles"><${Tile} value=${`${number(present)} / ${number(guests.length)}`}>${t('door.here')}</${Tile}></div>
      <section class="card" aria-labelledby="list"><h2 id="list">${t('door.list')}</h2>
        <${Field} id="search" label=${t('door.search')}><input id="search" type="search" value=${sought}
          onInput=${typed => setSought(typed.target.value)} /></${Field}>
        <ul class="lines">${found.map(person => html`<li><${Avatar} person=${person.person} nickname=${person.nickname} />
          <span class="grow">${nameOf(person)}</span>
          <span class=${person.present ? 'badge good' : 'badge'}>${person.present ? t('present') : t('expected')}</span></li>`)}</ul>
        ${found.length === 0 && html`<p class="soft">${t('door.not-found')}</p>`}</section></div></div>`;
}
