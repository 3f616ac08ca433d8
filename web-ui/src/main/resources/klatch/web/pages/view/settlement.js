// What became of the money: a picture, a table, the audit's verdict, and the report to keep.
import { html, useData, now } from '../kit.js';
import { t, sat, when } from '../words.js';
import { Fault, Tile, nameOf, save } from '../parts.js';
import { EventHead, useEvent } from './event.js';

export function Settlement({ id }) {
  const { event, missing } = useEvent(id);
  const { data: report, fault } = useData(`/events/${id}/report`);
  const { data: audit } = useData(`/events/${id}/audit`);
  if (missing) {
    return missing;
  }
  if (!report) {
    return html`<${EventHead} event=${event} corner="money" /><${Fault} fault=${fault} />`;
  }
  const sum = field => report.people.reduce((total, line) => total + line[field], 0);
  const keep = () => save(`klatch-report-${id.slice(0, 8)}.json`, 'application/json',
    JSON.stringify({ event: event.summary, terms: event.terms, report, audit }, null, 2));
  return html`<${EventHead} event=${event} corner="money" />
    <p class="lead" data-done=${report.done}>${report.done ? t('money.done') : now() < event.terms.checkInClosesAtMillis
      ? t('money.before') : t('money.under-way', { at: when(event.terms.payoutsCloseAtMillis, event.summary.zone) })}</p>
    <div class="tiles"><${Tile} value=${sat(sum('releasedMsat'))}>${t('money.back')}</${Tile}>
      <${Tile} value=${sat(report.potMsat)}>${t('money.pot')}</${Tile}>
      <${Tile} value=${sat(report.paidOutMsat)}>${t('money.paid')}</${Tile}>
      <${Tile} value=${sat(report.feesMsat)}>${t('money.fees')}</${Tile}></div>
    ${sum('heldMsat') + sum('releasedMsat') + sum('forfeitedMsat') > 0 && html`<section class="card" aria-labelledby="flow"><h2 id="flow">${t('money.flow')}</h2><${Flow} report=${report} /></section>`}
    <section class="card" aria-labelledby="lines"><h2 id="lines">${t('money.lines')}</h2><${Lines} report=${report} /></section>
    <${Verdict} audit=${audit} people=${report.people} />
    <div class="row"><button onClick=${keep}>${t('money.keep')}</button></div>`;
}

const Lines = ({ report }) => html`<div class="scroll" tabindex="0" role="group" aria-label=${t('money.lines')}><table>
  <thead><tr><th scope="col">${t('money.who')}</th><th scope="col">${t('money.came')}</th><th scope="col" class="amount">${t('money.locked')}</th>
    <th scope="col" class="amount">${t('money.returned')}</th><th scope="col" class="amount">${t('money.share')}</th></tr></thead>
  <tbody>${report.people.map(line => html`<tr><th scope="row">${nameOf(line)}</th>
    <td>${line.present ? t('money.came-yes') : t('money.stayed-away')}</td>
    <td class="amount">${sat(line.heldMsat || line.releasedMsat || line.forfeitedMsat)}</td><td class="amount">${sat(line.releasedMsat)}</td>
    <td class="amount">${sat(line.payoutMsat)}</td></tr>`)}</tbody></table></div>`;

function Verdict({ audit, people }) {
  if (!audit) {
    return null;
  }
  const all = [...audit.findings, ...audit.pending];
  const name = id => people.filter(line => line.person === id).map(nameOf)[0] ?? t('finding.somebody');
  return html`<section class=${`card ${audit.clean ? 'good' : 'bad'}`} aria-labelledby="audit"><h2 id="audit">${audit.clean ? t('audit.clean') : t('audit.not-clean')}</h2>
    <p>${audit.complete ? t('audit.complete') : t('audit.open')}</p>
    <ul>${all.map(finding => html`<li>${t(`finding.${finding.kind}`, { name: name(finding.person) })}</li>`)}</ul>
    ${all.length > 0 && html`<details><summary>${t('finding.exactly')}</summary><ul>${all.map(finding => html`<li class="small"><code>${finding.message}</code></li>`)}</ul></details>`}</section>`;
}

const WIDTH = 460;
const ROW = 46;
const LEFT = 124;
const RIGHT = WIDTH - 124;
const BAR = 8;
const THICK = 20;

/** Everybody's deposit on the left; on the right what came back, and the shares of what others left. */
function Flow({ report }) {
  const people = report.people.filter(line => line.heldMsat + line.releasedMsat + line.forfeitedMsat > 0);
  const paid = people.filter(line => line.payoutMsat > 0);
  const middle = index => 30 + index * ROW;
  const width = msat => Math.max(1.5, THICK * Math.min(1, msat / report.depositMsat));
  const pot = 30 + (people.length - 1) * ROW / 2;
  const band = (x1, y1, x2, y2, thick, kind) => {
    const bend = (x1 + x2) / 2;
    const half = thick / 2;
    return html`<path class=${kind} d=${`M${x1} ${y1 - half}C${bend} ${y1 - half} ${bend} ${y2 - half} ${x2} ${y2 - half}V${y2 + half}C${bend} ${y2 + half} ${bend} ${y1 + half} ${x1} ${y1 + half}z`} />`;
  };
  const stack = people.filter(line => line.forfeitedMsat > 0);
  return html`<svg class="flow" viewBox=${`0 0 ${WIDTH} ${people.length * ROW + 20}`} role="img" aria-label=${t('money.flow.words', {
      back: people.filter(line => line.releasedMsat > 0).length, lost: stack.length, pot: sat(report.potMsat), paid: paid.length })}>
    ${people.map((line, index) => html`<g>
      <text x=${LEFT - 12} y=${middle(index) - 1} text-anchor="end">${nameOf(line).slice(0, 15)}</text>
      <text class="quiet" x=${LEFT - 12} y=${middle(index) + 15} text-anchor="end">${sat(report.depositMsat)}</text>
      <rect class=${line.forfeitedMsat > 0 ? 'bar warm' : 'bar'} x=${LEFT - BAR} y=${middle(index) - THICK / 2} width=${BAR} height=${THICK} rx="2" />
      ${line.releasedMsat > 0 && html`${band(LEFT, middle(index), RIGHT, middle(index), width(line.releasedMsat), 'back')}
        <text x=${RIGHT + 8} y=${middle(index) - 1}>${t('money.flow.back')}</text>`}
      ${line.forfeitedMsat > 0 && band(LEFT, middle(index), WIDTH / 2 - BAR, pot, width(line.forfeitedMsat), 'lost')}
      ${line.payoutMsat > 0 && html`${band(WIDTH / 2 + BAR, pot, RIGHT, middle(index) + (THICK + width(line.payoutMsat)) / 2, width(line.payoutMsat), 'share')}
        <text class="quiet" x=${RIGHT + 8} y=${middle(index) + 15}>+ ${sat(line.payoutMsat)}</text>`}
    </g>`)}
    ${stack.length > 0 && html`<rect class="bar warm" x=${WIDTH / 2 - BAR} y=${pot - THICK} width=${2 * BAR} height=${2 * THICK} rx="4" />`}
  </svg>`;
}
