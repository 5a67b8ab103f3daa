import { resultOf, shownOf } from './read_parts.js';
import {
  ANY_ERRNO,
  type CallBy,
  type CallResult,
  CREDENTIALS,
  type Credential,
  type MountRecord,
  type RecordedStep,
} from './record.js';
import type { Fields } from './record_fields.js';

type MountKeys = Omit<MountRecord, 'family' | 'line' | 'kernel' | 'case' | 'sysctl' | 'tree'>;

/** The keys of family `mount_options`. */
export function readMount(fields: Fields): MountKeys {
  const data = fields.textOrNull('data');
  // A record of one call, mount(2), may have `by` like a step.
  const opener = fields.oneOf(data !== null && !fields.has('opener') ? 'by' : 'opener', CREDENTIALS);
  const isReconfigured = fields.has('reconfigure');
  checkForm(fields, data !== null, isReconfigured);
  const token = fields.objectOrNull('token');
  return {
    opener,
    sbUserns: fields.text('sb_userns'),
    fsopen: callOrNull(fields, 'fsopen'),
    steps: data !== null ? null : isReconfigured ? stepsOf(fields, 'initial') : fields.objects('steps').map(stepOf),
    data,
    set: isReconfigured ? stepsOf(fields, 'set') : null,
    reconfigure: callByOrNull(fields, 'reconfigure', 'init_root'),
    created: fields.has('created') ? isCreated(fields) : null,
    mount: callByOrNull(fields, 'mount', isReconfigured ? 'init_root' : opener) ?? mountOfCreated(fields, data, opener),
    options: fields.textOrNull('options'),
    source: fields.textOrNull('source'),
    token: token && { ...resultOf(token.has('result') ? token.object('result') : token), ...shownOf(token) },
  };
}

/** A record has its options in one form: options of mount(2), steps, or options before and with a reconfiguration. */
function checkForm(fields: Fields, isMount2: boolean, isReconfigured: boolean): void {
  const forbid = (key: string, form: string): void => {
    if (fields.has(key)) fields.fail(key, `nothing, in a record of ${form},`);
  };
  if (isMount2) for (const key of ['steps', 'initial', 'set', 'reconfigure']) forbid(key, 'mount(2)');
  else if (isReconfigured) forbid('steps', 'a reconfiguration');
  else for (const key of ['initial', 'set']) forbid(key, 'no reconfiguration');
}

function callOrNull(fields: Fields, key: string): CallResult | null {
  return fields.has(key) ? resultOf(fields.object(key)) : null;
}

/** A failure of a recording that has only true or false: some error. */
const ANY_FAILURE: CallResult = { ok: false, errno: ANY_ERRNO, error: null };
const OK: CallResult = { ok: true, errno: 0, error: null };

function callByOrNull(fields: Fields, key: string, by: Credential): CallBy | null {
  const value = fields.raw(key);
  if (typeof value === 'boolean') return { by, result: value ? OK : ANY_FAILURE };
  const call = fields.objectOrNull(key);
  return call && { by: call.has('by') ? call.oneOf('by', CREDENTIALS) : by, result: resultOf(call) };
}

/** True or false, or the result of the call that creates the instance. */
function isCreated(fields: Fields): boolean {
  const value = fields.raw('created');
  return typeof value === 'boolean' ? value : resultOf(fields.object('created')).ok;
}

/** mount(2) is one call, whose result may be in `created`. */
function mountOfCreated(fields: Fields, data: string | null, by: Credential): CallBy | null {
  if (data === null || typeof fields.raw('created') !== 'object' || !fields.has('created')) return null;
  return { by, result: resultOf(fields.object('created')) };
}

/** A list of steps, one step, or options (`a=1,b=2` or an object), which the initial namespace's root set. */
function stepsOf(fields: Fields, key: string): RecordedStep[] {
  const value = fields.raw(key);
  if (value === undefined || value === null) return [];
  const options = typeof value === 'string' ? value.split(',').filter((option) => option !== '') : value;
  if (isTexts(options)) {
    return options.map((option) => plainStep(option.replace(/=.*$/s, ''), /=(.*)$/s.exec(option)?.[1] ?? null));
  }
  if (Array.isArray(value)) return fields.objects(key).map(stepOf);
  const object = fields.object(key);
  if (object.has('by')) return [stepOf(object)];
  return Object.keys(value).map((name) => plainStep(name, object.text(name)));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function plainStep(key: string, value: string | null): RecordedStep {
  return { by: 'init_root', op: value === null ? 'set_flag' : 'set_string', key, value, result: null };
}

/** Names (of include/uapi/linux/mount.h, and short ones) and numbers of the fsconfig() commands that bpffs supports. */
const OPS: ReadonlyMap<unknown, RecordedStep['op']> = new Map<unknown, RecordedStep['op']>([
  ['set_flag', 'set_flag'],
  ['fsconfig_set_flag', 'set_flag'],
  [0, 'set_flag'],
  ['set_string', 'set_string'],
  ['fsconfig_set_string', 'set_string'],
  [1, 'set_string'],
  ['create', 'create'],
  ['fsconfig_cmd_create', 'create'],
  [6, 'create'],
  ['fsconfig_cmd_create_excl', 'create'],
  [8, 'create'],
  ['reconfigure', 'reconfigure'],
  ['fsconfig_cmd_reconfigure', 'reconfigure'],
  [7, 'reconfigure'],
]);

function stepOf(fields: Fields): RecordedStep {
  const op = opOf(fields);
  const key = fields.textOrNull('key');
  const value = fields.textOrNull('value');
  const isSet = op === 'set_string' || op === 'set_flag';
  if (isSet && key === null) fields.fail('key', 'the option that is set');
  if (!isSet && key !== null) fields.fail('key', `null, as ${op} has no key,`);
  if (op === 'set_string' && value === null) fields.fail('value', 'the text that the option is set to');
  if (op !== 'set_string' && value !== null) fields.fail('value', `null, as ${op} has no value,`);
  return { by: fields.oneOf('by', CREDENTIALS), op, key, value, result: callOrNull(fields, 'result') };
}

function opOf(fields: Fields): RecordedStep['op'] {
  const op = fields.raw('op');
  const known = OPS.get(typeof op === 'string' ? op.toLowerCase() : op);
  return known ?? fields.fail('op', 'set_string, set_flag, create or reconfigure');
}
