import type { Profile } from '../kernel/profile.js';
import { UserNamespace } from '../kernel/userns.js';
import type { World } from '../kernel/world.js';
import { nearestOf } from '../names/nearest.js';
import { explainLog } from '../programs/strace/explain_log.js';
import type { LogExplanation } from '../programs/strace/log_explanation.js';
import type { GivenStart } from '../programs/strace/log_state.js';
import { InputError } from './exit.js';
import type { LoadedScenario } from './loaded_scenario.js';
import { fileName, readTextFile } from './read_file.js';
import { taskOption } from './request_options.js';

/** A log of this many bytes is read as one text. */
const MAX_LOG_BYTES = 32 * 1_048_576;

/** What the command line says besides the log. */
export interface StraceOptions {
  readonly kernel: Profile | undefined;
  readonly profile: Profile | undefined;
  readonly task: string | undefined;
  readonly bpffs: string | undefined;
}

/**
 * Reads a log of strace and explains it; `scenario` says what the log does not show. Throws InputError for a log that cannot be read, or is too
 * long, and for a task or a bpffs that the scenario does not have.
 */
export function explainStrace(
  path: string,
  scenario: LoadedScenario | undefined,
  options: StraceOptions,
): LogExplanation {
  if (!scenario) {
    for (const key of ['task', 'bpffs'] as const) {
      if (options[key] !== undefined) throw new InputError(`--${key} is of a scenario, which is not given`);
    }
  }
  const hint = 'strace -e trace=bpf,mount,fsopen,fsconfig,fsmount,move_mount,%process,%creds keeps it short';
  const text = readTextFile(path, MAX_LOG_BYTES, hint);
  const profile = options.kernel ?? options.profile ?? scenario?.world.profile;
  return explainLog({ file: fileName(path), text }, { profile, start: scenario && startOf(scenario.world, options) });
}

/** The task that the log starts with, and the bpffs that it finds. */
function startOf(world: World, { task, bpffs }: StraceOptions): GivenStart {
  const { userns, euid, effective } = world.tasks[taskOption(world, task)] as World['tasks'][number];
  const namespaces: UserNamespace[] = [];
  for (const { name, parent, owner } of world.userns) {
    namespaces.push(
      new UserNamespace(name, namespaces.length === 0 ? null : (namespaces[parent] as UserNamespace), owner),
    );
  }
  const found = bpffsOf(world, userns, bpffs);
  return {
    userns: namespaces[userns] as UserNamespace,
    euid,
    effective,
    bpffs: found && {
      name: found.name,
      userns: namespaces[found.userns] as UserNamespace,
      masks: found.options.delegate,
    },
  };
}

/** The bpffs that is named, or the only one there is, or the only one of the user namespace. */
function bpffsOf({ bpffs }: World, userns: number, name: string | undefined): World['bpffs'][number] | undefined {
  if (name !== undefined) {
    const found = bpffs.find((one) => one.name === name);
    if (found) return found;
    const nearest = nearestOf(
      name,
      bpffs.map((one) => one.name),
    );
    throw new InputError(
      `the scenario has no bpffs ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
      { nearest },
    );
  }
  const own = bpffs.filter((one) => one.userns === userns);
  return own.length === 1 ? own[0] : bpffs.length === 1 ? bpffs[0] : undefined;
}
