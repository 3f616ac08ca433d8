// The page of one event for people without a node: a name, a seat, the deposit by any wallet, and the door by the phone's
// own camera, which opens this page with the door's code at the end of its address.
import { html, render, useState, useEffect, useData, faultWords, setClock, now } from '../kit.js';
import { get, post } from '../api.js';
import { loadWords, t, sat, span, when } from '../words.js';
import { Act, Avatar, Copy, Cover, Deadline, Fault, Field, Rules, SeatBadge, Wallet, Working, save } from '../parts.js';
import { person, seed, signed, takeOver, toTake, lasting } from './key.js';

const POLL_MILLIS = 3000;
const DOOR = /KLATCH:[^/?#]+/i;

/** The host writes it down, this browser signs it. */
async function wish(what) {
  const { bytes } = await post('/wish', { person, ...what });
  await post('/signed', { person, signature: signed(bytes) });
}

function Seat({ event, me }) {
  const [name, setName] = useState(me.nickname ?? '');
  const [guests, setGuests] = useState(0);
  const [answers, setAnswers] = useState(event.questions.map(() => ''));
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  const ready = name.trim() !== '' && answers.every(answer => answer.trim() !== '');
  async function ask(submitted) {
    submitted.preventDefault();
    if (busy || !ready) {
      return;
    }
    setBusy(true);
    setFault(null);
    try {
      if (name.trim() !== me.nickname) {
        await wish({ wish: 'name', nickname: name.trim() });
      }
      await wish({ wish: 'seat', guests, answers: answers.map(answer => answer.trim()) });
    } catch (thrown) {
      setFault(thrown);
    }
    setBusy(false);
  }
  return html`<section class="card" aria-labelledby="seat"><h2 id="seat">${t('guest.come')}</h2>
    ${event.terms && html`<${Rules} depositMsat=${event.terms.depositMsat} />`}
    <form class="column" onSubmit=${ask}>
      <${Field} id="name" label=${t('guest.name')} hint=${t('guest.name.hint')}><input id="name" autocomplete="nickname"
        maxlength="50" value=${name} aria-describedby="name-hint" onInput=${typed => setName(typed.target.value)} /></${Field}>
      ${event.mostGuests > 0 && html`<${Field} id="guests" label=${t('guest.guests')}><input id="guests" type="number" min="0"
        max=${event.mostGuests} value=${guests} onInput=${typed => setGuests(Number(typed.target.value))} /></${Field}>`}
      ${event.questions.map((question, at) => html`<${Field} id=${`q${at}`} label=${question}><input id=${`q${at}`}
        value=${answers[at]} onInput=${typed => setAnswers(answers.with(at, typed.target.value))} /></${Field}>`)}
      <button class="main large" disabled=${busy || !ready} aria-busy=${busy}>${t('guest.seat')}</button>
      <${Fault} fault=${fault} /></form></section>`;
}

function Taken({ event, me }) {
  const leave = !me.moved && me.seat !== 'leaving' && now() < event.checkInOpensAtMillis && !['held'].includes(me.deposit?.state);
  return html`<section class="card" aria-labelledby="seat"><h2 id="seat">${t('place.title')}</h2>
    <p><${SeatBadge} seat=${me.seat} /></p><p aria-live="polite">${t(`guest.seat.${me.seat}`, { name: me.nickname ?? '' })}</p>
    ${leave && html`<${Act} kind="plain" act=${() => wish({ wish: 'back' })}>${t('guest.back')}</${Act}>`}</section>`;
}

const Pay = ({ event, offer }) => html`<${Wallet} bolt11=${offer.bolt11} /><${Working}>${t('guest.pay.waiting')}</${Working}>
  <p class="soft small">${t('lock.until')} <${Deadline} millis=${Math.min(offer.expiresAtMillis, offer.lockClosesAtMillis)} zone=${event.zone} /></p>`;

function Unlocked({ event, me }) {
  if (me.offer) {
    return html`<${Pay} event=${event} offer=${me.offer} />`;
  }
  if (now() < event.terms.lockOpensAtMillis) {
    return html`<p>${t('lock.later')} <${Deadline} millis=${event.terms.lockOpensAtMillis} zone=${event.zone} /></p>`;
  }
  return now() >= event.terms.lockClosesAtMillis
    ? html`<p>${t('lock.closed')}</p>`
    : html`<${Working}>${t('lock.no-offer')}</${Working}>`;
}

const MONEY = {
  held: ({ event }) => html`<p><b>${t('held.title')}</b></p><p>${t('guest.held')}</p>
    <p class="soft small">${t('held.by', { at: when(event.terms.payoutsCloseAtMillis, event.zone) })}</p>`,
  released: () => html`<p><b>${t('released.title')}</b></p><p>${t('guest.released')}</p>`,
  collected: () => html`<p><b>${t('collected.title')}</b></p><p>${t('collected.lead')}</p>`,
};

function Deposit({ event, me }) {
  const state = me.deposit?.state;
  return html`<section class=${`card ${{ held: 'warm', released: 'good', collected: 'bad' }[state] ?? ''}`} aria-labelledby="deposit">
    <h2 id="deposit">${t('event.deposit.word')}</h2><p class="sum">${sat(event.terms.depositMsat)}</p>
    <div class="column" aria-live="polite" data-deposit=${state ?? 'none'}>${(MONEY[state] ?? Unlocked)({ event, me })}</div></section>`;
}

/** What is left over from a round's fees may be less than the trouble of another invoice: nobody is asked for one. */
const REST_MSAT = 100_000;
const isRest = payout => payout.round > 1 && payout.amountMsat < REST_MSAT;

const Rest = ({ event, payout, moved }) => payout.state === 'claimable' && !moved && html`<details><summary>${t('guest.rest', { amount: sat(payout.amountMsat) })}</summary>
  <p class="soft small">${t('guest.rest.what')}</p><${Payout} event=${event} payout=${payout} /></details>`;

/** A share of what others forfeited goes to whatever wallet the guest names. */
function Payout({ event, payout, moved }) {
  const [to, setTo] = useState('');
  const open = !moved && ['claimable', 'claimed'].includes(payout.state);
  return html`<section class="card good" aria-labelledby="payout"><h2 id="payout">${t('payout.title')}</h2>
    <p class="sum" data-payout=${payout.amountMsat}>${sat(payout.amountMsat)}</p>
    <p aria-live="polite">${t(payout.state === 'claimable' ? 'guest.payout' : `payout.${payout.state}`)}</p>
    ${payout.state === 'claimable' && html`<p class="soft small">${t('payout.until')} <${Deadline} millis=${payout.closesAtMillis} zone=${event.zone} /></p>`}
    ${open && html`<div class="column"><${Field} id="to" label=${t('guest.payout.to')} hint=${t('payout.to.hint', { amount: sat(payout.amountMsat) })}>
        <input id="to" autocomplete="off" spellcheck="false" value=${to} aria-describedby="to-hint" onInput=${typed => setTo(typed.target.value)} /></${Field}>
      <${Act} kind="main" act=${() => wish({ wish: 'claim', to: to.trim() })}>${t('payout.send')}</${Act}></div>`}</section>`;
}

/** The door's code came with the address; it is used once, and a reload must not try it again. */
function Door({ frame, done }) {
  const [fault, setFault] = useState(null);
  useEffect(() => {
    wish({ wish: 'in', frame }).then(done, setFault).finally(() => history.replaceState(null, '', '/'));
  }, []);
  return fault
    ? html`<div class="flash no" role="alert">${t('guest.in.no')}<span>${faultWords(fault)}</span></div>`
    : html`<${Working}>${t('guest.in.working')}</${Working}>`;
}

/** What a node needs to go on as this guest. The host's node writes nothing more for the key once it has gone. */
function Take({ moved }) {
  const [words, setWords] = useState('');
  const [text, setText] = useState(null);
  async function take() {
    if (!moved) {
      await wish({ wish: 'move' });
    }
    const where = moved ?? (await get(`/me/${person}`)).moved;
    const made = await toTake(where, words);
    setText(made);
    save('klatch-guest-key.txt', 'text/plain', made);
  }
  return html`<h3>${t('guest.take')}</h3><p class="soft small">${t('guest.take.what')}</p>
    ${!moved && html`<p class="note">${t('guest.take.stops')}</p>`}
    <${Field} id="words" label=${t('guest.take.words')} hint=${t('guest.take.words.hint')}><input id="words" type="password"
      autocomplete="new-password" maxlength="200" value=${words} aria-describedby="words-hint"
      onInput=${typed => setWords(typed.target.value)} /></${Field}>
    <${Act} kind="" act=${take}>${moved ? t('guest.take.again') : t('guest.take.go')}</${Act}>
    ${text && html`<${Field} id="taken" label=${t('guest.take.text')}><textarea id="taken" readonly rows="4"
      value=${text}></textarea></${Field}><${Copy} text=${text}>${t('guest.take.copy')}</${Copy}>`}`;
}

const Gone = () => html`<section class="card" aria-labelledby="gone"><h2 id="gone">${t('guest.gone')}</h2>
  <p>${t('guest.gone.what')}</p></section>`;

function Key({ me }) {
  const [bad, setBad] = useState(false);
  async function use(chosen) {
    const [file] = chosen.target.files;
    if (file.size < 200 && takeOver(await file.text())) {
      location.reload();
    } else {
      setBad(true);
    }
  }
  return html`<details><summary>${t('guest.key')}</summary><div class="column">${!me.moved && html`<h3>${t('guest.key.keep')}</h3><p class="soft small">${t('guest.key.what')}</p>`}
    ${!lasting && html`<p class="fault">${t('guest.key.lost')}</p>`}
    ${!me.moved && html`<button type="button" onClick=${() => save('klatch-key.txt', 'text/plain', `${seed()}\n`)}>${t('guest.key.save')}</button>`}
    <${Field} id="key" label=${t('guest.key.use')}><input id="key" type="file" accept=".txt" onChange=${use} /></${Field}>
    ${bad && html`<p class="fault" role="alert">${t('guest.key.bad')}</p>`}
    ${me.seat && html`<${Take} moved=${me.moved} />`}</div></details>`;
}

function Page({ event }) {
  const { data: me, fault } = useData(`/me/${person}`, POLL_MILLIS);
  const [frame, setFrame] = useState(DOOR.exec(decodeURIComponent(location.pathname))?.[0] ?? null);
  if (!me) {
    return fault ? html`<${Fault} fault=${fault} />` : html`<${Working}>${t('working')}</${Working}>`;
  }
  const standing = me.seat && !['withdrawn', 'declined'].includes(me.seat);
  return html`<div class="narrow column">${event.cover && html`<${Cover} picture=${event.cover} />`}<div class="hero"><h1 tabindex="-1">${event.title}</h1>
      <p class="lead">${span(event.startsAtMillis, event.endsAtMillis, event.zone)}</p>
      ${(me.place ?? event.place) && html`<p>${me.place ?? event.place}</p>`}
      ${event.organiser && html`<div class="row"><${Avatar} person=${event.host} nickname=${event.organiser} picture=${event.face} />
        <p class="soft">${t('guest.host', { name: event.organiser })}</p></div>`}
      ${event.description && html`<p>${event.description}</p>`}</div>
    ${event.cancelled && html`<p class="fault" role="alert">${t('guest.cancelled')}</p>`}
    ${me.present && html`<div class="flash" role="status">${t('guest.in.yes')}<span>${me.nickname ?? ''}</span></div>`}
    ${frame && !me.present && me.seat === 'confirmed' && html`<${Door} frame=${frame} done=${() => setFrame(null)} />`}
    ${frame && !me.present && me.seat !== 'confirmed' && html`<p class="fault" role="alert">${t('guest.in.first')}</p>`}
    ${me.moved && html`<${Gone} />`}
    ${!event.cancelled && !(me.moved && !standing) && (standing ? html`<${Taken} event=${event} me=${me} />` : html`<${Seat} event=${event} me=${me} />`)}
    ${standing && event.terms && html`<${Deposit} event=${event} me=${me} />`}
    ${me.payout && html`<${isRest(me.payout) ? Rest : Payout} event=${event} payout=${me.payout} moved=${me.moved} />`}
    ${me.seat === 'confirmed' && !me.present && !frame && html`<p class="note">${t('guest.door')}</p>`}
    <${Fault} fault=${fault} /><${Key} me=${me} /></div>`;
}

async function begin() {
  await loadWords();
  try {
    const event = await get('/event');
    setClock(event.nowMillis);
    document.title = `${event.title} – Klatch`;
    render(html`<main id="main"><${Page} event=${event} /></main>`, document.body);
  } catch (fault) {
    render(html`<main id="main"><div class="narrow"><${Fault} fault=${fault} /></div></main>`, document.body);
  }
}

begin();
