// A guest's deposit: locking it, what "held" means, how it comes back, and what is due beside it.
import { html, useState, useData, useAction, useLive, now } from '../kit.js';
import { post } from '../api.js';
import { t, sat, when } from '../words.js';
import { Act, Deadline, Fault, Field, QrCode, Rules, Wallet, Working } from '../parts.js';

export function Deposit({ event, you }) {
  const { terms, summary } = event;
  const state = you.deposit?.state;
  const words = { zone: summary.zone };
  return html`<section class=${`card ${{ held: 'warm', released: 'good', collected: 'bad' }[state] ?? ''}`} aria-labelledby="deposit">
    <h2 id="deposit">${t('event.deposit.word')}</h2><p class="sum">${sat(terms.depositMsat)}</p>
    <div aria-live="polite" class="column" data-deposit=${state ?? 'none'}>${(STATES[state] ?? Unlocked)({ event, you, words })}</div></section>
    <${Payout} event=${event} />`;
}

const STATES = {
  offered: Unlocked,
  failed: Unlocked,
  paying: () => html`<${Working}>${t('lock.working')}</${Working}><p class="soft small">${t('lock.leave')}</p>`,
  held: ({ event }) => html`<p><b>${t('held.title')}</b></p>
    <p>${now() < event.terms.checkInOpensAtMillis ? t('held.lead') : t('held.now')}</p>
    <p class="soft small">${t('held.by', { at: when(event.terms.payoutsCloseAtMillis, event.summary.zone) })}</p>`,
  released: () => html`<p><b>${t('released.title')}</b></p><p>${t('released.lead')}</p>`,
  collected: () => html`<p><b>${t('collected.title')}</b></p><p>${t('collected.lead')}</p>`,
};

/** Not locked: when it can be, and the button once it can. */
function Unlocked({ event, you }) {
  const { terms, summary } = event;
  const { line } = useLive();
  if (now() < terms.lockOpensAtMillis) {
    return html`<p>${t('lock.later')} <${Deadline} millis=${terms.lockOpensAtMillis} zone=${summary.zone} /></p>
      <${Rules} depositMsat=${terms.depositMsat} />`;
  }
  if (now() >= terms.lockClosesAtMillis) {
    return html`<p>${t('lock.closed')}</p>`;
  }
  const alone = line?.lightning === 'none';
  return html`<${Rules} depositMsat=${terms.depositMsat} />
    ${you.deposit?.state === 'failed' && html`<div class="fault" role="alert"><p>${t('lock.failed')}</p><p class="small">${you.deposit.says}</p></div>`}
    ${alone
      ? html`<p>${t('lock.no-lightning')}</p><${OtherWallet} id=${summary.id} />`
      : you.deposit
      ? html`<${Act} large act=${() => post(`/events/${summary.id}/lock`)} working=${t('lock.working')}>${t('lock.go', { amount: sat(terms.depositMsat) })}</${Act}>`
      : html`<${Working}>${t('lock.no-offer')}</${Working}>`}
    <p class="soft small">${t('lock.until')} <${Deadline} millis=${terms.lockClosesAtMillis} zone=${summary.zone} /></p>
    ${!alone && you.deposit && html`<${Details} words=${t('lock.elsewhere')}><${OtherWallet} id=${summary.id} /></${Details}>`}`;
}

/** What is inside is asked for only once it is opened. */
function Details({ words, children }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${event => setOpen(event.target.open)}><summary>${words}</summary>${open && children}</details>`;
}

/** The same deposit, from a wallet elsewhere. */
function OtherWallet({ id }) {
  const { data, fault } = useData(`/events/${id}/offer`);
  return data ? html`<${Wallet} bolt11=${data.bolt11} />` : html`<${Fault} fault=${fault} />`;
}

/** What is due to this person from those who stayed away, and where it is to go. */
export function Payout({ event }) {
  const due = now() >= event.terms.checkInClosesAtMillis && !event.summary.yours;
  const { data } = useData(due ? `/events/${event.summary.id}/claim` : null);
  const { data: report } = useData(due ? `/events/${event.summary.id}/report` : null);
  if (!data || data.state === 'nothing_due') {
    return null;
  }
  const paid = report?.people.find(line => line.person === event.people.find(person => person.you)?.person)?.payoutMsat;
  return html`<section class="card good" aria-labelledby="payout"><h2 id="payout">${t('payout.title')}</h2>
    <p class="sum">${sat(data.state === 'paid' && paid ? paid : data.amountMsat)}</p>
    <p aria-live="polite">${t(`payout.${data.state}`)}</p>
    ${paid > 0 && data.state !== 'paid' && html`<p><b>${t('payout.arrived', { amount: sat(paid) })}</b> ${t('payout.rest')}</p>`}
    ${data.problem && !(paid > 0 && data.way === 'invoice') && html`<div class="fault" role="alert"><p>${t('payout.problem')}</p><p class="small">${data.problem}</p></div>`}
    ${data.state === 'claimable' && html`<p class="small">${t('payout.until')} <${Deadline} millis=${data.closesAtMillis} zone=${event.summary.zone} /></p>`}
    ${data.code && html`<${QrCode} text=${data.code} label=${t('payout.scan')} />
      <p><a href=${data.code.replace(/^https?:/, 'lnurlw:')}>${t('payout.open')}</a></p>`}
    ${['claimable', 'claimed'].includes(data.state) && html`<${Elsewhere} id=${event.summary.id} amountMsat=${data.amountMsat} />`}
  </section>`;
}

function Elsewhere({ id, amountMsat }) {
  const [to, setTo] = useState('');
  const claim = useAction(async choice => {
    await post(`/events/${id}/claim`, choice);
    setTo('');
  });
  async function byExtension() {
    await globalThis.webln.enable();
    const { paymentRequest } = await globalThis.webln.makeInvoice({ amount: Math.floor(amountMsat / 1000) });
    await post(`/events/${id}/claim`, { to: paymentRequest });
  }
  return html`<details><summary>${t('payout.elsewhere')}</summary><div class="column">
    <form class="column" onSubmit=${event => { event.preventDefault(); claim.run({ to: to.trim() }); }}>
      <${Field} id="claim-to" label=${t('payout.to')} hint=${t('payout.to.hint', { amount: sat(amountMsat) })}>
        <input id="claim-to" autocomplete="off" spellcheck="false" value=${to} aria-describedby="claim-to-hint"
          onInput=${event => setTo(event.target.value)} /></${Field}>
      <button disabled=${claim.busy || to.trim() === ''}>${t('payout.send')}</button></form>
    <div class="row"><button type="button" disabled=${claim.busy} onClick=${() => claim.run({ byCode: true })}>${t('payout.by-code')}</button>
      <button type="button" disabled=${claim.busy} onClick=${() => claim.run({ here: true })}>${t('payout.here')}</button>
      ${globalThis.webln && html`<${Act} kind="" act=${byExtension}>${t('payout.webln')}</${Act}>`}</div>
    ${claim.slow && html`<${Working}>${t('working')}</${Working}>`}<${Fault} fault=${claim.fault} /></div></details>`;
}
