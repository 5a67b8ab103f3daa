import { errnoName } from '../abi/errno.js';
import { NO_DENIALS, type TokenDenials } from '../kernel/denials.js';
import { MASK_NAMES, type Masks } from '../kernel/masks.js';
import type { Task } from '../kernel/task.js';
import type { BpfToken } from '../kernel/token.js';
import { Trace } from '../kernel/trace.js';
import { MAX_IDS, type TokenSpec } from '../kernel/world.js';
import { resolveName } from '../names/spelling.js';
import { unknownInVocabulary } from '../names/unknown_name.js';
import { BPFFS_ROOT, TOKEN_FD, tokenSequence } from '../sequence/delegation.js';
import { SequenceRunner } from '../sequence/sequence_runner.js';
import type { Context } from './build_context.js';
import { type BpffsByName, type MadeBpffs, rootOf, why } from './build_mounts.js';
import type { UsernsByName } from './build_namespaces.js';
import { capabilitySet, type TasksByName } from './build_tasks.js';
import { maskBits } from './delegate_masks.js';
import { resolveReference } from './references.js';
import type { ScenarioFile, TokenEntry } from './schema.js';

export interface Tokens {
  readonly specs: readonly TokenSpec[];
  /** Index of each; `undefined`: written, and its problem is already told. */
  readonly byName: ReadonlyMap<string, number | undefined>;
}

/** Makes every token by the BPF_TOKEN_CREATE its creator would call. */
export function makeTokens(
  entries: NonNullable<ScenarioFile['tokens']>,
  instances: BpffsByName,
  tasks: TasksByName,
  namespaces: UsernsByName,
  context: Context,
): Tokens {
  const { locator, diagnostics } = context;
  const specs: TokenSpec[] = [];
  const byName = new Map<string, number | undefined>();
  const written = Object.entries(entries);
  if (written.length > MAX_IDS) {
    diagnostics.add(locator.key(['tokens']), `${written.length} tokens: at most ${MAX_IDS} fit one world`);
    return { specs, byName: new Map(written.map(([name]) => [name, undefined])) };
  }
  const indexOf = new Map([...namespaces.values()].flatMap((made) => (made ? [[made.userns, made.index]] : [])));
  for (const [name, entry] of written) {
    const bpffs = resolveReference(instances, 'bpffs', entry.bpffs, ['tokens', name, 'bpffs'], locator, diagnostics);
    const denials = denialsOf(name, entry, context);
    const narrow = narrowing(name, entry, context);
    const creator = creatorOf(name, entry, bpffs, tasks, context);
    const token = bpffs && denials && narrow && creator && create(name, bpffs, creator, narrow, context);
    if (!token || !denials || !bpffs) {
      byName.set(name, undefined);
      continue;
    }
    byName.set(name, specs.length);
    const userns = indexOf.get(token.userns) ?? 0;
    const spec = { name, userns, allowed: { ...token.allowed }, denials, bpffs: bpffs.index };
    specs.push(context.selinux ? { ...spec, grantor: token.grantor } : spec);
  }
  return { specs, byName };
}

function creatorOf(
  name: string,
  { creator }: TokenEntry,
  bpffs: MadeBpffs | undefined,
  tasks: TasksByName,
  { kernel, locator, diagnostics }: Context,
) {
  if (creator !== undefined) {
    return resolveReference(tasks, 'task', creator, ['tokens', name, 'creator'], locator, diagnostics)?.task;
  }
  return bpffs && rootOf(kernel, bpffs.sb.userns);
}

function create(
  name: string,
  { sb }: MadeBpffs,
  creator: Task,
  narrow: Partial<Masks>,
  { kernel, locator, diagnostics }: Context,
): BpfToken | undefined {
  const { files } = creator;
  const bpffsFd = files.open({ kind: 'bpffs', sb, isRoot: true });
  const trace = new Trace({ steps: true });
  const runner = new SequenceRunner(kernel, () => creator);
  runner.hold(BPFFS_ROOT, creator, bpffsFd);
  const [{ result: fd = 0 } = {}] = runner.runAll(tokenSequence(creator.name, narrow), trace);
  const file = runner.file(TOKEN_FD);
  if (fd >= 0) files.close(fd);
  files.close(bpffsFd);
  if (file?.kind === 'token') return file.token;
  diagnostics.add(locator.key(['tokens', name]), `token ${name} cannot be made: ${errnoName(fd)}: ${why(trace)}`);
  return undefined;
}

/** The masks to keep; undefined for what cannot be read, or a kernel without the extension (noted). */
function narrowing(name: string, { narrow }: TokenEntry, context: Context): Partial<Masks> | undefined {
  if (narrow === undefined) return {};
  const { kernel, locator, diagnostics } = context;
  const { profile } = kernel;
  const path = ['tokens', name, 'narrow'];
  if (!profile.rules.token_narrowing) {
    const switchOn = `profile: {extends: ${profile.name}, rules: {token_narrowing: true}}`;
    diagnostics.add(
      locator.key(path),
      `token ${name}: narrow is an extension that ${profile.name} does not have; to switch it on write ${switchOn}`,
    );
    return undefined;
  }
  const masks: Partial<Masks> = {};
  let fine = true;
  for (const mask of MASK_NAMES) {
    const entry = narrow[mask];
    if (entry === undefined) continue;
    const bits = maskBits(profile, mask, mask, entry);
    if (typeof bits === 'bigint') {
      masks[mask] = bits;
      continue;
    }
    fine = false;
    const at = bits.item === undefined ? [...path, mask] : [...path, mask, bits.item];
    diagnostics.add(locator.value(at), { ...bits.wrong, message: `token ${name}: narrow: ${bits.wrong.message}` });
  }
  return fine ? masks : undefined;
}

function denialsOf(name: string, { lsm }: TokenEntry, context: Context): TokenDenials | undefined {
  if (lsm === undefined) return NO_DENIALS;
  const { kernel, locator, diagnostics } = context;
  const { profile } = kernel;
  let cmds: bigint | undefined = 0n;
  for (const [i, written] of (lsm.deny_cmds ?? []).entries()) {
    const cmd = resolveName(profile.vocabulary, 'cmds', written);
    if (cmd === undefined || cmd > 63) {
      const at = locator.value(['tokens', name, 'lsm', 'deny_cmds', i]);
      const complaint = unknownInVocabulary(profile, 'cmds', written);
      diagnostics.add(at, { ...complaint, message: `token ${name}: ${complaint.message}` });
      cmds = undefined;
    } else if (cmds !== undefined) {
      cmds |= 1n << BigInt(cmd);
    }
  }
  const caps = capabilitySet(lsm.deny_caps ?? [], ['tokens', name, 'lsm', 'deny_caps'], context);
  return cmds === undefined || caps === undefined ? undefined : { cmds, caps };
}
