import { CAP_FULL_SET, CAPABILITY_NAMES } from '../abi/capabilities.js';
import {
  type DelegateProcess,
  type Delegation,
  type DelegationAssumption,
  delegatesAnything,
} from '../dialects/delegation.js';
import { FORMATS } from '../dialects/formats.js';
import { type FileAccount, IRRELEVANT_RULES, type LineNote } from '../dialects/line_account.js';
import type { Reading } from '../dialects/read_delegations.js';
import type { ResolvedDelegation } from '../dialects/resolve_delegation.js';
import { MASK_NAMES } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { printable, shortened } from '../text/printable.js';
import { describeMask } from './mask_text.js';
import type { Style } from './style.js';
import { wrapNames } from './wrap_names.js';

/** `passed`, `partly (2 warnings)`: of a file, with its format. */
export function statusLine({ format }: Reading, { file, status, warnings }: FileAccount, style: Style): string {
  const count = `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`;
  const mark = status === 'passed' ? style.good(status) : style.bad(status);
  return `${style.strong(printable(file))}: ${format}, ${FORMATS[format]}: ${mark}${warnings.length > 0 ? ` (${count})` : ''}`;
}

/** `file:line:column: warning: ...`, one for each warning of a file. */
export function warningLines({ warnings }: FileAccount, style: Style): string[] {
  return warnings.map(
    ({ file, line, column, message }) => `${printable(file)}:${line}:${column}: ${style.bad('warning')}: ${message}`,
  );
}

/** A delegation: its masks, and the process that it is for. */
export function delegationText(profile: Profile, delegation: ResolvedDelegation, style: Style): string[] {
  const { kind, name, path, owner, process, unusable, at } = delegation;
  const where = path === undefined || path === name ? '' : ` at ${printable(path)}`;
  const lines = [`${style.strong(`${kind} ${printable(name)}`)}${where} (${printable(at.file)}:${at.line})`];
  if (unusable !== undefined) lines.push(`  ${style.bad('no token')}: ${printable(unusable)}`);
  if (kind === 'bpffs' && !delegatesAnything(delegation)) return lines;
  for (const mask of MASK_NAMES) {
    const { bits } = delegation.masks[mask];
    const [first, ...rest] = wrapNames(describeMask(profile, mask, bits));
    const number = bits === 0n ? '' : `  ${style.dim(`0x${bits.toString(16)}`)}`;
    lines.push(
      `  ${mask.padEnd(8)} ${first}${rest.length === 0 ? number : ''}`,
      ...rest.map((more) => `           ${more}`),
    );
  }
  lines.push(`  ${'owner'.padEnd(8)} ${ownerText(owner)}`, `  ${'process'.padEnd(8)} ${processText(process)}`);
  for (const [option, value] of optionsOf(delegation)) lines.push(`  ${option.padEnd(8)} ${value}`);
  return lines;
}

function optionsOf({ uid, gid, mode }: Delegation): [string, string][] {
  const options: [string, number | undefined][] = [
    ['uid', uid],
    ['gid', gid],
  ];
  const shown = options.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return mode === undefined ? shown : [...shown, ['mode', `0${mode.toString(8)}`]];
}

function ownerText(owner: ResolvedDelegation['owner']): string {
  return owner === 'init' ? 'the initial user namespace' : 'a user namespace of its own';
}

function processText({ userns, uid, caps }: DelegateProcess): string {
  const where = userns === 'init' ? 'in the initial user namespace' : 'in a user namespace of its own';
  return `uid ${uid}, ${capsText(caps)}, ${where}`;
}

function capsText(caps: bigint): string {
  if (caps === CAP_FULL_SET) return 'every capability';
  const names = CAPABILITY_NAMES.filter((_, cap) => (caps >> BigInt(cap)) & 1n);
  if (names.length === 0) return 'no capability';
  const missing = CAPABILITY_NAMES.filter((_, cap) => ((caps >> BigInt(cap)) & 1n) === 0n);
  return missing.length < 8 ? `every capability but ${missing.join(', ')}` : names.join(', ');
}

/** `assumed of /a, /b: ...`: one line for each sentence. */
export function assumptionLines(assumptions: readonly DelegationAssumption[], style: Style): string[] {
  const names = new Map<string, string[]>();
  for (const { text, of } of assumptions)
    names.set(text, [...(names.get(text) ?? []), ...(of === undefined ? [] : [of])]);
  return [...names].map(([text, of]) => {
    const whose = of.length === 0 ? '' : ` of ${[...new Set(of)].map(printable).join(', ')}`;
    return `${style.dim(`assumed${whose}:`)} ${printable(text)}`;
  });
}

/** A file with what became of each line beside it, and each warning below its line. */
export function annotatedLines(account: FileAccount, text: readonly string[], style: Style): string[] {
  const width = Math.min(Math.max(...account.lines.map(({ about }) => about.length), 0), MAX_ABOUT);
  const digits = String(account.lines.length).length;
  return account.lines.flatMap((note, i) => {
    const margin = `${String(note.line).padStart(digits)}  ${kindText(note, style)}  ${shortened(note.about, MAX_ABOUT - 3).padEnd(width)} | `;
    const indent = digits + 2 + KIND_WIDTH + 2 + width + 1;
    const line = text[i] ?? '';
    const below = account.warnings
      .filter((warning) => warning.line === note.line)
      .map(({ column, message }) => {
        const before = printable(line.slice(0, column - 1)).length;
        return `${' '.repeat(indent)}| ${' '.repeat(before)}${style.bad('^')} ${message}`;
      });
    return [`${margin}${printable(line)}`.trimEnd(), ...below];
  });
}

const KIND_WIDTH = 'understood'.length;
/** Characters beside a line that say what it is about. */
const MAX_ABOUT = 28;

function kindText({ kind }: LineNote, style: Style): string {
  const word = kind.padEnd(KIND_WIDTH);
  return kind === 'warning' ? style.bad(word) : kind === 'irrelevant' ? style.dim(word) : word;
}

/** What each rule means by which lines of these files are irrelevant. */
export function ruleLines(files: readonly FileAccount[], style: Style): string[] {
  const used = new Set(
    files.flatMap(({ lines }) => lines.filter(({ kind }) => kind === 'irrelevant').map(({ about }) => about)),
  );
  return Object.entries(IRRELEVANT_RULES)
    .filter(([rule]) => used.has(rule))
    .map(([rule, about]) => style.dim(`${rule}: ${about}`));
}
