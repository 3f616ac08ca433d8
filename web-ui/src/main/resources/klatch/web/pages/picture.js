// Pictures are drawn anew before they are sent: small, and without what the camera wrote into the file.
import { html, useState } from './kit.js';
import { t } from './words.js';

const QUALITIES = [0.85, 0.7, 0.55, 0.4, 0.25];

export const COVER = { width: 1024, height: 576, bytes: 60_000 };
export const FACE = { width: 256, height: 256, bytes: 32_768 };

/** The largest part in the middle that has the wanted shape, as a JPEG in base64. */
export async function drawn(file, { width, height, bytes }) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) {
    throw new Error(t('picture.none'));
  }
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  const scale = Math.max(width / picture.width, height / picture.height);
  context.drawImage(picture, (width - picture.width * scale) / 2, (height - picture.height * scale) / 2,
    picture.width * scale, picture.height * scale);
  for (const quality of QUALITIES) {
    const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', quality));
    if (blob.size <= bytes) {
      return base64(new Uint8Array(await blob.arrayBuffer()));
    }
  }
  throw new Error(t('picture.large'));
}

const base64 = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));

/** Chooses a picture; `onChoose` gets it in base64, or an empty text when it is taken away. */
export function Choose({ id, shape, label, chosen, onChoose }) {
  const [fault, setFault] = useState(null);
  async function choose(event) {
    const [file] = event.target.files;
    event.target.value = '';
    if (file) {
      try {
        onChoose(await drawn(file, shape));
        setFault(null);
      } catch (thrown) {
        setFault(thrown.message);
      }
    }
  }
  return html`<div class="row"><input class="unseen" id=${id} type="file" accept="image/*" onChange=${choose} />
    <label class="button" for=${id}>${label}</label>
    ${chosen && html`<button type="button" class="plain" onClick=${() => onChoose('')}>${t('picture.away')}</button>`}
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}</div>`;
}
