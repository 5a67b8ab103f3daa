import type { Fields } from './fields.js';
import { resultOf, shownOf } from './read_parts.js';
import {
  ANY_ERRNO,
  type CallBy,
  type CallResult,
  CREDENTIALS,
  type Credential,
  type MountRecord,
  type Step,
} from './record.js';

type MountKeys = Omit<MountRecord, 'family' | 'line' | 'kernel' | 'case' | 'sysctl' | 'tree'>;

/** The keys of family `mount_options`. */
export function readMount(fields: Fields): MountKeys {
  const opener = fields.oneOf('opener', CREDENTIALS);
  const data = fields.textOrNull('data');
  const isReconfigured = fields.has('reconfigure');
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

function callOrNull(fields: Fields, key: string): CallResult | null {
  return fields.has(key) ? resultOf(fields.object(key)) : null;
}

/** Where a recording says no more than true or false: an error, but not which. */
const SOME_ERROR: CallResult = { ok: false, errno: ANY_ERRNO, error: null };
const OK: CallResult = { ok: true, errno: 0, error: null };

function callByOrNull(fields: Fields, key: string, by: Credential): CallBy | null {
  const value = fields.raw(key);
  if (typeof value === 'boolean') return { by, result: value ? OK : SOME_ERROR };
  const call = fields.objectOrNull(key);
  return call && { by: call.has('by') ? call.oneOf('by', CREDENTIALS) : by, result: resultOf(call) };
}

/** True or false, or the answer of the call that makes the instance. */
function isCreated(fields: Fields): boolean {
  const value = fields.raw('created');
  return typeof value === 'boolean' ? value : resultOf(fields.object('created')).ok;
}

/** mount(2) is one call, whose answer may stand as `created`. */
function mountOfCreated(fields: Fields, data: string | null, by: Credential): CallBy | null {
  if (data === null || typeof fields.raw('created') !== 'object' || !fields.has('created')) return null;
  return { by, result: resultOf(fields.object('created')) };
}

/** A list of steps, one step, or options without who set them: `a=1,b=2` or an object; root of the initial namespace did. */
function stepsOf(fields: Fields, key: string): Step[] {
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

function plainStep(key: string, value: string | null): Step {
  return { by: 'init_root', op: value === null ? 'set_flag' : 'set_string', key, value, result: null };
}

/** By the name of the fsconfig() command, or its number. */
const OPS: readonly (readonly [RegExp, Step['op']])[] = [
  [/flag|^0$/, 'set_flag'],
  [/reconf|^7$/, 'reconfigure'],
  [/create|^6$|^8$/, 'create'],
  [/string|set|^1$/, 'set_string'],
];

function stepOf(fields: Fields): Step {
  const key = fields.textOrNull('key');
  const value = fields.textOrNull('value');
  const op = fields.has('op') ? String(fields.raw('op')).toLowerCase() : 'set_string';
  const known =
    OPS.find(([pattern]) => pattern.test(op)) ?? fields.fail('op', 'set_string, set_flag, create or reconfigure');
  if (known[1].startsWith('set') && key === null) fields.fail('key', 'the option that is set');
  return { by: fields.oneOf('by', CREDENTIALS), op: known[1], key, value, result: callOrNull(fields, 'result') };
}
