// The first run: a name and a picture, then one real thing.
import { html, useState, useAction, go } from '../kit.js';
import { enter, forget, post } from '../api.js';
import { t } from '../words.js';
import { Avatar, Fault, Field, Working } from '../parts.js';
import { Choose, FACE } from '../picture.js';

const LONGEST_START_MILLIS = 90_000;
const LOOK_MILLIS = 500;

/** Somebody who was a guest elsewhere goes on here as the same person. The node starts again for it. */
function Bring() {
  const [text, setText] = useState('');
  const [words, setWords] = useState('');
  const bringing = useAction(async () => {
    const { code } = await post('/guest-key', { text, ...(words ? { passphrase: words } : {}) });
    forget();
    for (const begun = Date.now(); Date.now() - begun < LONGEST_START_MILLIS;) {
      await new Promise(done => setTimeout(done, LOOK_MILLIS));
      try {
        await enter(code);
        break;
      } catch {
        // It has not started again yet.
      }
    }
    location.reload();
  });
  async function read(chosen) {
    const [file] = chosen.target.files;
    if (file && file.size <= 10_000) {
      setText(await file.text());
    }
  }
  return html`<details><summary>${t('first.bring')}</summary><div class="column"><p class="soft small">${t('first.bring.what')}</p>
    <${Field} id="key-file" label=${t('first.bring.file')}><input id="key-file" type="file" accept=".txt" onChange=${read} /></${Field}>
    <${Field} id="key-text" label=${t('first.bring.text')}><textarea id="key-text" rows="3" maxlength="6000" autocomplete="off"
      spellcheck="false" value=${text} onInput=${typed => setText(typed.target.value)}></textarea></${Field}>
    <${Field} id="key-words" label=${t('first.bring.words')}><input id="key-words" type="password" autocomplete="off"
      maxlength="200" value=${words} onInput=${typed => setWords(typed.target.value)} /></${Field}>
    <button type="button" disabled=${bringing.busy || text.trim() === ''} aria-busy=${bringing.busy}
      onClick=${() => bringing.run()}>${t('first.bring.go')}</button>
    ${bringing.slow && html`<${Working}>${t('first.bring.working')}</${Working}>`}
    <${Fault} fault=${bringing.fault} /></div></details>`;
}

export function First({ status, invited }) {
  const [nickname, setNickname] = useState('');
  const [picture, setPicture] = useState('');
  const naming = useAction(async () => {
    await post('/profile', { nickname: nickname.trim(), ...(picture ? { picture } : {}) });
    if (!invited) {
      go('/');
    }
  });
  function named(event) {
    event.preventDefault();
    naming.run();
  }
  return html`<div class="narrow"><form onSubmit=${named}>
    <div class="hero"><h1 tabindex="-1">${t('first.title')}</h1><p class="lead">${t('first.lead')}</p></div>
    <div class="card">
      <div class="row"><${Avatar} large person=${status.person} nickname=${nickname || '·'} drawn=${picture} />
        <div class="column grow"><p class="soft small">${picture ? t('first.chosen') : t('first.picture')}</p>
          <${Choose} id="picture" shape=${FACE} label=${t('first.choose')} chosen=${picture} onChoose=${setPicture} /></div></div>
      <${Field} id="nickname" label=${t('first.name')} hint=${t('first.hint')}>
        <input id="nickname" autocomplete="nickname" required maxlength="60" aria-describedby="nickname-hint"
          value=${nickname} onInput=${event => setNickname(event.target.value)} /></${Field}>
      <button class="main large" disabled=${naming.busy || nickname.trim() === ''}>${t('first.go')}</button>
      ${naming.slow && html`<${Working}>${t('working')}</${Working}>`}
      <${Fault} fault=${naming.fault} />
    </div>
    <p class="soft small">${t('first.key')}</p></form><${Bring} /></div>`;
}
