import { release } from 'node:os';
import { CAP_FULL_SET, CAPABILITY_NAMES } from '../../abi/capabilities.js';
import type { Fault } from '../../abi/verdict.js';
import { GROUP_COLUMNS, type GroupColumn } from '../../batch/summary/group_columns.js';
import { type ManagerRelease, parseManagerRelease } from '../../dialects/containers/release.js';
import type { BpffsOwner } from '../../dialects/delegation.js';
import { FORMAT_NAMES, type Format } from '../../dialects/formats.js';
import { TARGET_NAMES, type TargetName } from '../../dialects/write/targets.js';
import { findProfile, PROFILES, type Profile } from '../../kernel/profile.js';
import { LIBERTY_NAMES, type LibertyName } from '../../kernel/verifier/liberties.js';
import { nearestHelper, nearestLiberty, resolveHelper, resolveLiberty } from '../../names/helper_names.js';
import { nearestOf } from '../../names/nearest.js';
import { resolveCapability } from '../../names/spelling.js';
import { LIBBPF_RELEASES, type LibbpfRelease } from '../../programs/libbpf/section_table.js';
import { LOADER_NAMES, type LoaderName } from '../../programs/loaders/loader_names.js';
import { FAULT_NAMES, faultNamed } from '../../request/fault_names.js';
import { TABLE_FORMATS, type TableFormat } from '../../tables/formats.js';
import { COMPRESSIONS, type Compression } from '../../tables/output_table.js';
import { RUNNING, runningProfile } from '../running_profile.js';
import type { Parsed, ValueType } from './option.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const CONVERT_TARGETS = [...TARGET_NAMES, 'scenario'] as const;
/** A type is in one of two columns. */
const TYPE_COLUMNS: readonly GroupColumn[] = ['map_type', 'prog_type'];

/** A whole number: `10000000`, `10_000_000`, `10M`. */
export function wholeNumber(least = 0, most = Number.MAX_SAFE_INTEGER): ValueType<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  return {
    expected: `a whole number ${range}`,
    ...(most >= 10_000_000 ? { examples: '1000 or 10M' } : {}),
    parse: (text) => {
      const value = numberOf(text);
      return Number.isSafeInteger(value) && value >= least && value <= most ? { value } : { given: text };
    },
  };
}

function numberOf(text: string): number {
  const match = /^(\d+(?:_\d+)*)([kmg]?)$/i.exec(text);
  if (!match) return Number.NaN;
  return Number(match[1]?.replaceAll('_', '')) * (UNITS[(match[2] as string).toLowerCase()] as number);
}

/** A duration in milliseconds, more than none: `500ms`, `60s`, `2m`, `1.5h`. */
export const duration: ValueType<number> = {
  expected: 'a duration',
  examples: '500ms, 60s or 2m',
  parse: (text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/i.exec(text.trim());
    const value = match ? Number(match[1]) * (UNIT_MS[(match[2] as string).toLowerCase()] as number) : 0;
    return value > 0 && Number.isFinite(value) ? { value } : { given: text };
  },
};

/** Text that stands for `what`, which the command looks up: anything but nothing. */
export function textOf(what: string): ValueType<string> {
  return { expected: what, parse: (text) => (text.trim() === '' ? { given: text } : { value: text }) };
}

const PROFILE_NAMES = [...PROFILES.map(({ name }) => name), RUNNING];

/** A built-in profile: by its name, by its release (`6.12`), or that of the running kernel (`running`). */
export const profile: ValueType<Profile> = among(
  PROFILE_NAMES,
  (text) => (text === RUNNING ? runningProfile(release()) : (findProfile(text) ?? findProfile(`linux-${text}`))),
  // A release without a profile is compared with the names of those that have one.
  (text) => nearestOf(/^\d/.test(text) ? `linux-${text}` : text.toLowerCase(), PROFILE_NAMES),
);

/** A fault of a call: its name in a request's `pre`. */
export const fault: ValueType<Fault> = among(FAULT_NAMES, faultNamed);

/** A release of libbpf. */
export const libbpfRelease: ValueType<LibbpfRelease> = among(LIBBPF_RELEASES, (text) =>
  LIBBPF_RELEASES.find((release) => release === text),
);

/** The format of a table. */
export const tableFormat: ValueType<TableFormat> = among(TABLE_FORMATS, (text) =>
  TABLE_FORMATS.find((format) => format === text.toLowerCase()),
);

/** The format of a file of another tool. */
export const dialectFormat: ValueType<Format> = among(FORMAT_NAMES, (text) =>
  FORMAT_NAMES.find((format) => format === text.toLowerCase().replaceAll('_', '-')),
);

/** The format that a delegation is written in. */
export const convertTarget: ValueType<TargetName | 'scenario'> = among(CONVERT_TARGETS, (text) =>
  CONVERT_TARGETS.find((target) => target === text.toLowerCase()),
);

/** The format that a suggested delegation is written in. */
export const suggestTarget: ValueType<TargetName> = among(TARGET_NAMES, (text) =>
  TARGET_NAMES.find((target) => target === text.toLowerCase()),
);

/** A loader of BPF objects. */
export const loader: ValueType<LoaderName> = among(LOADER_NAMES, (text) =>
  LOADER_NAMES.find((name) => name === text.toLowerCase()),
);

/** A release of Incus or LXD. */
export const managerRelease: ValueType<ManagerRelease> = {
  expected: 'a release',
  examples: '6.0.4 or 6.18',
  parse: (text) => {
    const value = parseManagerRelease(text);
    return value ? { value } : { given: text };
  },
};

/** Whose a bpffs is. */
export const bpffsOwner: ValueType<BpffsOwner> = among(['own', 'init'], (text) =>
  text === 'own' || text === 'init' ? text : undefined,
);

/** A set of capabilities: names with commas between them, `all` or `none`. */
export const capabilities: ValueType<bigint> = {
  expected: 'names of capabilities with commas between them, all or none',
  parse: (text) => {
    if (text === 'all') return { value: CAP_FULL_SET };
    if (text === 'none') return { value: 0n };
    let set = 0n;
    for (const name of text.split(',')) {
      const number = resolveCapability(name);
      if (number === undefined) return { given: name, nearest: nearestOf(name.trim().toUpperCase(), CAPABILITY_NAMES) };
      set |= 1n << BigInt(number);
    }
    return { value: set };
  },
};

/** Helpers: names or numbers with commas between them. */
export const helpers: ValueType<readonly number[]> = listOf(
  'names or numbers of helpers with commas between them',
  'probe_read_kernel,ringbuf_output',
  resolveHelper,
  nearestHelper,
);

/** Liberties: names with commas between them. */
export const liberties: ValueType<readonly LibertyName[]> = listOf(
  `of ${LIBERTY_NAMES.join(', ')} those that it takes, with commas between them`,
  'pointer_leaks,loops',
  resolveLiberty,
  nearestLiberty,
);

function listOf<Value>(
  expected: string,
  examples: string,
  resolve: (text: string) => Value | undefined,
  nearest: (text: string) => string | undefined,
): ValueType<readonly Value[]> {
  return {
    expected,
    examples,
    parse: (text): Parsed<readonly Value[]> => {
      const values: Value[] = [];
      for (const part of text.split(',')) {
        const value = resolve(part);
        if (value === undefined) return { given: part, nearest: nearest(part) };
        values.push(value);
      }
      return { value: values };
    },
  };
}

/** How the pages of a Parquet table are compressed. */
export const compression: ValueType<Compression> = among(COMPRESSIONS, (text) =>
  COMPRESSIONS.find((known) => known === text.toLowerCase()),
);

/** Columns of the output to group rows by, each once: `task,cmd,reason`. */
export const groupColumns: ValueType<readonly GroupColumn[]> = {
  expected: `one of ${GROUP_COLUMNS.join(', ')}`,
  parse: (text) => {
    const columns: GroupColumn[] = [];
    for (const part of text.split(',')) {
      const name = part.trim().toLowerCase().replaceAll('-', '_');
      const column = GROUP_COLUMNS.find((known) => known === name);
      if (column) columns.push(column);
      else if (name === 'type') columns.push(...TYPE_COLUMNS);
      else return { given: part, nearest: nearestOf(name, GROUP_COLUMNS) };
    }
    return { value: [...new Set(columns)] };
  },
};

/** One of some names; `find` answers what a text stands for, `nearest` the name nearest to another text. */
export function among<Value>(
  names: readonly string[],
  find: (text: string) => Value | undefined,
  nearest = (text: string) => nearestOf(text.toLowerCase(), names),
): ValueType<Value> {
  return {
    expected: `one of ${names.join(', ')}`,
    values: names,
    parse: (text): Parsed<Value> => {
      const value = find(text);
      return value === undefined ? { given: text, nearest: nearest(text) } : { value };
    },
  };
}
