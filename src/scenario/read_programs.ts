import type { Path } from '../diagnostics/yaml_locator.js';
import type { LibertyName } from '../kernel/verifier/liberties.js';
import type { ProgramNeeds, ProgramSpec } from '../kernel/verifier/program_needs.js';
import type { EnumKind } from '../kernel/vocabulary.js';
import { MAX_IDS } from '../kernel/world.js';
import { nearestHelper, nearestLiberty, resolveHelper, resolveLiberty } from '../names/helper_names.js';
import { resolveName } from '../names/spelling.js';
import { quote, unknownInVocabulary } from '../names/unknown_name.js';
import type { Context } from './build_context.js';
import type { ProgramEntry, ScenarioFile } from './schema.js';
import { ownerOf } from './schema_issues.js';

/** Programs by name. `undefined` as a value: written, and its problem is already told. */
export type ProgramsByName = ReadonlyMap<string, ProgramSpec | undefined>;

export interface Programs {
  readonly specs: readonly ProgramSpec[];
  readonly byName: ProgramsByName;
}

/** What a program calls and takes, as it is written. */
type NeedsEntry = Pick<ProgramEntry, 'helpers' | 'liberties' | 'target' | 'gpl' | 'sleepable'>;

/** Reads the programs that a scenario declares. */
export function readPrograms(entries: NonNullable<ScenarioFile['programs']>, context: Context): Programs {
  const { locator, diagnostics } = context;
  const specs: ProgramSpec[] = [];
  const byName = new Map<string, ProgramSpec | undefined>();
  const written = Object.entries(entries);
  if (written.length > MAX_IDS) {
    diagnostics.add(locator.key(['programs']), `${written.length} programs: at most ${MAX_IDS} fit one world`);
    return { specs, byName: new Map(written.map(([name]) => [name, undefined])) };
  }
  for (const [name, entry] of written) {
    const path = ['programs', name];
    const progType = number('prog_types', entry.prog_type, [...path, 'prog_type'], context);
    const attachType = number(
      'attach_types',
      entry.expected_attach_type ?? 0,
      [...path, 'expected_attach_type'],
      context,
    );
    const needs = readNeeds(entry, path, context);
    const spec = needs &&
      progType !== undefined &&
      attachType !== undefined && { name, progType, attachType, ...needs };
    byName.set(name, spec || undefined);
    if (spec) specs.push(spec);
  }
  return { specs, byName };
}

/** What a program needs of the verifier; undefined where a name is wrong (noted). */
export function readNeeds(entry: NeedsEntry, path: Path, context: Context): ProgramNeeds | undefined {
  const { gpl = true, sleepable = false, target } = entry;
  const helpers = (entry.helpers ?? []).map((name, i) => helper(name, [...path, 'helpers', i], context));
  const liberties = (entry.liberties ?? []).map((name, i) => liberty(name, [...path, 'liberties', i], context));
  if (!helpers.every(isKnown) || !liberties.every(isKnown)) return undefined;
  return {
    helpers,
    liberties,
    ...(target === undefined ? {} : { target }),
    isGpl: gpl,
    isSleepable: sleepable,
  };
}

function isKnown<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}

function number(kind: EnumKind, written: string | number, path: Path, context: Context): number | undefined {
  const { kernel, locator, diagnostics } = context;
  const found = resolveName(kernel.profile.vocabulary, kind, String(written));
  if (found !== undefined) return found;
  const complaint = unknownInVocabulary(kernel.profile, kind, String(written));
  diagnostics.add(locator.value(path), { ...complaint, message: `${ownerOf(path)}${complaint.message}` });
  return undefined;
}

function helper(written: string | number, path: Path, { locator, diagnostics }: Context): number | undefined {
  const id = resolveHelper(written);
  if (id !== undefined) return id;
  const nearest = nearestHelper(written);
  const expected = 'the name or number of a helper, as in probe_read_kernel';
  const hint = nearest === undefined ? `expected ${expected}` : `did you mean ${quote(nearest)}?`;
  const message = `${ownerOf(path)}unknown helper ${quote(String(written))}; ${hint}`;
  diagnostics.add(locator.value(path), { message, expected, ...(nearest === undefined ? {} : { nearest }) });
  return undefined;
}

function liberty(written: string, path: Path, { locator, diagnostics }: Context): LibertyName | undefined {
  const name = resolveLiberty(written);
  if (name !== undefined) return name;
  const nearest = nearestLiberty(written);
  const expected = 'the name of a liberty, as in pointer_leaks (bpftoken list liberties)';
  const hint = nearest === undefined ? `expected ${expected}` : `did you mean ${quote(nearest)}?`;
  const message = `${ownerOf(path)}unknown liberty ${quote(written)}; ${hint}`;
  diagnostics.add(locator.value(path), { message, expected, ...(nearest === undefined ? {} : { nearest }) });
  return undefined;
}
