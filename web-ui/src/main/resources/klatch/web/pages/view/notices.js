// What this person should not miss: a number at the top of every page, a page of its own, and the browser's notifications.
import { html, useState, useEffect, useRef, useData, useAction, useTick, now, go } from '../kit.js';
import { post } from '../api.js';
import { t, sat, when, relative } from '../words.js';
import { Act, Fault, Working } from '../parts.js';

/** Whether this browser shows them outside of the page too, and which it has shown. */
const WANTED = 'klatch-notify';
const TOLD = 'klatch-told';

const words = notice => t(`notice.${notice.kind}`, { title: notice.title, starts: when(notice.startsAtMillis, notice.zone),
  until: when(notice.untilMillis, notice.zone), amount: notice.amountMsat === undefined ? '' : sat(notice.amountMsat) });

const wanted = () => localStorage.getItem(WANTED) !== null && globalThis.Notification?.permission === 'granted';

function show(notice) {
  try {
    const shown = new Notification('Klatch', { body: words(notice), tag: notice.id });
    shown.onclick = () => {
      focus();
      go(`/e/${notice.event}`);
    };
  } catch {
    localStorage.removeItem(WANTED); // Some phones have the permission and not the means.
  }
}

/** Of what has come since this browser was last told, also while no page was open. */
function tell(notices) {
  const told = new Set(JSON.parse(localStorage.getItem(TOLD) ?? 'null') ?? notices.map(notice => notice.id));
  const fresh = notices.filter(notice => !notice.seen && !told.has(notice.id));
  localStorage.setItem(TOLD, JSON.stringify(notices.map(notice => notice.id)));
  if (wanted()) {
    fresh.forEach(show);
  }
  return fresh;
}

/** The way to the notices, with how many are new; a screen reader hears the newest. */
export function Bell({ here }) {
  const { data } = useData('/notices');
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const fresh = data ? tell(data.notices) : [];
    if (fresh.length > 0) {
      setSpoken(words(fresh[0]));
    }
  }, [data]);
  const unseen = data?.unseen ?? 0;
  return html`<a class="bell" href="#/notices" aria-current=${here ? 'page' : null} aria-label=${unseen > 0 ? t('notices.new', { n: unseen }) : t('notices.title')}>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a6 6 0 0 0-6 6c0 6-2.5 7-2.5 8h17c0-1-2.5-2-2.5-8a6 6 0 0 0-6-6zM9.7 20a2.4 2.4 0 0 0 4.6 0z" /></svg>
      ${unseen > 0 && html`<b aria-hidden="true">${unseen}</b>`}</a><span class="unseen" role="status">${spoken}</span>`;
}

export function NoticesPage() {
  const { data, fault } = useData('/notices');
  const fresh = useRef(new Set());
  useTick(30_000);
  useEffect(() => {
    const unseen = data?.notices.filter(notice => !notice.seen).map(notice => notice.id) ?? [];
    if (unseen.length > 0) {
      unseen.forEach(id => fresh.current.add(id));
      post('/notices/seen', { ids: unseen }).catch(() => undefined); // Then they stay new.
    }
  }, [data]);
  if (!data) {
    return fault ? html`<h1 tabindex="-1">${t('notices.title')}</h1><${Fault} fault=${fault} />` : html`<${Working}>${t('working')}</${Working}>`;
  }
  const isNew = notice => !notice.seen || fresh.current.has(notice.id);
  return html`<div class="narrow"><h1 tabindex="-1">${t('notices.title')}</h1>
    ${data.notices.length === 0 && html`<p class="card">${t('notices.none')}</p>`}
    <ul class="list">${data.notices.map(notice => html`<li key=${notice.id}><a class=${isNew(notice) ? 'card notice new' : 'card notice'} href=${`#/e/${notice.event}`}>
      <span>${words(notice)}</span><span class="soft small">${relative(Math.min(0, notice.atMillis - now()))}${
        isNew(notice) ? html` <span class="badge good">${t('notices.fresh')}</span>` : ''}</span></a></li>`)}</ul>
    <${Choice} kinds=${data.reminders} silenced=${data.silenced} /><${Outside} /></div>`;
}

/** Which reminders this person wants; what has happened is always told. */
function Choice({ kinds, silenced }) {
  const [chosen, setChosen] = useState(silenced);
  const saving = useAction(choice => post('/notices/silenced', { silenced: choice }));
  const without = saving.busy ? chosen : silenced;
  function choose(kind, wantsIt) {
    const choice = wantsIt ? without.filter(one => one !== kind) : [...without, kind];
    setChosen(choice);
    saving.run(choice);
  }
  return html`<fieldset class="card"><legend class="unseen">${t('remind.title')}</legend><h2>${t('remind.title')}</h2>
    <p class="soft small">${t('remind.lead')}</p>
    ${kinds.map(kind => html`<label class="check"><input type="checkbox" id=${`remind-${kind}`} checked=${!without.includes(kind)}
      onChange=${event => choose(kind, event.target.checked)} /> ${t(`remind.${kind}`)}</label>`)}<${Fault} fault=${saving.fault} /></fieldset>`;
}

/** The browser's own notifications: seen while another window is in front. */
function Outside() {
  const [on, setOn] = useState(wanted());
  if (!globalThis.Notification) {
    return null;
  }
  async function ask() {
    if (await Notification.requestPermission() === 'granted') {
      localStorage.setItem(WANTED, 'on');
    }
    setOn(wanted());
  }
  const end = async () => {
    localStorage.removeItem(WANTED);
    setOn(false);
  };
  return html`<section class="card" aria-labelledby="outside"><h2 id="outside">${t('outside.title')}</h2><p class="soft small">${t('outside.lead')}</p>
    <p aria-live="polite">${on ? t('outside.on') : Notification.permission === 'denied' ? t('outside.denied') : ''}</p>
    <${Act} kind="" act=${on ? end : ask}>${on ? t('outside.end') : t('outside.go')}</${Act}></section>`;
}
