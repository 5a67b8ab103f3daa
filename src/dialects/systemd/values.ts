import { CAPABILITY_NAMES } from '../../abi/capabilities.js';

const TRUE = new Set(['1', 'yes', 'y', 'true', 't', 'on']);
const FALSE = new Set(['0', 'no', 'n', 'false', 'f', 'off']);

/** A boolean in any case; undefined for another text. Source: systemd 262, src/basic/parse-util.c: parse_boolean(). */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return TRUE.has(lower) ? true : FALSE.has(lower) ? false : undefined;
}

/** How words are taken out of a text: whether quotes group and are removed, and whether one may be left open. */
interface WordRules {
  readonly quotes: boolean;
  readonly mayBeOpen: boolean;
}

/**
 * Words between white space, as far as they can be read. A backslash is removed, and what follows it is part of the word.
 * Source: systemd 262, src/basic/extract-word.c: extract_first_word().
 */
export function extractWords(text: string, { quotes, mayBeOpen }: WordRules): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const unit = text[i] as string;
    if (unit === '\\') {
      i += 1;
      if (i === text.length && !mayBeOpen) return words;
      word = (word ?? '') + (text[i] ?? unit);
    } else if (quote !== '') {
      if (unit === quote) quote = '';
      else word = (word ?? '') + unit;
    } else if (quotes && (unit === '"' || unit === "'")) {
      quote = unit;
      word ??= '';
    } else if (/[ \t\n\r]/.test(unit)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + unit;
  }
  if (word !== undefined && (quote === '' || mayBeOpen)) words.push(word);
  return words;
}

/** The same with quotes, each of which has to be closed. */
export function unquotedWords(text: string): string[] {
  return extractWords(text, { quotes: true, mayBeOpen: false });
}

/** A whole number in C notation, or with 0b or 0o; undefined for any other text. Source: systemd 262, src/basic/parse-util.c: safe_atoi(). */
export function safeInteger(text: string): number | undefined {
  const [, before = '', base = '', after = '', digits = ''] =
    /^[ \t\n\r]*([-+]?)(0[bo](?=[-+\d])|0x(?=[0-9a-f])|0(?=\d))?([-+]?)([0-9a-f]+)$/i.exec(text) ?? [];
  // A sign is before digits: behind 0b and 0o, and before any other base.
  const isOfPython = /^0[bo]/i.test(base);
  if (digits === '' || (isOfPython ? before : after) !== '') return undefined;
  const number = Number((base === '0' ? '0o' : base) + digits);
  if (Number.isNaN(number) || number > 0x7fff_ffff) return undefined;
  const sign = before || after;
  return sign === '-' ? -number : number;
}

/** Text without control characters, backslashes, quotes and patterns. Source: src/basic/string-util.c: string_is_safe(). */
export function isSafe(text: string): boolean {
  return text !== '' && ![...text].some((unit) => unit < ' ' || unit === '\x7f' || '\\"\'*?['.includes(unit));
}

/** Every capability that a number of this length has room for. */
export const ALL_CAPABILITIES = (1n << BigInt(CAPABILITY_NAMES.length)) - 1n;

/**
 * What a bounding set is before it is assigned: more than every capability, so that an assignment of all of them is told from none.
 * Source: systemd 262, src/basic/capability-util.h: CAP_MASK_ALL.
 */
export const INITIAL_BOUNDING = (1n << 63n) - 1n;

/** Words that are no capability, and the set of the others. */
interface CapabilityWords {
  readonly set: bigint;
  readonly unknown: readonly string[];
}

/** Names in any case, or numbers; a quote may be left open. Source: systemd 262, src/basic/capability-list.c: capability_set_from_string(). */
export function capabilityWords(text: string): CapabilityWords {
  let set = 0n;
  const unknown: string[] = [];
  for (const word of extractWords(text, { quotes: true, mayBeOpen: true })) {
    const number = safeInteger(word) ?? (CAPABILITY_NAMES as readonly string[]).indexOf(word.toUpperCase());
    if (number < 0 || number >= 63) unknown.push(word);
    else set |= 1n << BigInt(number);
  }
  return { set, unknown };
}

/**
 * A set of capabilities after an assignment: empty clears it, `~` takes away, and an assignment adds to the ones before it; the first
 * one replaces what the set starts with. Source: systemd 262, src/basic/parse-util.c: parse_capability_set().
 */
export function assignCapabilities(
  text: string,
  initial: bigint,
  current: bigint,
): { readonly set: bigint; readonly unknown: readonly string[] } {
  if (text === '') return { set: 0n, unknown: [] };
  const isInverted = text.startsWith('~');
  const { set: parsed, unknown } = capabilityWords(isInverted ? text.slice(1) : text);
  if (parsed === 0n || current === initial) {
    return { set: isInverted ? ALL_CAPABILITIES & ~parsed : parsed, unknown };
  }
  return { set: isInverted ? current & ~parsed : current | parsed, unknown };
}

/** Namespaces by the names that settings use. */
export const NAMESPACES = ['cgroup', 'ipc', 'net', 'mnt', 'pid', 'user', 'uts', 'time'] as const;
export type NamespaceName = (typeof NAMESPACES)[number];

/**
 * The namespaces of DelegateNamespaces= after an assignment; undefined: the setting is not made. A boolean replaces what was before,
 * names are added, and `~` takes away. null: the assignment is ignored. A property may have `user`, which a file may not.
 * Source: systemd 262, src/core/load-fragment.c: config_parse_namespace_flags(); src/shared/bus-unit-util.c:
 * bus_append_namespace_list().
 */
export function assignNamespaces(
  text: string,
  current: ReadonlySet<NamespaceName> | undefined,
  from: 'file' | 'property' = 'file',
): ReadonlySet<NamespaceName> | undefined | null {
  if (text === '') return undefined;
  const all = NAMESPACES.filter((name) => name !== 'user');
  const boolean = parseBoolean(text);
  if (boolean !== undefined) return new Set(boolean ? all : []);
  const isInverted = text.startsWith('~');
  const words = (isInverted ? text.slice(1) : text).split(/[ \t]+/).filter((word) => word !== '');
  if (words.some((word) => !(NAMESPACES as readonly string[]).includes(word))) return null;
  const named = words as NamespaceName[];
  const next =
    current === undefined
      ? isInverted
        ? all.filter((name) => !named.includes(name))
        : named
      : isInverted
        ? [...current].filter((name) => !named.includes(name))
        : [...current, ...named];
  return from === 'file' && next.includes('user') ? null : new Set(next);
}
