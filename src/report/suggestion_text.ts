import { bitNumbers } from '../abi/bits.js';
import { grouped } from '../grouped.js';
import { capName } from '../kernel/capability.js';
import { MASK_KIND, MASK_NAMES } from '../kernel/masks.js';
import { outsideToken } from '../programs/loaders/outside_token.js';
import { printable } from '../text/printable.js';
import { plural } from './format.js';
import { describeLoaderCall } from './loader_call_text.js';
import type { Style } from './style.js';
import type { Suggestion } from './suggestion.js';
import { neededName, refusedSteps, suggestedNames } from './suggestion_json.js';

/** The least delegation: what it is, why each bit is in it, what stays refused, what no token covers, and the text that was asked for. */
export function suggestionText(suggestion: Suggestion, style: Style): string {
  const sections = [
    leastOf(suggestion, style),
    reasonsOf(suggestion, style),
    quietOf(suggestion, style),
    refusedOf(suggestion, style),
    outsideOf(suggestion, style),
    writtenOf(suggestion, style),
  ];
  return `${sections.filter((text) => text !== undefined).join('\n\n')}\n`;
}

function leastOf(suggestion: Suggestion, style: Style): string {
  const { profile, loader, objects, least, quiet } = suggestion;
  const [only] = objects;
  const what = objects.length === 1 && only ? printable(only.file) : plural(objects.length, 'object');
  const lines = MASK_NAMES.map((mask) => {
    return `  ${`delegate_${mask}`.padEnd(16)}  ${suggestedNames(suggestion, mask).join(', ') || '-'}`;
  });
  const caps = bitNumbers(least.capabilities).map(capName).join(', ');
  return [
    `The least with which ${style.strong(loader)} loads ${what} on ${style.strong(profile.name)}${quiet ? ', and what its probes need' : ''}`,
    ...lines,
    `  ${'capabilities'.padEnd(16)}  ${caps} in the user namespace`,
    ...(least.hasOthers ? ['  Another delegation of as few capabilities and bits does too.'] : []),
  ].join('\n');
}

function reasonsOf(suggestion: Suggestion, style: Style): string {
  const { least, objects } = suggestion;
  const names = least.proofs.map((proof) => {
    const name = neededName(suggestion, proof);
    return proof.bit ? `${name} (delegate_${proof.bit.mask})` : name;
  });
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = least.proofs.map(({ failure, object }, i) => {
    const { step, errno, message } = failure;
    const file = objects.length === 1 ? '' : `${printable(objects[object]?.file ?? '')}: `;
    const end = errno === null ? 'the loader gives up' : errno;
    const call = step ? `${describeLoaderCall(step.call)}, ${printable(step.purpose)}` : printable(message);
    return `  ${names[i]?.padEnd(width)}  ${file}${call}: ${end}`;
  });
  return [style.strong('Without one of these'), ...lines].join('\n');
}

/** Bits for probes alone: what they cost is that the process may do so too. */
function quietOf({ profile, quiet }: Suggestion, style: Style): string | undefined {
  if (!quiet) return undefined;
  const lines = quiet.added.map(({ mask, bit, step }) => {
    const name = profile.vocabulary.nameOf(MASK_KIND[mask], bit);
    return `  ${name} (delegate_${mask}): ${printable(step.purpose)}`;
  });
  const title = 'Delegated for probes alone, which the process may then use for anything';
  return [
    style.strong(title),
    ...(lines.length > 0 ? lines : ['  nothing: no probe that a token helps is refused']),
  ].join('\n');
}

/** Files whose loads are refused the same share a line. */
function refusedOf(suggestion: Suggestion, style: Style): string | undefined {
  const refused = refusedSteps(suggestion);
  if (refused.length === 0) return undefined;
  const groups = grouped(refused, ({ step }) => `${step.consequence} ${describeLoaderCall(step.call)} ${step.effect}`);
  const lines = [...groups.values()].map((group) => {
    const [first] = group;
    if (!first) return '';
    const { step } = first;
    const more = suggestion.objects.length === 1 ? '' : ` (${plural(group.length, 'object')})`;
    return `  ${step.consequence}: ${describeLoaderCall(step.call)}, ${printable(step.purpose)}: ${printable(step.effect ?? '')}${more}`;
  });
  return [style.strong('Refused all the same'), ...lines].join('\n');
}

function outsideOf({ objects }: Suggestion, style: Style): string | undefined {
  const found = objects.flatMap(({ object }) => outsideToken(object));
  if (found.length === 0) return undefined;
  const groups = grouped(found, ({ action, decidedBy }) => `${action} ${decidedBy}`);
  const lines = [...groups.values()].map((group) => {
    const names = group.map(({ of }) => printable(of));
    const shown = names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
    return `  ${group[0]?.action} for ${shown}: ${group[0]?.decidedBy}`;
  });
  return [style.strong('Afterwards, and no token covers it'), ...lines].join('\n');
}

function writtenOf({ written }: Suggestion, style: Style): string | undefined {
  return written && `${style.strong(`As ${written.target}`)}\n${written.text.trimEnd()}`;
}
