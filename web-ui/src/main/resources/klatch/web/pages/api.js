// Requests to this browser's own node, and what it tells by itself.

const ROOT = '/api/v1';
const TOKEN = 'klatch-token';
const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 5000;

/** What the node refused, in its own words; `reason` names it for those who say it in another language. */
export class Refused extends Error {
  constructor(code, message, reason) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export const known = () => localStorage.getItem(TOKEN) !== null;
export const forget = () => localStorage.removeItem(TOKEN);

/** Trades a link's code for a token of this browser's own. */
export async function enter(code) {
  const { token } = await send('POST', '/session', JSON.stringify({ code }));
  localStorage.setItem(TOKEN, token);
}

export const get = path => send('GET', path);
export const post = (path, body) => send('POST', path, body === undefined ? undefined : JSON.stringify(body));
export const postBytes = (path, bytes) => send('POST', path, bytes);

/** A file that is no JSON, as an address that an element of this page can show. */
export async function getFile(path) {
  const answer = await fetch(ROOT + path, { headers: bearer() });
  if (!answer.ok) {
    throw new Refused((await answer.json()).error.code, '');
  }
  return URL.createObjectURL(await answer.blob());
}

async function send(method, path, body) {
  let answer;
  try {
    answer = await fetch(ROOT + path, { method, body, headers: bearer(), cache: 'no-store' });
  } catch {
    throw new Refused('gone', '');
  }
  const json = await answer.json();
  if (!answer.ok) {
    throw new Refused(json.error.code, json.error.message, json.error.reason);
  }
  return json;
}

function bearer() {
  const token = localStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * Listens until the page is left. EventSource cannot send a token, so the stream is read by hand.
 * `hear` is called with 'line', 'changed' or 'gone', and the event's object.
 */
export async function listen(hear) {
  for (let pause = FIRST_PAUSE_MILLIS;;) {
    try {
      const answer = await fetch(`${ROOT}/live`, { headers: bearer(), cache: 'no-store' });
      if (answer.ok) {
        pause = FIRST_PAUSE_MILLIS;
        hear('changed', {});
        await read(answer.body.pipeThrough(new TextDecoderStream()).getReader(), hear);
      } else {
        hear('gone', { code: (await answer.json()).error.code });
      }
    } catch {
      // The node has stopped, or the machine slept.
    }
    hear('gone', {});
    await new Promise(done => setTimeout(done, pause));
    pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
  }
}

async function read(reader, hear) {
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      if (name) {
        hear(name, JSON.parse(data));
      }
    }
  }
}
