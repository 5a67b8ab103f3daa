import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { masksBy } from '../../../src/kernel/masks.js';
import type { BpfObject } from '../../../src/programs/bpf_object.js';
import type { Delegated } from '../../../src/programs/loaders/delegated_load.js';
import type { LoaderName } from '../../../src/programs/loaders/loader_names.js';

const FOLDER = import.meta.dirname;

/** A load that a kernel was seen to answer: npm run referee:loaders -- --record. */
export interface RecordedLoad {
  readonly object: string;
  readonly loader: LoaderName;
  /** The order in which maps, then programs, were loaded, by name. */
  readonly order: readonly string[];
  /** What the bpffs was mounted with; `-` without one. */
  readonly options: string;
  /** Of the process in its user namespace, as a hexadecimal mask. */
  readonly capabilities: string;
  readonly isLoaded: boolean;
  /** The calls, as callText() writes them. */
  readonly calls: readonly string[];
}

/** The loads of a kernel, which is in the name of the file. */
export function recordedLoads(file: string): RecordedLoad[] {
  const text = gunzipSync(readFileSync(join(FOLDER, file))).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedLoad);
}

/** The bytes of an object whose source is in objects/. */
export function objectBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, 'objects', `${name}.o`)));
}

/** What the process of a recorded load had. */
export function delegatedOf({ options, capabilities }: RecordedLoad): Delegated {
  const given = new Map(options.split(',').map((option) => option.split('=', 2) as [string, string]));
  const masks = masksBy((mask) => BigInt(given.get(`delegate_${mask}`) ?? 0));
  return { masks: options === '-' ? undefined : masks, capabilities: BigInt(`0x${capabilities}`) };
}

/** An object with its maps and programs in the order of a recorded load. */
export function inOrder(object: BpfObject, order: readonly string[]): BpfObject {
  const byOrder = <Named extends { readonly name: string }>(items: readonly Named[]) =>
    items.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { ...object, maps: byOrder(object.maps), programs: byOrder(object.programs) };
}

/** A delegation in words. */
export function delegationText({ object, loader, options, capabilities }: RecordedLoad): string {
  return `${object} with ${loader}, ${options}, capabilities ${capabilities}`;
}
