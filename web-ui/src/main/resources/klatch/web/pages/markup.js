// Views are written as markup in template literals, without a step that builds them:
// html`<${Card} title=${title} wide ...${more}><p>${text}</p></${Card}>`. White space around a line break is left out.
// A template is read once; its values are filled in whenever it is drawn.
import { h } from './lib/preact.js';

const HOLE = '\0';
const TAG = /<(\0|[\w-]+)/y;
const TOKEN = /\s*(?:(\/?>)|\.\.\.\0|([^\s=/>]+)(?:=(\0|"([^"]*)"))?)/y;
const read = new WeakMap();

export function html(statics, ...values) {
  let template = read.get(statics);
  if (!template) {
    template = parse(statics.join(HOLE));
    read.set(statics, template);
  }
  const nodes = template.map(node => fill(node, values));
  return nodes.length === 1 ? nodes[0] : nodes;
}

/** A node is a text, the number of a value, or an element with its tag, attributes and children. */
function fill(node, values) {
  if (typeof node === 'number') {
    return values[node];
  }
  if (typeof node === 'string') {
    return node;
  }
  const props = {};
  for (const [name, value] of node.attributes) {
    const filled = typeof value === 'number' ? values[value] : value;
    Object.assign(props, name === null ? filled : { [name]: filled });
  }
  const tag = typeof node.tag === 'number' ? values[node.tag] : node.tag;
  return h(tag, props, ...node.children.map(child => fill(child, values)));
}

function parse(source) {
  let holes = 0;
  let at = 0;
  const open = [{ children: [] }];
  while (at < source.length) {
    const next = source.indexOf('<', at);
    const end = next < 0 ? source.length : next;
    source.slice(at, end).split(HOLE).forEach((text, index) => {
      if (index > 0) {
        open.at(-1).children.push(holes++);
      }
      const tight = text.replace(/^\s*\n\s*|\s*\n\s*$/g, '');
      if (tight !== '') {
        open.at(-1).children.push(tight);
      }
    });
    at = end;
    if (source.startsWith('</', at)) {
      at = source.indexOf('>', at) + 1;
      holes += source.slice(end, at).split(HOLE).length - 1;
      open.pop();
    } else if (at < source.length) {
      at = element();
    }
  }
  if (open.length !== 1) {
    throw new Error(`an element is not closed: ${source}`);
  }
  return open[0].children;

  /** Reads a tag with its attributes; says where it ends. */
  function element() {
    const [, name] = match(TAG, at);
    const node = { tag: name === HOLE ? holes++ : name, attributes: [], children: [] };
    open.at(-1).children.push(node);
    let from = at + 1 + name.length;
    for (;;) {
      const token = match(TOKEN, from);
      from += token[0].length;
      if (token[1]) {
        if (token[1] === '>') {
          open.push(node);
        }
        return from;
      }
      if (token[2] === undefined) {
        node.attributes.push([null, holes++]);
      } else {
        node.attributes.push([token[2], token[3] === undefined ? true : token[3] === HOLE ? holes++ : token[4]]);
      }
    }
  }

  function match(pattern, from) {
    pattern.lastIndex = from;
    const found = pattern.exec(source);
    if (!found) {
      throw new Error(`no markup: ${source.slice(from, from + 40)}`);
    }
    return found;
  }
}
