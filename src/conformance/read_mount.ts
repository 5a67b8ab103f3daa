import type { Fields } from './fields.js';
import { resultOf, shownOf } from './read_parts.js';
import { type CallResult, CREDENTIALS, type MountRecord, type Step } from './record.js';

type MountKeys = Omit<MountRecord, 'family' | 'line' | 'kernel' | 'case' | 'sysctl' | 'tree'>;

/** The keys of family `mount_options`. */
export function readMount(fields: Fields): MountKeys {
  const token = fields.objectOrNull('token');
  return {
    opener: fields.oneOf('opener', CREDENTIALS),
    sbUserns: fields.text('sb_userns'),
    steps: fields.has('steps') ? fields.objects('steps').map(stepOf) : null,
    data: fields.textOrNull('data'),
    created: callOrNull(fields, 'created'),
    mount: callOrNull(fields, 'mount'),
    options: fields.textOrNull('options'),
    source: fields.textOrNull('source'),
    token: token && { ...resultOf(token.has('result') ? token.object('result') : token), ...shownOf(token) },
  };
}

/** A call's answer; a bare true or false is one without its errno. */
function callOrNull(fields: Fields, key: string): CallResult | null {
  if (!fields.has(key)) return null;
  return resultOf(fields.object(key));
}

/** By the name of the fsconfig() command, or its number. */
const OPS: readonly (readonly [RegExp, Step['op']])[] = [
  [/string|^set$|^1$/, 'set_string'],
  [/flag|^0$/, 'set_flag'],
  [/reconf|^7$/, 'reconfigure'],
  [/create|^6$|^8$/, 'create'],
];

function stepOf(fields: Fields): Step {
  const op = String(fields.raw('op')).toLowerCase();
  const known =
    OPS.find(([pattern]) => pattern.test(op)) ?? fields.fail('op', 'set_string, set_flag, create or reconfigure');
  return {
    by: fields.oneOf('by', CREDENTIALS),
    op: known[1],
    key: fields.textOrNull('key'),
    value: fields.textOrNull('value'),
    result: callOrNull(fields, 'result'),
  };
}
