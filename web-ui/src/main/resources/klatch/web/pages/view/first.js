// The first run: a name and a picture, then one real thing.
import { html, useState, useAction, go } from '../kit.js';
import { post } from '../api.js';
import { t } from '../words.js';
import { Avatar, Fault, Field, Working } from '../parts.js';
import { Choose, FACE } from '../picture.js';

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
  return html`<form class="narrow" onSubmit=${named}>
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
    <p class="soft small">${t('first.key')}</p></form>`;
}
