// Where the pages begin: lets this browser in, finds the view that the address means, and keeps the line at the bottom.
import { html, render, useState, useEffect, useRef, useLive, useData, useTick, startLive, go } from './kit.js';
import { enter, known, forget } from './api.js';
import { loadWords, t, relative } from './words.js';
import { First } from './view/first.js';
import { Events, Join } from './view/events.js';
import { Create, Edit } from './view/create.js';
import { EventPage } from './view/event.js';
import { Organise } from './view/organise.js';
import { DoorPage } from './view/door.js';
import { Settlement } from './view/settlement.js';
import { GroupPage } from './view/group.js';
import { FindPage, PersonPage } from './view/people.js';
import { Mine } from './view/mine.js';
import { Bell, NoticesPage } from './view/notices.js';

/** The address after #, as its parts. */
const parts = () => location.hash.replace(/^#\/?/, '').split('/').filter(part => part !== '');

function useRoute() {
  const [route, setRoute] = useState(parts());
  useEffect(() => {
    const follow = () => setRoute(parts());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

function view(route, you) {
  const [place, id, corner] = route;
  if (place === 'e' && id) {
    const Page = { organise: Organise, edit: Edit, door: DoorPage, money: Settlement }[corner] ?? EventPage;
    return html`<${Page} key=${route.join('/')} id=${id} corner=${corner} you=${you} />`;
  }
  if (place === 'new') {
    return html`<${Create} />`;
  }
  if (place === 'join') {
    return html`<${Join} invite=${decodeURIComponent(route.slice(1).join('/'))} />`;
  }
  if (place === 'notices') {
    return html`<${NoticesPage} />`;
  }
  if (place === 'g' && id) {
    return html`<${GroupPage} key=${id} id=${id} you=${you} />`;
  }
  if (place === 'p' && id) {
    return html`<${PersonPage} key=${id} id=${id} />`;
  }
  if (place === 'find' && id) {
    return html`<${FindPage} key=${id} tag=${decodeURIComponent(id)} />`;
  }
  return place === 'you' ? html`<${Mine} />` : html`<${Events} />`;
}

const Brand = () => html`<a class="brand" href="#/"><svg viewBox="0 0 32 32" aria-hidden="true">
  <rect width="32" height="32" rx="9" fill="#0f6e5c" /><circle cx="12.5" cy="14" r="5.5" fill="none" stroke="#fff"
  stroke-width="2.6" /><circle cx="19.5" cy="18" r="5.5" fill="none" stroke="#bfe8dc" stroke-width="2.6" /></svg>Klatch</a>`;

function Top({ route, ready }) {
  const links = [['', '#/', t('nav.events')], ['new', '#/new', t('nav.new')], ['you', '#/you', t('nav.you')]];
  const here = ['e', 'join', 'g', 'p', 'find'].includes(route[0]) ? '' : route[0] ?? '';
  return html`<header class="top"><${Brand} />${ready && html`<nav aria-label=${t('nav')}><ul>
    ${links.map(([place, href, name]) => html`<li><a href=${href} aria-current=${place === here ? 'page' : null}>${name}</a></li>`)}
  </ul></nav><${Bell} here=${route[0] === 'notices'} />`}</header>`;
}

/** Whether others are there, how fresh everything is, and what has not gone out yet. */
function Line() {
  const { line, gone } = useLive();
  useTick(5000);
  if (gone || line === null) {
    return html`<footer class="line"><p><span class=${gone ? 'dot bad' : 'dot'} aria-hidden="true"></span>
      <span role="status">${gone ? t('line.gone') : t('line.first')}</span></p></footer>`;
  }
  const ago = line.syncedAgoMillis === undefined ? null : line.syncedAgoMillis + Date.now() - line.heardAt;
  const synced = ago === null ? t('line.never') : t('line.synced', { ago: ago < 30_000 ? t('line.now') : relative(-ago) });
  return html`<footer class="line"><p><span class=${line.peers > 0 ? 'dot good' : 'dot'} aria-hidden="true"></span>
    <span id="line">${t('line.peers', { n: line.peers })} · ${synced} · ${line.waiting === 0 ? t('line.nothing') : t('line.waiting', { n: line.waiting })}${
    line.lightning === 'starting' ? ` · ${t('line.starting')}` : ''}</span></p></footer>`;
}

function Locked({ used }) {
  return html`<div class="narrow"><div class="hero"><h1 tabindex="-1">${t('locked.title')}</h1>
    <p class="lead">${used ? t('locked.used') : t('locked.why')}</p><p>${t('locked.how')}</p>
    <p><code>klatch open</code></p></div></div>`;
}

/** After a change of the view: its name in the window, and the screen reader at its beginning. */
function useArrival(route) {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      scrollTo(0, 0);
      document.querySelector('main h1')?.focus();
    }
    first.current = false;
  }, [route.join('/')]);
  useEffect(() => {
    const heading = document.querySelector('main h1')?.textContent;
    document.title = heading ? `${heading} – Klatch` : 'Klatch';
  });
}

function App() {
  const route = useRoute();
  const { gone } = useLive();
  const { data: status, fault } = useData('/status');
  useArrival(route);
  const locked = fault?.code === 'unauthorized' || gone === 'unauthorized';
  const fresh = status && !status.nickname;
  const content = locked
    ? html`<${Locked} />`
    : fresh ? html`<${First} status=${status} invited=${route[0] === 'join'} />` : status ? view(route, status.person) : null;
  return html`<a class="skip" href="#main" onClick=${skip}>${t('skip')}</a>
    <${Top} route=${route} ready=${status && !fresh && !locked} />
    <main id="main" tabindex="-1">${content}</main>${!locked && html`<${Line} />`}`;
}

function skip(event) {
  event.preventDefault();
  document.querySelector('main').focus();
}

async function begin() {
  await loadWords();
  let used = false;
  const [place, code] = parts();
  if (place === 'in') {
    history.replaceState(null, '', '#/');
    try {
      await enter(code);
    } catch (fault) {
      used = !known();
    }
  }
  if (!known()) {
    render(html`<${Top} route=${[]} /><main id="main">${html`<${Locked} used=${used} />`}</main>`, document.body);
    return;
  }
  startLive();
  render(html`<${App} />`, document.body);
}

begin();
