import type { Command } from 'commander';
import { CAP_FULL_SET } from '../../abi/capabilities.js';
import { EMPTY_MASK } from '../../dialects/delegation.js';
import type { ResolvedDelegation } from '../../dialects/resolve_delegation.js';
import type { TargetName } from '../../dialects/write/targets.js';
import { writeDelegation } from '../../dialects/write/write_delegation.js';
import { masksBy } from '../../kernel/masks.js';
import { NEWEST_PROFILE } from '../../kernel/profile.js';
import { type LeastDelegation, leastDelegation } from '../../programs/least/least_delegation.js';
import { quietDelegation } from '../../programs/least/quiet_probes.js';
import { LOADER_NAMES, type LoaderName } from '../../programs/loaders/loader_names.js';
import { DEFAULT_BPFFS_PATH } from '../../programs/loaders/loader_setup.js';
import type { ObjectOfFile } from '../../report/suggestion.js';
import { suggestionJson } from '../../report/suggestion_json.js';
import { suggestionText } from '../../report/suggestion_text.js';
import { defineCommand } from '../define_command.js';
import { EXIT, InputError } from '../exit.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { damagedObject, programFileOf } from '../program_files.js';
import { fileName } from '../read_file.js';
import { styleFor } from '../terminal.js';

type SuggestOptions = OptionsOf<typeof OPTIONS.suggest>;

/** `bpftoken suggest`: the least delegation and capabilities with which a loader loads all of some objects. */
export function suggestCommand(program: Command): void {
  defineCommand(program, 'suggest').action((paths: readonly string[], options: SuggestOptions) => {
    const objects = paths.flatMap(objectsOf);
    const profile = options.kernel ?? NEWEST_PROFILE;
    const loader = options.loader ?? (LOADER_NAMES.find((name) => name === 'libbpf-1.7') as LoaderName);
    const bpfObjects = objects.map(({ object }) => object);
    const least = leastDelegation(loader, bpfObjects, { profile });
    if (!least) {
      const files = [...new Set(objects.map(({ file }) => file))].join(', ');
      throw new InputError(
        `${files}: no delegation is found with which ${loader} loads it on ${profile.name}: something that no token covers ends the load ` +
          '(bpftoken check --object shows the calls)',
      );
    }
    const quiet = options.quietProbes ? quietDelegation(loader, bpfObjects, { profile }, least) : undefined;
    if (options.quietProbes && !quiet) {
      throw new InputError(
        '--quiet-probes: with what the probes need, an object does not load any more, whatever is delegated',
      );
    }
    const { masks } = quiet ?? least;
    const target = options.for;
    const written = target && {
      target,
      text: writeDelegation(delegationOf({ ...least, masks }, target), target, profile),
    };
    const suggestion = { profile, loader, objects, least, quiet, written };
    if (options.json) writeJson(process.stdout, suggestionJson(suggestion));
    else writeText(process.stdout, suggestionText(suggestion, styleFor(process.stdout)));
    process.exitCode = EXIT.OK;
  });
}

/** A process in a user namespace of its own, as root there; a unit gives it these capabilities alone, which other formats cannot say. */
function delegationOf({ masks, capabilities }: LeastDelegation, target: TargetName): ResolvedDelegation {
  const caps = target === 'systemd' ? capabilities : CAP_FULL_SET;
  return {
    kind: 'bpffs',
    name: 'loader',
    at: { file: '', line: 1, column: 1, length: 0 },
    path: DEFAULT_BPFFS_PATH,
    masks: masksBy((mask) => ({ ...EMPTY_MASK, bits: masks[mask] })),
    uid: undefined,
    gid: undefined,
    mode: undefined,
    owner: 'own',
    process: { userns: 'own', uid: 0, caps },
    network: undefined,
    unusable: undefined,
  };
}

/** Throws InputError for a file that cannot be read, that is damaged, or that has no object. */
function objectsOf(path: string): ObjectOfFile[] {
  const { objects, errors } = programFileOf(path);
  const [error] = errors;
  if (error) throw damagedObject(path, error);
  const file = fileName(path);
  if (objects.length === 0) throw new InputError(`${file}: no BPF object is in it`, { file });
  return objects.map((object) => ({ file, object }));
}
