// What every view is made with: the library, what the node tells by itself, and actions that take a while.
import { render } from './lib/preact.js';
import { useState, useEffect, useRef, useReducer } from './lib/hooks.js';
import { html } from './markup.js';
import { get, listen, Refused } from './api.js';
import { t, said } from './words.js';

export { html, render, useState, useEffect, useRef };

const SLOW_MILLIS = 1000;
const listeners = new Set();
const live = { line: null, gone: null, version: 0, aheadMillis: 0 };

/** Starts to listen to the node; once. */
export function startLive() {
  listen((name, data) => {
    if (name === 'line') {
      Object.assign(live, { line: { ...data, heardAt: Date.now() }, gone: null, aheadMillis: data.nowMillis - Date.now() });
    } else if (name === 'gone') {
      live.gone = data.code ?? live.gone ?? 'gone';
    } else {
      live.version += 1;
    }
    listeners.forEach(listener => listener(name));
  });
}

/** Asks everything again, as after an action of one's own. */
export function refresh() {
  live.version += 1;
  listeners.forEach(listener => listener('changed'));
}

/** For a page that hears the time only once. */
export function setClock(nowMillis) {
  live.aheadMillis = nowMillis - Date.now();
}

/** The node's clock: in a rehearsal it is not the browser's. */
export const now = () => Date.now() + live.aheadMillis;

function useRedraw(...names) {
  const [, redraw] = useReducer(count => count + 1, 0);
  useEffect(() => {
    const listener = name => names.includes(name) && redraw();
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
}

export function useLive() {
  useRedraw('line', 'gone');
  return live;
}

/** Draws again every so often, for what counts down. */
export function useTick(millis = 1000) {
  const [, redraw] = useReducer(count => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(redraw, millis);
    return () => clearInterval(timer);
  }, [millis]);
}

/**
 * What the node answers to GET, asked again whenever something has changed. While it is asked again the old answer stays.
 * `again` asks at each sign of life too, if it is true: for channels, which come and go without anything that is told. As
 * a number it is after how many milliseconds: for a page that nobody tells anything.
 */
export function useData(path, again) {
  const [state, setState] = useState({ path, data: null, fault: null });
  useEffect(() => {
    let over = false;
    let asking = false;
    let asked = false;
    async function ask() {
      if (asking || path === null) {
        asked = asking;
        return;
      }
      asking = true;
      try {
        const data = await get(path);
        over || setState({ path, data, fault: null });
      } catch (fault) {
        over || setState(old => ({ path, data: old.path === path ? old.data : null, fault }));
      }
      asking = false;
      if (asked && !over) {
        asked = false;
        ask();
      }
    }
    const listener = name => (name === 'changed' || (again === true && name === 'line')) && ask();
    listeners.add(listener);
    ask();
    const timer = again > 1 ? setInterval(ask, again) : undefined;
    return () => {
      over = true;
      listeners.delete(listener);
      clearInterval(timer);
    };
  }, [path, again]);
  return state.path === path ? state : { path, data: null, fault: null };
}

/** One action at a time, however often it is asked for; `slow` once a person begins to wonder. */
export function useAction(act) {
  const [state, setState] = useState({ busy: false, slow: false, fault: null });
  const running = useRef(false);
  const here = useRef(true);
  useEffect(() => () => {
    here.current = false;
  }, []);
  async function run(...values) {
    if (running.current) {
      return;
    }
    running.current = true;
    setState({ busy: true, slow: false, fault: null });
    const timer = setTimeout(() => here.current && setState({ busy: true, slow: true, fault: null }), SLOW_MILLIS);
    let fault = null;
    try {
      await act(...values);
    } catch (thrown) {
      if (!(thrown instanceof Refused)) {
        console.error(thrown);
      }
      fault = thrown;
    }
    clearTimeout(timer);
    running.current = false;
    if (here.current) {
      setState({ busy: false, slow: false, fault });
      refresh();
    }
  }
  return { run, ...state };
}

/** In words of this language, where there are any; else the node's own. */
export function faultWords(fault) {
  if (fault.code === 'gone' || !fault.message) {
    return t('gone');
  }
  return said(`reason.${fault.reason}`) ?? fault.message;
}

export function go(path) {
  location.hash = path;
}
