import { MASK_ANY } from '../abi/bpf.js';
import { Diagnostics } from '../diagnostics/diagnostics.js';
import { readDocument } from '../diagnostics/yaml_document.js';
import type { Locator, Path } from '../diagnostics/yaml_locator.js';
import { maskOf, originsOf } from '../dialects/build_mask.js';
import { type DelegatedMask, type Delegation, EMPTY_MASK } from '../dialects/delegation.js';
import { takeMaskOption } from '../dialects/kernel_mask.js';
import { type FileAccount, LineAccount } from '../dialects/line_account.js';
import { NEWEST_SYSTEMD } from '../dialects/read_delegations.js';
import { placedScalar } from '../dialects/read_yaml.js';
import type { PlacedText, Source } from '../dialects/source_text.js';
import { MASK_KIND, type MaskName, masksBy } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import type { BpffsSpec } from '../kernel/world.js';
import { resolveName } from '../names/spelling.js';
import { type ParseOptions, parseScenario } from './parse_scenario.js';
import type { BpffsEntry, ScenarioFile } from './schema.js';

/** The delegations of a scenario: one for each bpffs, each bit where it is written. */
export interface ScenarioDelegations {
  readonly profile: Profile;
  readonly account: FileAccount;
  readonly delegations: readonly Delegation[];
}

/** Where the text of a scenario is read. */
interface Place {
  readonly profile: Profile;
  readonly locator: Locator;
  readonly account: LineAccount;
}

/** Reads what the bpffs of a scenario delegate. Throws a ScenarioError as parseScenario() does. */
export function scenarioDelegations({ file, text }: Source, options?: ParseOptions): ScenarioDelegations {
  const { world } = parseScenario(text, file, options);
  const { data, locator } = readDocument(text, { what: 'scenario', empty: '' }, new Diagnostics(file));
  const account = new LineAccount({ file, text });
  for (const { at, text: line } of account.lines) {
    if (line.trim() === '') account.irrelevant(at.line, 'blank');
    else account.understood(at.line, 'scenario');
  }
  const place = { profile: world.profile, locator, account };
  const entries = (data as ScenarioFile).bpffs ?? {};
  const delegations = world.bpffs.map((spec) => delegationOf(spec, entries[spec.name] ?? {}, place));
  return { profile: world.profile, account: account.finish('scenario'), delegations };
}

function delegationOf(spec: BpffsSpec, entry: BpffsEntry, place: Place): Delegation {
  const { name, userns, options } = spec;
  return {
    kind: 'bpffs',
    name,
    at: placed(['bpffs', name], name, place, 'key').at,
    path: undefined,
    masks: masksBy((mask) => maskOfEntry(spec, entry, mask, place)),
    uid: options.uid,
    gid: options.gid,
    mode: options.mode,
    owner: userns === 0 ? 'init' : 'own',
    process: undefined,
    network: undefined,
    unusable: undefined,
  };
}

/** The key that names another file. */
const FROM = 'from';

/** The mask of a bpffs: of a list each name has its place, of a mount option each item, of another file the words that name it. */
function maskOfEntry({ name, options }: BpffsSpec, entry: BpffsEntry, mask: MaskName, place: Place): DelegatedMask {
  const key = `delegate_${mask}` as const;
  const written = entry[key];
  const path = ['bpffs', name, key];
  const bits = options.delegate[mask];
  if (written === undefined) {
    if (bits === 0n) return EMPTY_MASK;
    const from = placed(['bpffs', name, FROM], FROM, place, 'key');
    return maskOf(originsOf(bits, from), from.at);
  }
  if (Array.isArray(written)) {
    const own = place.locator.value(path);
    const source = place.locator.written(path);
    if (own.line !== source.line || own.column !== source.column) {
      // What an alias stands for belongs to another bpffs.
      const alias = placed(path, '*', place);
      return maskOf(originsOf(bits, alias), alias.at);
    }
    const origins = written.flatMap((item, i) =>
      originsOf(bitsOfName(place.profile, mask, item), placed([...path, i], item, place)),
    );
    return maskOf(origins, placed(path, key, place, 'key').at);
  }
  const value = placed(path, String(written), place);
  const context = { ...place, systemd: NEWEST_SYSTEMD, manager: undefined };
  const read = takeMaskOption({ name: mask, option: key, value, canReorder: false }, context);
  return typeof read === 'number' ? maskOf(originsOf(bits, value), value.at) : read;
}

function bitsOfName({ vocabulary }: Profile, mask: MaskName, text: string): bigint {
  if (text.trim() === 'any') return MASK_ANY;
  const number = resolveName(vocabulary, MASK_KIND[mask], text);
  return number === undefined ? 0n : 1n << BigInt(number);
}

/** A text where a value, or its key, is written. */
function placed(path: Path, text: string, { locator, account }: Place, what: 'value' | 'key' = 'value'): PlacedText {
  return placedScalar(text, what === 'key' ? locator.key(path) : locator.value(path), account);
}
