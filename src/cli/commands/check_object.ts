import type { World } from '../../kernel/world.js';
import type { BpfObject } from '../../programs/bpf_object.js';
import { KernelAnswers } from '../../programs/loaders/kernel_answers.js';
import { loadObject } from '../../programs/loaders/load_object.js';
import { LOADER_NAMES, type LoaderName } from '../../programs/loaders/loader_names.js';
import { DEFAULT_BPFFS_PATH } from '../../programs/loaders/loader_setup.js';
import { recordedMemberIndex } from '../../programs/loaders/struct_ops_member.js';
import type { ObjectCheck } from '../../report/object_check.js';
import { objectCheckJson } from '../../report/object_check_json.js';
import { objectCheckText } from '../../report/object_check_text.js';
import { warningJson } from '../../report/request_json.js';
import { EXIT, InputError } from '../exit.js';
import type { LoadedScenario } from '../loaded_scenario.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { programFileOf } from '../program_files.js';
import { fileName } from '../read_file.js';
import { taskOption, withTaskCapabilities, worldOf } from '../request_options.js';
import { warnOfFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

/** `bpftoken check SCENARIO --object FILE`: whether a task of a scenario can load an object, call by call. */
export function checkObject(
  path: string,
  scenario: LoadedScenario,
  file: string,
  options: OptionsOf<typeof OPTIONS.check>,
): void {
  const own = worldOf(scenario, options.profile);
  const world = options.withCaps === undefined ? own : withTaskCapabilities(own, options.withCaps);
  const task = taskOption(world, options.task);
  const bpffs = bpffsOf(world, task, options.bpffs ?? scenario.defaults?.bpffs);
  const loader = options.loader ?? (LOADER_NAMES.find((name) => name === 'libbpf-1.7') as LoaderName);
  const check = checkLoad(world, task, { file, object: readOneObject(file), bpffs, loader });
  if (options.json) {
    const warnings = scenario.warnings.map((warning) => warningJson(fileName(path), warning));
    writeJson(process.stdout, objectCheckJson(check, scenario.defaults ? warnings : []));
  } else {
    warnOfFile(path, scenario);
    writeText(process.stdout, objectCheckText(check, styleFor(process.stdout)));
  }
  process.exitCode = check.load.failure ? EXIT.NEGATIVE : EXIT.OK;
}

function checkLoad(
  world: World,
  task: number,
  {
    file,
    object,
    bpffs,
    loader,
  }: Pick<ObjectCheck, 'file' | 'object'> & { bpffs: number | undefined; loader: LoaderName },
): ObjectCheck {
  const mounts = new Map(bpffs === undefined ? [] : [[DEFAULT_BPFFS_PATH, bpffs] as const]);
  const answers = new KernelAnswers(world, { task, mounts });
  const memberIndexOf = (target: string) => recordedMemberIndex(world.profile, target);
  const setup = { mounts: [...mounts.keys()], memberIndexOf };
  const load = loadObject(loader, object, setup, (call) => answers.answer(call));
  return { world: answers.world, task, file, object, bpffs: world.bpffs[bpffs ?? -1]?.name, load };
}

/** The bpffs that a task sees at /sys/fs/bpf: the one that is named, or the only one of its user namespace. Throws InputError for several. */
function bpffsOf({ bpffs, tasks }: World, task: number, name: string | undefined): number | undefined {
  if (name !== undefined) {
    const index = bpffs.findIndex((one) => one.name === name);
    if (index < 0)
      throw new InputError(`--bpffs ${name}: no such bpffs; there are ${bpffs.map((one) => one.name).join(', ')}`);
    return index;
  }
  const userns = tasks[task]?.userns;
  const own = bpffs.flatMap((one, index) => (one.userns === userns ? [index] : []));
  if (own.length < 2) return own[0];
  const names = own.map((index) => bpffs[index]?.name).join(', ');
  throw new InputError(`--bpffs is missing: which one is at ${DEFAULT_BPFFS_PATH}: ${names}`);
}

/** Throws InputError for a file that cannot be read, that is damaged, or that has not one object. */
function readOneObject(path: string): BpfObject {
  const { objects } = programFileOf(path);
  const [object] = objects;
  if (object && objects.length === 1) return object;
  const file = fileName(path);
  throw new InputError(`${file}: one BPF object must be in it; there are ${objects.length}`, { file });
}
