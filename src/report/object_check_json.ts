import { NEWEST_PROFILE } from '../kernel/profile.js';
import type { World } from '../kernel/world.js';
import type { LoaderCall, ProgramLoad } from '../programs/loaders/loader_call.js';
import { outsideToken } from '../programs/loaders/outside_token.js';
import { remediationJson } from './explain_json.js';
import { adviceFor, describeRefusal, type ModelledStep, type ObjectCheck } from './object_check.js';
import type { CheckObjectJson } from './schemas/check_object.js';
import type { WarningJson } from './schemas/request.js';

/** Whether an object loads, call by call, as JSON. */
export function objectCheckJson(check: ObjectCheck, warnings: readonly WarningJson[]): CheckObjectJson {
  const { world, task, file, object, bpffs, load } = check;
  return {
    schema: 'bpf-token-sim/check-object/1',
    profile: world.profile.name,
    object: file,
    loader: load.loader,
    task: world.tasks[task]?.name ?? '',
    bpffs: bpffs ?? null,
    loaded: load.failure === undefined,
    calls: load.steps.map((step) => stepJson(world, step)),
    failure: failureJson(check),
    outside: outsideToken(object).map(({ action, of, decidedBy }) => ({ action, of, decided_by: decidedBy })),
    warnings,
  };
}

function failureJson({ world, load }: ObjectCheck): CheckObjectJson['failure'] {
  const { failure, steps } = load;
  if (!failure) return null;
  const { step, alternatives, causes } = failure;
  const advised = step && adviceFor(world, step);
  const indexOf = (one: ModelledStep) => steps.indexOf(one);
  return {
    errno: failure.errno,
    message: failure.message,
    call: step ? indexOf(step) : null,
    because: (step && describeRefusal(world, step)) ?? null,
    advice: advised ? remediationJson(advised.context, advised.advice, []) : null,
    alternatives: alternatives.map(indexOf),
    causes: causes.map(indexOf),
  };
}

function stepJson(world: World, step: ModelledStep): CheckObjectJson['calls'][number] {
  const { call, answer, purpose, consequence = null, effect = null } = step;
  return {
    cmd: call.cmd,
    of: subjectOf(call) ?? null,
    ...typesOf(call),
    token: 'token' in call ? call.token : null,
    errno: answer.errno,
    purpose,
    consequence,
    effect,
    because: describeRefusal(world, step) ?? null,
  };
}

/** The map, program or path that a call is about; undefined for a probe's own. */
export function subjectOf(call: LoaderCall): string | undefined {
  switch (call.cmd) {
    case 'open':
    case 'token_create':
      return call.path;
    case 'map_create':
      return call.map?.name;
    case 'prog_load':
      return call.program.name;
    case 'btf_load':
      return undefined;
    default:
      return call.of;
  }
}

function typesOf(call: LoaderCall) {
  // Names of the newest release: an older kernel may not have the type.
  const { vocabulary } = NEWEST_PROFILE;
  const isMap = call.cmd === 'map_create';
  const isProgram = call.cmd === 'prog_load';
  return {
    map_type: isMap ? vocabulary.nameOf('map_types', call.type) : null,
    map_flags: isMap ? call.flags : null,
    prog_type: isProgram ? vocabulary.nameOf('prog_types', call.type) : null,
    expected_attach_type: isProgram ? attachTypeName(call) : null,
  };
}

/** The name of an attach type; of struct_ops the index of the member, which is a number of its own. */
export function attachTypeName({ type, attachType }: Pick<ProgramLoad, 'type' | 'attachType'>): string {
  const { vocabulary } = NEWEST_PROFILE;
  const isMember = type === vocabulary.require('prog_types', 'struct_ops');
  return isMember ? `member ${attachType}` : vocabulary.nameOf('attach_types', attachType);
}
