// Small things that several views show.
import { html, useState, useEffect, useRef, faultWords, useAction, useTick, now, refresh } from './kit.js';
import { getFile, post } from './api.js';
import { t, sat, when, relative, number } from './words.js';

const files = new Map();

/** A picture by its name: an address to show, once it is here. Asked for once, and kept while the page is open. */
export function usePicture(name) {
  const [shown, setShown] = useState({ name, address: files.get(name) });
  useEffect(() => {
    let over = false;
    if (name && !files.has(name)) {
      getFile(`/pictures/${name}`).then(address => {
        files.set(name, address);
        over || setShown({ name, address });
      }).catch(() => undefined); // It is still on its way.
    } else {
      setShown({ name, address: files.get(name) });
    }
    return () => {
      over = true;
    };
  }, [name]);
  return shown.name === name ? shown.address : files.get(name);
}

/** The picture of an event, by its name or just drawn. */
export function Cover({ picture, drawn }) {
  const address = usePicture(picture);
  const source = drawn ? `data:image/jpeg;base64,${drawn}` : drawn === '' ? undefined : address;
  return source && html`<img class="cover" src=${source} alt="" />`;
}

/** A person's picture, by its name or just drawn; until there is one, it is made of their id. */
export function Avatar({ person, nickname, large, picture, drawn }) {
  const address = usePicture(picture);
  const source = drawn ? `data:image/jpeg;base64,${drawn}` : drawn === '' ? undefined : address;
  if (source) {
    return html`<img class=${large ? 'avatar large' : 'avatar'} src=${source} alt="" />`;
  }
  const hue = parseInt((person ?? '').slice(0, 6) || '0', 16) % 360;
  const letter = [...(nickname ?? '·').trim()][0]?.toUpperCase() ?? '·';
  return html`<svg class=${large ? 'avatar large' : 'avatar'} viewBox="0 0 40 40" aria-hidden="true">
    <rect width="40" height="40" fill=${`hsl(${hue} 45% 34%)`} />
    <circle cx="32" cy="8" r="13" fill=${`hsl(${(hue + 40) % 360} 45% 44%)`} />
    <text x="20" y="27" text-anchor="middle" font-size="19" font-weight="700" font-family="system-ui, sans-serif" fill="#fff">${letter}</text>
  </svg>`;
}

export const Fault = ({ fault }) => fault && html`<p class="fault" role="alert">${faultWords(fault)}</p>`;

export const Working = ({ children }) =>
  html`<p class="work" role="status"><span class="spin" aria-hidden="true"></span>${children}</p>`;

/**
 * A button that does something on the node: once, with a word while it takes, and the reason if it could not. While it is
 * busy it takes no presses, and keeps the keyboard's place.
 */
export function Act({ act, onDone, children, kind = 'main', large, working, disabled }) {
  const action = useAction(async () => {
    const answer = await act();
    onDone?.(answer);
  });
  return html`<button type="button" class=${`${kind}${large ? ' large' : ''}`} disabled=${disabled}
      aria-disabled=${action.busy || undefined} aria-busy=${action.busy} onClick=${() => action.run()}>
      ${action.busy && html`<span class="spin" aria-hidden="true"></span>`}${children}</button>
    ${action.slow && html`<${Working}>${working ?? t('working')}</${Working}>`}
    <${Fault} fault=${action.fault} />`;
}

/** A text as a code to scan, drawn by the node. */
export function QrCode({ text, label }) {
  const [drawn, setDrawn] = useState(null);
  useEffect(() => {
    let over = false;
    post('/code', { text }).then(code => over || setDrawn(code)).catch(() => over || setDrawn(null));
    return () => {
      over = true;
    };
  }, [text]);
  return html`<div class="qr" role="img" aria-label=${label} data-text=${text}>
    <svg viewBox=${drawn ? `0 0 ${drawn.size} ${drawn.size}` : '0 0 49 49'} shape-rendering="crispEdges"
      aria-hidden="true">${drawn && html`<path d=${drawn.path} fill="#000" />`}</svg></div>`;
}

export function Copy({ text, children }) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }
  return html`<button type="button" onClick=${() => copy().catch(() => setCopied(false))}>
    <span aria-live="polite">${copied ? t('copied') : children}</span></button>`;
}

/** A deposit's invoice, for any wallet. A wallet keeps it "under way": that is what held means, so it is not waited for. */
export function Wallet({ bolt11 }) {
  async function byExtension() {
    await globalThis.webln.enable();
    globalThis.webln.sendPayment(bolt11).catch(() => refresh());
  }
  return html`<div class="column"><p class="soft">${t('lock.wallet')}</p>
    <${QrCode} text=${`LIGHTNING:${bolt11.toUpperCase()}`} label=${t('lock.invoice')} />
    <div class="row"><a class="button" href=${`lightning:${bolt11}`}>${t('lock.open')}</a>
      <${Copy} text=${bolt11}>${t('lock.copy')}</${Copy}>
      ${globalThis.webln && html`<${Act} kind="" act=${byExtension}>${t('lock.webln')}</${Act}>`}</div></div>`;
}

export function Field({ id, label, hint, children }) {
  return html`<div class="field"><label for=${id}>${label}</label>${children}
    ${hint && html`<span class="hint" id=${`${id}-hint`}>${hint}</span>`}</div>`;
}

/** A deadline: the time itself, and how far away it is. */
export function Deadline({ millis, zone }) {
  useTick(15_000);
  return html`<span>${when(millis, zone)} <span class="soft">(${relative(millis - now())})</span></span>`;
}

/** Times in order, with those that are over and the one that is next. */
export function Clock({ steps, zone }) {
  useTick(15_000);
  const next = steps.findIndex(step => step.at > now());
  return html`<ol class="clock">${steps.map((step, index) => html`
    <li class=${step.at <= now() ? 'past' : index === next ? 'next' : ''} aria-current=${index === next ? 'step' : null}>
      <b>${step.name}</b><span class="small">${when(step.at, zone)} · ${relative(step.at - now())}</span>
    </li>`)}</ol>`;
}

export function Meter({ part, whole, label }) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  return html`<svg class="meter" role="img" aria-label=${label} viewBox="0 0 100 4" preserveAspectRatio="none">
    <rect width="100" height="4" /><rect class="full" width=${100 * share} height="4" /></svg>`;
}

/** Asks before what cannot be undone. */
export function Ask({ question, yes, act, onDone, children }) {
  const dialog = useRef(null);
  return html`<button type="button" class="plain danger" onClick=${() => dialog.current.showModal()}>${children}</button>
    <dialog ref=${dialog} aria-label=${yes}><div><h2>${yes}</h2><p>${question}</p>
      <${Act} act=${act} onDone=${answer => { dialog.current?.close(); onDone?.(answer); }}>${yes}</${Act}>
      <button type="button" onClick=${() => dialog.current.close()}>${t('rather-not')}</button></div></dialog>`;
}

/** What the rules about the money are, in words. */
export const Rules = ({ depositMsat }) => html`<p class="note">${t('rules', { amount: sat(depositMsat) })}</p>`;

const SEATS = { confirmed: 'good', waitlisted: 'warm', undecided: '', declined: 'bad', leaving: '', withdrawn: '' };
export const SeatBadge = ({ seat }) => html`<span class=${`badge ${SEATS[seat] ?? ''}`}>${t(`seat.${seat}`)}</span>`;

const DEPOSITS = { held: 'warm', released: 'good', collected: 'bad', failed: 'bad', paying: '', offered: '' };
export const DepositBadge = ({ state }) =>
  html`<span class=${`badge ${DEPOSITS[state] ?? ''}`}>${t(`deposit.${state}`)}</span>`;

export const Tile = ({ value, children }) => html`<div class="tile"><b>${typeof value === 'number' ? number(value) : value}</b>
  <span class="soft small">${children}</span></div>`;

/** What this person calls them comes before what they call themselves. */
export const nameOf = person => person.petname ?? person.nickname ?? `${person.person.slice(0, 8)}…`;

/** Saves a file that was made here. */
export function save(name, type, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
