import { CAPABILITY_NAMES } from '../abi/capabilities.js';
import { invalidArgument, requireText } from '../kernel/arguments.js';
import { isVocabulary } from '../kernel/profile_rules.js';
import { ENUM_KINDS, type EnumKind, KIND_PREFIX, type Vocabulary } from '../kernel/vocabulary.js';
import { nearestOf } from './nearest.js';

/** What a person calls each enumeration. */
export const KIND_LABEL: Readonly<Record<EnumKind, string>> = {
  cmds: 'command',
  map_types: 'map type',
  prog_types: 'program type',
  attach_types: 'attach type',
};

/** Names of an enumerator that people and tools use besides the kernel's, lower case. */
const OTHER_NAMES: Partial<Record<EnumKind, Readonly<Record<string, string>>>> = {
  prog_types: { socket: 'socket_filter', tc: 'sched_cls', classifier: 'sched_cls', action: 'sched_act' },
};

/**
 * The number of a name in any common spelling: `prog_load`, `PROG_LOAD`, `BPF_PROG_LOAD`, `prog-load`, `BPFProgLoad`,
 * `5`, `0x5`.
 * A number is taken as it is, known to the release or not (0 to 2^32-1). Undefined for anything else.
 */
export function resolveName(vocabulary: Vocabulary, kind: EnumKind, text: string): number | undefined {
  checkLookUp(vocabulary, kind, text);
  const trimmed = text.trim();
  if (/^(0x[0-9a-f]+|\d+)$/i.test(trimmed)) {
    const number = Number(trimmed);
    return number <= 0xffff_ffff ? number : undefined;
  }
  const name = canonical(kind, trimmed);
  return vocabulary.valueOf(kind, name) ?? vocabulary.valueOf(kind, OTHER_NAMES[kind]?.[name] ?? '');
}

/** The known name nearest to a misspelt one, or undefined where none is near enough to be meant. */
export function nearestName(vocabulary: Vocabulary, kind: EnumKind, text: string): string | undefined {
  checkLookUp(vocabulary, kind, text);
  return nearestOf(canonical(kind, text.trim()), vocabulary.names(kind));
}

/** The number of a capability: `CAP_BPF`, `cap_bpf`, `bpf` or `39`. */
export function resolveCapability(text: string): number | undefined {
  requireText('text', text);
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed) < CAPABILITY_NAMES.length ? Number(trimmed) : undefined;
  const upper = trimmed.toUpperCase().replaceAll('-', '_');
  const full = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  const index = (CAPABILITY_NAMES as readonly string[]).indexOf(full);
  return index === -1 ? undefined : index;
}

/** Throws an InvalidArgumentError for an argument of a wrong kind. */
function checkLookUp(vocabulary: Vocabulary, kind: EnumKind, text: string): void {
  if (!isVocabulary(vocabulary)) throw invalidArgument('vocabulary', vocabulary, 'the vocabulary of a profile');
  if (!ENUM_KINDS.includes(kind)) throw invalidArgument('kind', kind, `one of ${ENUM_KINDS.join(', ')}`);
  requireText('text', text);
}

/** A spelling brought to the kernel's lower case without prefix. */
function canonical(kind: EnumKind, text: string): string {
  const prefix = KIND_PREFIX[kind].toLowerCase();
  const camel = /^BPF(?:[A-Z][a-z0-9]*)+$/.test(text);
  const snake = camel ? text.replace(/^BPF/, 'Bpf').replace(/(?!^)([A-Z])/g, '_$1') : text;
  const lower = snake.toLowerCase().replaceAll('-', '_');
  if (lower.startsWith(prefix)) return lower.slice(prefix.length);
  return lower.startsWith('bpf_') ? lower.slice('bpf_'.length) : lower;
}
