// This person: the name, what is due, what was, and everything of theirs to take away.
import { html, useState, useData, useAction } from '../kit.js';
import { get, post } from '../api.js';
import { t, sat, when, LANGUAGES, language, chooseLanguage } from '../words.js';
import { Act, Ask, Avatar, Copy, DepositBadge, Fault, Field, Working, save } from '../parts.js';
import { refresh } from '../kit.js';
import { Choose, FACE } from '../picture.js';
import { PersonLines } from './people.js';

export function Mine() {
  const { data: status } = useData('/status');
  const { data: profile } = useData('/profile');
  if (!status || !profile) {
    return null;
  }
  return html`<h1 tabindex="-1">${t('you.title')}</h1><div class="two even">
    <div class="column"><${Profile} key=${JSON.stringify(profile)} profile=${profile} /><${Known} /><${Due} /><${Deposits} /><${History} /></div>
    <div class="column"><${Language} /><${OtherBrowser} /><${Feeds} /><${TakeAway} /><${Machine} status=${status} /></div></div>`;
}

const wordsOf = text => text.split(/[\s,]+/).map(word => word.replace(/^#/, '')).filter(word => word !== '');

/** How others see this person. `picture` is undefined while it stays, and empty when it is taken away. */
function Profile({ profile }) {
  const [nickname, setNickname] = useState(profile.nickname ?? '');
  const [tags, setTags] = useState(profile.tags.join(' '));
  const [picture, setPicture] = useState(undefined);
  const saving = useAction(async () => {
    await post('/profile', { nickname: nickname.trim(), tags: wordsOf(tags), ...(picture === undefined ? {} : { picture }) });
    setPicture(undefined);
  });
  const same = nickname.trim() === profile.nickname && wordsOf(tags).join(' ') === profile.tags.join(' ') && picture === undefined;
  return html`<form class="card" onSubmit=${event => { event.preventDefault(); saving.run(); }}>
    <div class="row"><${Avatar} large person=${profile.person} nickname=${nickname} picture=${profile.picture} drawn=${picture} />
      <div class="grow"><${Choose} id="picture" shape=${FACE} label=${t('first.choose')} chosen=${picture ?? profile.picture} onChoose=${setPicture} /></div></div>
    <${Field} id="nickname" label=${t('first.name')}>
      <input id="nickname" required maxlength="60" value=${nickname} onInput=${event => setNickname(event.target.value)} /></${Field}>
    <${Field} id="tags" label=${t('you.tags')} hint=${t('you.tags.hint')}>
      <input id="tags" maxlength="300" value=${tags} aria-describedby="tags-hint" onInput=${event => setTags(event.target.value)} /></${Field}>
    <button disabled=${saving.busy || nickname.trim() === '' || same}>${t('you.save')}</button>
    ${saving.slow && html`<${Working}>${t('working')}</${Working}>`}<${Fault} fault=${saving.fault} /></form>`;
}

/** Whom this person follows, or calls by a name of their own. */
function Known() {
  const { data } = useData('/people');
  return data && data.people.length > 0 && html`<section class="card" aria-labelledby="known"><h2 id="known">${t('you.people')}</h2>
    <${PersonLines} people=${data.people} /></section>`;
}

/** Payouts that wait for this person. */
function Due() {
  const { data } = useData('/claims');
  const { data: events } = useData('/events');
  if (!data || data.claims.length === 0) {
    return null;
  }
  const title = id => events?.events.find(event => event.id === id)?.title ?? '';
  return html`<section class="card good" aria-labelledby="due"><h2 id="due">${t('you.due')}</h2>
    <ul class="lines">${data.claims.map(claim => html`<li><a class="grow" href=${`#/e/${claim.event}`}>${title(claim.event)}</a>
      <b>${sat(claim.amountMsat)}</b></li>`)}</ul></section>`;
}

/** What became of each deposit, and of the share that came with it. */
function Deposits() {
  const { data } = useData('/deposits');
  if (!data) {
    return null;
  }
  return html`<section class="card" aria-labelledby="deposits"><h2 id="deposits">${t('you.deposits')}</h2>
    ${data.deposits.length === 0 && html`<p class="soft">${t('you.history.none')}</p>`}
    <ul class="lines">${data.deposits.map(past => html`<li><span class="grow"><a href=${`#/e/${past.event}`}>${past.title}</a><br />
      <span class="soft small">${when(past.startsAtMillis, past.zone)}</span>${past.payoutState && html`<br /><span class="small">${
        past.payoutState === 'paid' ? t('share.paid', { amount: sat(past.payoutMsat) }) : t(`share.${past.payoutState}`)}</span>`}</span>
      <${DepositBadge} state=${past.state} /><b>${sat(past.depositMsat)}</b></li>`)}</ul></section>`;
}

function History() {
  const { data } = useData('/lightning/payments');
  if (!data) {
    return null;
  }
  return html`<section class="card" aria-labelledby="history"><h2 id="history">${t('you.history')}</h2>
    ${data.payments.length === 0 && html`<p class="soft">${t('you.history.none')}</p>`}
    <ul class="lines">${data.payments.slice(0, 20).map(payment => html`<li><span class="grow">${t(`payment.${payment.direction}.${payment.state}`)}
      ${payment.atMillis && html`<br /><span class="soft small">${when(payment.atMillis)}</span>`}</span>
      <b>${payment.amountMsat === undefined ? '' : sat(payment.amountMsat)}</b></li>`)}</ul></section>`;
}

function Language() {
  async function choose(event) {
    await chooseLanguage(event.target.value);
    refresh();
    location.reload();
  }
  return html`<section class="card"><${Field} id="language" label=${t('you.language')}>
    <select id="language" value=${language} onChange=${choose}>${Object.entries(LANGUAGES).map(([name, words]) => html`
      <option value=${name} lang=${name}>${words}</option>`)}</select></${Field}></section>`;
}

function OtherBrowser() {
  const [link, setLink] = useState(null);
  return html`<section class="card" aria-labelledby="browser"><h2 id="browser">${t('you.browser')}</h2>
    <p class="soft">${t('you.browser.lead')}</p>
    ${link === null
      ? html`<${Act} kind="" act=${() => post('/pages/link')} onDone=${answer => setLink(answer.url)}>${t('you.browser.go')}</${Act}>`
      : html`<p><code>${link}</code></p><${Copy} text=${link}>${t('you.browser.copy')}</${Copy}>`}</section>`;
}

/** Addresses for calendar programs; each is shown once, when it is made. */
function Feeds() {
  const { data } = useData('/feeds');
  const [name, setName] = useState('');
  const [made, setMade] = useState(null);
  const making = useAction(async () => {
    setMade(await post('/feeds', { name: name.trim() }));
    setName('');
  });
  return html`<section class="card" aria-labelledby="feeds"><h2 id="feeds">${t('feeds.title')}</h2><p class="soft">${t('feeds.lead')}</p>
    <form class="column" onSubmit=${event => { event.preventDefault(); making.run(); }}>
      <${Field} id="feed" label=${t('feeds.name')}><input id="feed" maxlength="60" value=${name} onInput=${event => setName(event.target.value)} /></${Field}>
      <button disabled=${making.busy || name.trim() === ''}>${t('feeds.go')}</button><${Fault} fault=${making.fault} /></form>
    ${made && html`<p><code>${made.url}</code></p><p class="soft small">${t('feeds.once')}</p><${Copy} text=${made.url}>${t('feeds.copy')}</${Copy}>`}
    <ul class="lines">${(data?.feeds ?? []).map(feed => html`<li><span class="grow">${feed.name}<br />
      <span class="soft small">${when(feed.madeAtMillis)}</span></span>
      <${Ask} question=${t('feeds.revoke.sure')} yes=${t('feeds.revoke')} act=${() => post(`/feeds/${feed.id}/revoke`, {})}>${t('feeds.revoke')}</${Ask}></li>`)}</ul></section>`;
}

/** Everything that this node knows of this person, as one file. */
function TakeAway() {
  const collect = async () => save('klatch-my-data.json', 'application/json', JSON.stringify(await get('/my-data'), null, 2));
  return html`<section class="card" aria-labelledby="data"><h2 id="data">${t('you.data')}</h2>
    <p class="soft">${t('you.data.lead')}</p><${Act} kind="" act=${collect}>${t('you.data.go')}</${Act}></section>`;
}

const Machine = ({ status }) => html`<section class="card" aria-labelledby="node"><h2 id="node">${t('you.node')}</h2><dl class="facts">
  <div><dt>${t('you.network')}</dt><dd>${status.network}</dd></div>
  <div><dt>${t('you.version')}</dt><dd>${status.version}</dd></div>
  <div><dt>${t('you.peers')}</dt><dd>${status.peers.length}</dd></div>
  ${status.lightning && html`<div><dt>${t('you.balance')}</dt><dd>${sat(status.lightning.balanceMsat)}</dd></div>`}
  <div><dt>${t('you.key')}</dt><dd><code>${status.person}</code></dd></div></dl></section>`;
