import { Document, isCollection, isMap, isScalar, isSeq } from 'yaml';
import { bitNumbers } from '../abi/bits.js';
import { MASK_ANY } from '../abi/bpf.js';
import { CAP_FULL_SET, CAPABILITY_NAMES } from '../abi/capabilities.js';
import { MASK_KIND, type MaskName } from '../kernel/masks.js';
import { findProfile, nearestBuiltIn, type Profile } from '../kernel/profile.js';

/** Masks of up to as many bits are written as names. */
const MAX_NAMES = 8;

/** The name of a built-in profile, or what a file says of another: a built-in one and the rules that differ. */
export function profileEntry(profile: Profile): string | object {
  if (findProfile(profile.name) === profile) return profile.name;
  const { base, switched } = nearestBuiltIn(profile);
  return { extends: base.name, name: profile.name, rules: switched };
}

/** What is said of a scenario, and of its entries, in comments of one line each. Texts are printable. */
export interface ScenarioComments {
  /** At the start of the file. */
  readonly head: readonly string[];
  /** By section (`tasks`) and name. */
  readonly entries: Readonly<Record<string, ReadonlyMap<string, readonly string[]>>>;
}

const LINE_WIDTH = 120;

/**
 * Namespaces, tasks and tokens take a line each; what is longer has its lists and maps on a line. Without comments a line of more than
 * 120 characters is wrapped. With comments none is, so that a line stands for an entry in a diff(1) of two files.
 */
export function scenarioYaml(data: object, comments?: ScenarioComments): string {
  const document = new Document(data);
  if (comments) writeComments(document, comments);
  const sections = isMap(document.contents) ? document.contents.items : [];
  for (const { key, value } of sections) {
    const isLong = ['bpffs', 'requests'].includes(String(key));
    for (const entry of valuesOf(value)) {
      for (const node of isLong ? valuesOf(entry) : [entry]) if (isCollection(node)) node.flow = true;
    }
  }
  return document.toString({ lineWidth: comments ? 0 : LINE_WIDTH });
}

function writeComments(document: Document, { head, entries }: ScenarioComments): void {
  const lines = (texts: readonly string[]): string => texts.map((text) => ` ${text}`).join('\n');
  document.commentBefore = lines(head);
  for (const [section, ofEntries] of Object.entries(entries)) {
    const map = document.get(section);
    if (!isMap(map)) continue;
    for (const { key } of map.items) {
      const texts = isScalar(key) ? ofEntries.get(String(key.value)) : undefined;
      if (texts && isScalar(key)) key.commentBefore = lines(texts);
    }
  }
}

function valuesOf(node: unknown): unknown[] {
  if (isMap(node)) return node.items.map(({ value }) => value);
  return isSeq(node) ? node.items : [];
}

/** A mask as a scenario has it: `any`, names where they are few, or a number. */
export function maskEntry({ vocabulary }: Profile, mask: MaskName, bits: bigint): string | string[] {
  if (bits === MASK_ANY) return 'any';
  const kind = MASK_KIND[mask];
  const numbers = bitNumbers(bits);
  const known = numbers.every((number) => vocabulary.has(kind, number));
  if (!known || numbers.length > MAX_NAMES) return `0x${bits.toString(16)}`;
  return numbers.map((number) => vocabulary.nameOf(kind, number));
}

/** Capabilities of a task as a scenario has them. */
export function capsEntry(caps: bigint): string | string[] {
  return caps === CAP_FULL_SET ? 'all' : capabilityNames(caps);
}

/** The names of a set of capabilities, by number. */
export function capabilityNames(set: bigint): string[] {
  return bitNumbers(set).flatMap((cap) => CAPABILITY_NAMES[cap] ?? []);
}
