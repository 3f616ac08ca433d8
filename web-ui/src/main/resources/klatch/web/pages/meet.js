// Two people's codes meeting: what this node shows, what it has read off the other's screen, and what came of it.
import { html, useState, useEffect, useRef, now, faultWords, refresh } from './kit.js';
import { get, post } from './api.js';
import { t } from './words.js';
import { QrCode } from './parts.js';

const AGAIN_MILLIS = 2000;
const LEAST_MILLIS = 200;
const FLASH_MILLIS = 4000;
const DOOR_CODE = 'KLATCH:C1:';

/** This node's own code for an event, always the one that counts now. */
export function useCode(id) {
  const [state, setState] = useState({ code: null, fault: null });
  useEffect(() => {
    let over = false;
    let timer;
    async function ask() {
      let pause = AGAIN_MILLIS;
      try {
        const code = await get(`/events/${id}/door`);
        over || setState({ code, fault: null });
        pause = Math.max(LEAST_MILLIS, Math.min(AGAIN_MILLIS, code.validUntilMillis - now() + 50));
      } catch (fault) {
        over || setState({ code: null, fault });
      }
      timer = over ? 0 : setTimeout(ask, pause);
    }
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id]);
  return state;
}

/**
 * What a scanned text leads to. A door's code is taken to the door over the network if it can be reached; otherwise, and
 * for any other code, the two screens answer each other.
 */
async function meet(id, text, byNetwork) {
  if (byNetwork && text.toUpperCase().includes(DOOR_CODE)) {
    try {
      await post(`/events/${id}/checkin`, { frame: text });
      return { step: 'done' };
    } catch (fault) {
      if (fault.code !== 'unavailable') {
        throw fault;
      }
    }
  }
  return post(`/events/${id}/scan`, { frame: text });
}

/** `say(text)` for each text that a camera reads; `met` is what to show: a result, or an answer for the other to scan. */
export function useMeeting(id, byNetwork) {
  const [met, setMet] = useState(null);
  const busy = useRef(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  async function say(text) {
    if (busy.current) {
      return;
    }
    busy.current = true;
    clearTimeout(timer.current);
    try {
      const answer = await meet(id, text.trim(), byNetwork);
      setMet({ good: answer.step !== 'answered', ...answer });
      if (answer.frame === undefined) {
        timer.current = setTimeout(() => setMet(null), FLASH_MILLIS);
      }
    } catch (fault) {
      setMet({ good: false, fault: faultWords(fault) }); // Until the next one: what to do about it has to be read.
    }
    busy.current = false;
    refresh();
  }
  return { say, met, end: () => setMet(null) };
}

/** The result, big enough for both: green, red, or the code that the other has to scan now. */
export function Met({ met, onEnd }) {
  if (met === null) {
    return null;
  }
  if (met.fault) {
    return html`<p class="flash no" role="alert">${t('meet.no')}<span>${met.fault}</span></p>`;
  }
  return html`<div class="column" role="status">
    ${met.good && html`<p class="flash">${met.nickname ?? t('meet.yes')}<span>${t('meet.checked-in')}</span></p>`}
    ${met.frame && html`<p><b>${met.good ? t('meet.show-last') : t('meet.show')}</b></p>
      <${QrCode} text=${met.frame} label=${t('meet.answer')} />
      <button type="button" onClick=${onEnd}>${t('meet.next')}</button>`}</div>`;
}
