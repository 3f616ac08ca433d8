// The camera: shrinks its pictures to brightness and has the person's own node look for a code in them.
import { html, useState, useEffect, useRef } from './kit.js';
import { postBytes } from './api.js';
import { t } from './words.js';

/** A picture of this many pixels on each side fits into one request. */
const SIDE = 480;
const HEADER_BYTES = 4;
const PAUSE_MILLIS = 120;

/** Calls `onText` with what a code says; with the same text only once. */
export function Scanner({ onText, onClose }) {
  const video = useRef(null);
  const [trouble, setTrouble] = useState(null);
  useEffect(() => {
    let stream = null;
    let over = false;
    async function look() {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
      } catch (refused) {
        over || setTrouble(refused.name === 'NotAllowedError' ? 'refused' : 'none');
        return;
      }
      if (over) {
        end(stream);
        return;
      }
      video.current.srcObject = stream;
      await video.current.play();
      let last = null;
      while (!over) {
        const text = await read(video.current).catch(() => undefined);
        if (!over && text !== undefined && text !== last) {
          last = text;
          onText(text);
        }
        await new Promise(done => setTimeout(done, PAUSE_MILLIS));
      }
    }
    look();
    return () => {
      over = true;
      end(stream);
    };
  }, []);
  if (trouble) {
    return html`<p class="fault" role="alert">${t(`camera.${trouble}`)}</p>`;
  }
  return html`<div class="camera"><video ref=${video} muted playsinline aria-label=${t('camera.picture')}></video></div>
    <p class="soft small" role="status">${t('camera.hint')}</p><button type="button" onClick=${onClose}>${t('camera.close')}</button>`;
}

const end = stream => stream?.getTracks().forEach(track => track.stop());

const canvas = document.createElement('canvas');

/** The middle of the picture, small and grey, to the node; what it reads there. */
async function read(video) {
  const from = Math.min(video.videoWidth, video.videoHeight);
  if (from === 0) {
    return undefined;
  }
  const side = Math.min(SIDE, from);
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, (video.videoWidth - from) / 2, (video.videoHeight - from) / 2, from, from, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  const bytes = new Uint8Array(HEADER_BYTES + side * side);
  new DataView(bytes.buffer).setUint16(0, side);
  new DataView(bytes.buffer).setUint16(2, side);
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const at = 4 * pixel;
    bytes[HEADER_BYTES + pixel] = (data[at] * 77 + data[at + 1] * 151 + data[at + 2] * 28) >> 8;
  }
  return (await postBytes('/scan', bytes)).text;
}
